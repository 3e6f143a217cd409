import type { View } from '../invariant';
import type { Service } from '../services';

/**
 * Since when a service hears a type of message, as two parameters: types and times. What was said before it listened for
 * the first time need not have reached it.
 */
export async function listeningSince(view: View, hearer: Service, consumers: string): Promise<unknown[]> {
  const rows = await view
    .of(hearer)
    .query<{ type: string; since: Date }>(
      `SELECT type, max(since) + interval '1 second' AS since FROM messaging_subscriptions WHERE consumer LIKE $1 GROUP BY type`,
      [consumers],
    );
  return [rows.map(({ type }) => type), rows.map(({ since }) => since)];
}

/** The time inside an id of version 7, as SQL. */
export const bornAt = (id: string): string =>
  `to_timestamp(('x' || left(replace(${id}::text, '-', ''), 12))::bit(48)::bigint / 1000.0)`;
