import type { MonitorDto } from './monitor.dto';
import { merchantOf } from './merchant-accounts.repository';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

/** Finds the ledger's monitors on one merchant's accounts. Reads only: the ledger writes. */
export class MonitorsRepository {
  /** The latest first; removed ones only when asked for by id. */
  list(
    source: Queries,
    merchantId: string,
    choice: { account?: string | undefined; id?: string | undefined },
    beforeId: string | undefined,
    limit: number,
  ): Promise<MonitorDto[]> {
    return source.query<MonitorDto>(
      `SELECT monitor.id, account.code AS account, account.asset, measure, direction, threshold AS threshold_minor, beyond, created_at, removed_at
       FROM ledger_monitors AS monitor JOIN ledger_accounts AS account ON account.id = monitor.account_id
       WHERE ${merchantOf('account.code')} = $1 AND ($2::text IS NULL OR account.code = $2) AND ($3::uuid IS NULL OR monitor.id = $3)
         AND ($3::uuid IS NOT NULL OR removed_at IS NULL) AND ($4::uuid IS NULL OR monitor.id < $4)
       ORDER BY monitor.id DESC LIMIT $5`,
      [merchantId, choice.account ?? null, choice.id ?? null, beforeId ?? null, limit],
    );
  }
}
