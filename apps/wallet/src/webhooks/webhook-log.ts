import type { Tx } from '@florin/database';

export interface WebhookEntry {
  processor: string;
  eventId: string;
  type: string;
  paymentId: string | null;
  refundId: string | null;
  outcome: 'learned' | 'ignored' | 'refused';
  payload: object;
}

/** SQL of the log of webhooks. */
export class WebhookLog {
  /** Writes a set down; of those known before it counts that they came again. Gives `<processor> <event id>` of the new ones. */
  async keep(tx: Tx, entries: readonly WebhookEntry[]): Promise<Set<string>> {
    const times = new Map<string, number>();
    for (const { processor, eventId } of entries) {
      const key = `${processor} ${eventId}`;
      times.set(key, (times.get(key) ?? 0) + 1);
    }
    // In the order of their keys, so that two sets wait for each other and never deadlock.
    const once = [...new Map(entries.map((entry) => [`${entry.processor} ${entry.eventId}`, entry])).entries()]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([, entry]) => entry);
    const rows = await tx.query<{ key: string }>(
      `INSERT INTO payment_webhooks AS log (processor, event_id, type, payment_id, refund_id, outcome, payload, deliveries)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::jsonb[], $8::integer[])
       ON CONFLICT (processor, event_id) DO UPDATE SET deliveries = log.deliveries + excluded.deliveries, last_received_at = now()
       RETURNING CASE WHEN log.xmax = 0 THEN log.processor || ' ' || log.event_id END AS key`,
      [
        once.map(({ processor }) => processor),
        once.map(({ eventId }) => eventId),
        once.map(({ type }) => type),
        once.map(({ paymentId }) => paymentId),
        once.map(({ refundId }) => refundId),
        once.map(({ outcome }) => outcome),
        once.map(({ payload }) => JSON.stringify(payload)),
        once.map(({ processor, eventId }) => times.get(`${processor} ${eventId}`) ?? 1),
      ],
    );
    return new Set(rows.flatMap(({ key }) => key ?? []));
  }

  /** Forgets what was refused before then; gives how many. */
  forgetRefused(tx: Tx, before: Date): Promise<number> {
    return tx.execute(`DELETE FROM payment_webhooks WHERE outcome = 'refused' AND last_received_at < $1`, [before]);
  }
}
