import type { Tx } from '@florin/database';
import { type Cause, newId } from '@florin/kernel';

export interface Endpoint {
  id: string;
  merchantId: string;
  eventTypes: string[];
}

export interface NewDelivery {
  endpointId: string;
  merchantId: string;
  eventId: string;
  eventType: string;
  payload: string;
  cause: Cause;
}

/** A delivery with what is needed to make it. */
export interface Delivery extends NewDelivery {
  id: string;
  attempts: number;
  url: string;
  sealedSecret: string;
  isActive: boolean;
}

export interface EndedAttempt {
  delivery: Delivery;
  state: 'delivered' | 'pending' | 'failed';
  status: number | null;
  error: string | null;
  tookMs: number;
  nextAt: Date;
}

/** SQL of webhooks. */
export class WebhooksRepository {
  endpointsOf(tx: Tx, merchantIds: readonly string[]): Promise<Endpoint[]> {
    return tx.query<Endpoint>(
      `SELECT id, merchant_id AS "merchantId", event_types AS "eventTypes" FROM webhook_endpoints WHERE active AND merchant_id = ANY($1::uuid[])`,
      [[...new Set(merchantIds)]],
    );
  }

  async insertDeliveries(tx: Tx, deliveries: readonly NewDelivery[]): Promise<void> {
    if (deliveries.length === 0) return;
    await tx.execute(
      `INSERT INTO webhook_deliveries (id, endpoint_id, merchant_id, event_id, event_type, payload, cause)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::jsonb[])
       ON CONFLICT (endpoint_id, event_id) DO NOTHING`,
      [
        deliveries.map(() => newId()),
        deliveries.map((delivery) => delivery.endpointId),
        deliveries.map((delivery) => delivery.merchantId),
        deliveries.map((delivery) => delivery.eventId),
        deliveries.map((delivery) => delivery.eventType),
        deliveries.map((delivery) => delivery.payload),
        deliveries.map((delivery) => JSON.stringify(delivery.cause)),
      ],
    );
  }

  /** What is due by the database's clock, or by ours where a local run has moved it ahead. */
  claim(tx: Tx, limit: number, leaseUntil: Date, now: Date): Promise<Delivery[]> {
    return tx.query<Delivery>(
      `UPDATE webhook_deliveries AS delivery SET lease_until = $2
       FROM webhook_endpoints AS endpoint
       WHERE endpoint.id = delivery.endpoint_id
         AND delivery.id IN (SELECT id FROM webhook_deliveries
                             WHERE state = 'pending' AND next_at <= greatest(now(), $3) AND (lease_until IS NULL OR lease_until < now())
                             ORDER BY next_at LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING delivery.id, delivery.endpoint_id AS "endpointId", delivery.merchant_id AS "merchantId", delivery.event_id AS "eventId",
         delivery.event_type AS "eventType", delivery.payload, delivery.attempts, delivery.cause, endpoint.url, endpoint.sealed_secret AS "sealedSecret",
         endpoint.active AS "isActive"`,
      [limit, leaseUntil, now],
    );
  }

  /** Writes how attempts ended, and the attempts themselves; only what is still pending changes. Gives the ids that changed. */
  async finish(tx: Tx, ended: readonly EndedAttempt[]): Promise<Set<string>> {
    const rows = await tx.query<{ id: string }>(
      `UPDATE webhook_deliveries AS delivery
       SET state = new.state, attempts = delivery.attempts + 1, last_status = new.status, last_error = new.error, next_at = new.next_at, lease_until = NULL,
           delivered_at = CASE WHEN new.state = 'delivered' THEN now() END
       FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::text[], $5::timestamptz[]) AS new (id, state, status, error, next_at)
       WHERE delivery.id = new.id AND delivery.state = 'pending' RETURNING delivery.id`,
      [
        ended.map(({ delivery }) => delivery.id),
        ended.map((each) => each.state),
        ended.map((each) => each.status),
        ended.map((each) => each.error),
        ended.map((each) => each.nextAt),
      ],
    );
    await tx.execute(
      `INSERT INTO webhook_attempts (id, delivery_id, attempt, status, error, took_ms)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::integer[], $5::text[], $6::integer[])`,
      [
        ended.map(() => newId()),
        ended.map(({ delivery }) => delivery.id),
        ended.map(({ delivery }) => delivery.attempts + 1),
        ended.map((each) => each.status),
        ended.map((each) => each.error),
        ended.map((each) => each.tookMs),
      ],
    );
    return new Set(rows.map((row) => row.id));
  }
}
