import type { Caller } from '@florin/access';
import { Transactions } from '@florin/database';
import { accepted, type Answered, created, Idempotency, type IdempotentRequest, ok } from '@florin/http';
import { newId, Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { NotificationsConfig } from '../config';
import { DeliverWebhooks } from './deliver-webhooks';
import { requireEndpointUrl } from './endpoint-address';
import { EndpointSecrets } from './endpoint-secrets';
import type { CreatedEndpointDto, CreateEndpointDto } from './webhook.dto';

/** Endpoints a merchant may have: each event is delivered to each of them. */
const mostEndpoints = 20;

/** Adds and ends endpoints, and sends single deliveries again. */
@Injectable()
export class KeepEndpoints {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly secrets: EndpointSecrets,
    private readonly deliverWebhooks: DeliverWebhooks,
    private readonly config: NotificationsConfig,
  ) {}

  /** Gives the endpoint with its secret, the only time that it is shown. */
  add(caller: Caller, request: IdempotentRequest, input: CreateEndpointDto): Promise<Answered<CreatedEndpointDto>> {
    requireEndpointUrl(input.url, this.config.LOCAL_RUN);
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        // One at a time per merchant, so that the limit holds.
        await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('webhook_endpoints:' || $1, 0))`, [
          caller.merchantId,
        ]);
        const [{ count } = { count: 0 }] = await tx.query<{ count: number }>(
          'SELECT count(*)::bigint AS count FROM webhook_endpoints WHERE merchant_id = $1 AND active',
          [caller.merchantId],
        );
        if (count >= mostEndpoints)
          throw new Refusal('unprocessable', 'too_many_endpoints', `A merchant may have ${mostEndpoints} endpoints.`);
        const secret = this.secrets.fresh();
        const [endpoint] = await tx.query<CreatedEndpointDto>(
          `INSERT INTO webhook_endpoints (id, merchant_id, url, sealed_secret, event_types) VALUES ($1, $2, $3, $4, $5)
           RETURNING id, url, event_types, active, created_at`,
          [newId(), caller.merchantId, input.url, this.secrets.seal(secret), input.event_types],
        );
        return created({ ...(endpoint as CreatedEndpointDto), secret });
      }),
    );
  }

  /** Nothing new is delivered to it; what is pending is given up at its next attempt. */
  end(caller: Caller, request: IdempotentRequest, id: string): Promise<Answered<{ id: string }>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const ended = await tx.execute(
          'UPDATE webhook_endpoints SET active = false WHERE id = $1 AND merchant_id = $2',
          [id, caller.merchantId],
        );
        if (ended === 0) throw new Refusal('not_found', 'endpoint_not_found', 'There is no such endpoint.');
        return ok({ id });
      }),
    );
  }

  /** Sends a delivery once more, with the same event id. Refuses one that is still on its way (409). */
  resend(caller: Caller, request: IdempotentRequest, id: string): Promise<Answered<{ id: string }>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const [delivery] = await tx.query<{ state: string }>(
          'SELECT state FROM webhook_deliveries WHERE id = $1 AND merchant_id = $2 FOR UPDATE',
          [id, caller.merchantId],
        );
        if (!delivery) throw new Refusal('not_found', 'delivery_not_found', 'There is no such delivery.');
        if (delivery.state === 'pending')
          throw new Refusal('conflict', 'delivery_pending', 'This delivery is on its way.');
        await tx.execute(
          `UPDATE webhook_deliveries SET state = 'pending', attempts = 0, next_at = now(), lease_until = NULL WHERE id = $1`,
          [id],
        );
        tx.afterCommit(() => this.deliverWebhooks.work.wake());
        return accepted({ id });
      }),
    );
  }
}
