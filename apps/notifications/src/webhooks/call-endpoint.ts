import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { LookupFunction } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { Agent, request } from 'undici';
import { NotificationsConfig } from '../config';
import { publicAddressOf } from './endpoint-address';
import { EndpointSecrets } from './endpoint-secrets';
import type { Delivery } from './webhooks.repository';

export interface EndpointAnswer {
  /** Nothing when it did not answer. */
  status?: number;
  error?: string;
  tookMs: number;
}

/** Makes one attempt: signed as Standard Webhooks says (https://www.standardwebhooks.com), no redirects, bounded in time. */
@Injectable()
export class CallEndpoint implements OnApplicationShutdown {
  private readonly agent: Agent;

  constructor(
    private readonly config: NotificationsConfig,
    private readonly secrets: EndpointSecrets,
  ) {
    const lookup: LookupFunction = (host, options, done) => {
      publicAddressOf(host, config.LOCAL_RUN).then(
        ({ address, family }) => (options.all ? done(null, [{ address, family }]) : done(null, address, family)),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error)), ''),
      );
    };
    this.agent = new Agent({
      connections: 8,
      connect: { lookup },
      headersTimeout: config.WEBHOOK_TIMEOUT_MS,
      bodyTimeout: config.WEBHOOK_TIMEOUT_MS,
    });
  }

  async execute(delivery: Delivery, signal: AbortSignal): Promise<EndpointAnswer> {
    const started = performance.now();
    const took = () => Math.round(performance.now() - started);
    // The wall clock: the receiver compares it with its own.
    const at = new Date();
    const signature = new Webhook(this.secrets.open(delivery.sealedSecret)).sign(
      delivery.eventId,
      at,
      delivery.payload,
    );
    try {
      const reply = await request(delivery.url, {
        method: 'POST',
        dispatcher: this.agent,
        signal: AbortSignal.any([signal, AbortSignal.timeout(this.config.WEBHOOK_TIMEOUT_MS)]),
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Florin-Webhooks/1',
          'webhook-id': delivery.eventId,
          'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
          'webhook-signature': signature,
        },
        body: delivery.payload,
      });
      await reply.body.dump({ limit: 65_536, signal });
      return { status: reply.statusCode, tookMs: took() };
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error), tookMs: took() };
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.agent.close();
  }
}
