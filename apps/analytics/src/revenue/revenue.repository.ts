import type { Tx } from '@florin/database';
import { type RevenueChange, type RevenueSum, revenueSums } from './revenue-sums';

const columns = revenueSums.join(', ');
const params = revenueSums.map((_, index) => `$${index + 4}::bigint[]`).join(', ');
const additions = revenueSums.map((name) => `${name} = daily_revenue.${name} + excluded.${name}`).join(', ');

/** SQL of the daily sums. */
export class RevenueRepository {
  /** Adds a set that was added up: one statement, each row once, in the order given. */
  async add(tx: Tx, changes: readonly RevenueChange[]): Promise<void> {
    if (changes.length === 0) return;
    const of = (name: RevenueSum) => changes.map(({ sums }) => sums[name] ?? 0);
    await tx.execute(
      `INSERT INTO daily_revenue (merchant_id, currency, day, ${columns})
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::date[], ${params})
       ON CONFLICT (merchant_id, currency, day) DO UPDATE SET ${additions}`,
      [
        changes.map(({ merchantId }) => merchantId),
        changes.map(({ currency }) => currency),
        changes.map(({ day }) => day),
        ...revenueSums.map(of),
      ],
    );
  }
}
