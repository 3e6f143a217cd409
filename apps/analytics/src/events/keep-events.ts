import { contractNameOf, type Envelope } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { Injectable } from '@nestjs/common';

/** Keeps events as they were said. The inbox lets each in once; the sums beside them are written in the same transaction. */
@Injectable()
export class KeepEvents {
  async within(tx: Tx, events: readonly Envelope[]): Promise<void> {
    await tx.execute(
      `INSERT INTO analytics_events (id, type, version, merchant_id, subject, data, occurred_at)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::uuid[], $5::text[], $6::jsonb[], $7::timestamptz[])`,
      [
        events.map((event) => event.id),
        events.map((event) => event.type),
        events.map((event) => versionOf(event)),
        events.map((event) => event.merchantid ?? null),
        events.map((event) => event.subject),
        events.map((event) => JSON.stringify(event.data)),
        events.map((event) => event.time),
      ],
    );
  }
}

/** `orders.order.completed.v1` is version 1. */
function versionOf(event: Envelope): number {
  return Number(contractNameOf(event).split('.v').at(-1));
}
