import type { Tx } from '@florin/database';
import { Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { accountsOf, type Owners } from './money-accounts';

const keyOf = ({ memberId, merchantId, currency }: Owners): string => `${memberId}:${merchantId}:${currency}`;

/** Opens the accounts that members need at a merchant, the first time money of theirs moves there. */
@Injectable()
export class OpenWallets {
  constructor(private readonly ledger: Ledger) {}

  /** Costs one statement when all of them are open, which is nearly always. */
  async within(tx: Tx, owners: readonly Owners[]): Promise<void> {
    const wanted = [...new Map(owners.map((each) => [keyOf(each), each])).values()];
    const params = [
      wanted.map((each) => each.memberId),
      wanted.map((each) => each.merchantId),
      wanted.map((each) => each.currency),
    ];
    const rows = await tx.query<Owners>(
      `SELECT member_id AS "memberId", merchant_id AS "merchantId", currency FROM wallets
       WHERE (member_id, merchant_id, currency) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::char(3)[]))`,
      params,
    );
    const open = new Set(rows.map(keyOf));
    const missing = wanted.filter((each) => !open.has(keyOf(each)));
    if (missing.length === 0) return;
    await tx.execute(
      `INSERT INTO wallets (member_id, merchant_id, currency) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS new (member_id, merchant_id, currency)
       ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING`,
      [
        missing.map((each) => each.memberId),
        missing.map((each) => each.merchantId),
        missing.map((each) => each.currency),
      ],
    );
    const accounts = new Map(missing.flatMap(accountsOf).map((account) => [account.code, account]));
    await this.ledger.open(tx, [...accounts.values()]);
  }
}
