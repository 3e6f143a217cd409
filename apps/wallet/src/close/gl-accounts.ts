import type { Caller } from '@florin/access';
import { Reads, Transactions } from '@florin/database';
import { type Answered, Idempotency, type IdempotentRequest, ok, requireVersion } from '@florin/http';
import { Injectable } from '@nestjs/common';
import type { GlAccountMapDto, GlAccountsDto } from './close.dto';

export type GlMap = GlAccountsDto;

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

/** Until a merchant names its own: numbers as many charts of accounts have them. */
const usual: GlAccountMapDto = {
  version: 0,
  sales: '4000',
  contract_liability: '2300',
  points_revenue: '4100',
  breakage_income: '4900',
};

/** Which accounts of its own general ledger a merchant books closes to. Every version stays. */
@Injectable()
export class GlAccounts {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly reads: Reads,
  ) {}

  async inForce(source: Queries, merchantId: string): Promise<GlAccountMapDto> {
    const [row] = await source.query<{ version: number; accounts: GlMap }>(
      'SELECT version, accounts FROM gl_account_maps WHERE merchant_id = $1 ORDER BY version DESC LIMIT 1',
      [merchantId],
    );
    return row ? { ...row.accounts, version: row.version } : usual;
  }

  read({ merchantId }: Caller): Promise<GlAccountMapDto> {
    return this.inForce(this.reads, merchantId);
  }

  /** Refuses a version that is no longer the last (412). */
  change(
    { merchantId, subject }: Caller,
    request: IdempotentRequest,
    version: number,
    accounts: GlAccountsDto,
  ): Promise<Answered<GlAccountMapDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        // One change of a merchant's map at a time: there may be no row yet to lock.
        await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`gl-accounts:${merchantId}`]);
        requireVersion(version, (await this.inForce(tx, merchantId)).version);
        await tx.execute(
          'INSERT INTO gl_account_maps (merchant_id, version, accounts, changed_by) VALUES ($1, $2, $3, $4)',
          [merchantId, version + 1, JSON.stringify(accounts), subject],
        );
        return ok({ ...accounts, version: version + 1 });
      }),
    );
  }
}
