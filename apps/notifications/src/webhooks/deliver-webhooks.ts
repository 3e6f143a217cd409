import { webhookDelivered } from '@florin/contracts';
import { type Finished, LeasedWork, Transactions, type Tx } from '@florin/database';
import { type Clock, hourMs, minuteMs, secondMs } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { CLOCK, OutsideWork, Roles } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { CallEndpoint, type EndpointAnswer } from './call-endpoint';
import { type Delivery, type EndedAttempt, WebhooksRepository } from './webhooks.repository';

const concurrency = 16;
/** How long to wait after each failure, as Standard Webhooks suggests; after the last it is given up and can be sent again by hand. */
const schedule = [5 * secondMs, 5 * minuteMs, 30 * minuteMs, 2 * hourMs, 5 * hourMs, 10 * hourMs, 14 * hourMs];

const endpointEnded: EndpointAnswer = { error: 'the endpoint was ended', tookMs: 0 };

/** Delivers what is pending, outside of any transaction. The event's id goes with every attempt, so a receiver can tell a repetition. */
@Injectable()
export class DeliverWebhooks extends OutsideWork<Delivery, EndpointAnswer> {
  readonly work: LeasedWork<Delivery, EndpointAnswer>;

  constructor(
    private readonly webhooks: WebhooksRepository,
    private readonly callEndpoint: CallEndpoint,
    private readonly outbox: Outbox,
    roles: Roles,
    @Inject(CLOCK) private readonly clock: Clock,
    transactions: Transactions,
  ) {
    super(roles);
    this.work = new LeasedWork<Delivery, EndpointAnswer>(
      {
        name: 'deliver-webhooks',
        concurrency,
        batch: concurrency,
        pollMs: 1_000,
        claim: (tx, limit, leaseUntil) => this.webhooks.claim(tx, limit, leaseUntil, this.clock.now()),
        perform: (delivery, signal) =>
          delivery.isActive ? this.callEndpoint.execute(delivery, signal) : Promise.resolve(endpointEnded),
        finish: (tx, done) => this.finish(tx, done),
      },
      transactions,
    );
  }

  private async finish(tx: Tx, done: readonly Finished<Delivery, EndpointAnswer>[]): Promise<void> {
    const now = this.clock.now().getTime();
    const ended = done.map(({ item, result, error }): EndedAttempt => {
      const { status = null, tookMs = 0 } = result ?? {};
      const isDelivered = status !== null && status >= 200 && status < 300;
      const waitMs = schedule[item.attempts];
      const state = isDelivered ? 'delivered' : waitMs === undefined || !item.isActive ? 'failed' : 'pending';
      const fault = error?.message ?? result?.error ?? (isDelivered ? null : `answered ${status}`);
      return {
        delivery: item,
        state,
        status,
        error: fault?.slice(0, 1_000) ?? null,
        tookMs,
        nextAt: new Date(now + (waitMs ?? 0)),
      };
    });
    const changed = await this.webhooks.finish(tx, ended);
    await this.outbox.addAll(
      tx,
      webhookDelivered,
      ended
        .filter(({ state, delivery }) => state === 'delivered' && changed.has(delivery.id))
        .map(({ delivery: { id, endpointId, eventId, attempts, merchantId, cause } }) => ({
          subject: id,
          merchantId,
          cause,
          data: { deliveryId: id, endpointId, eventId, attempts: attempts + 1 },
        })),
    );
  }
}
