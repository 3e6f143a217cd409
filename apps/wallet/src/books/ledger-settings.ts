import type { Caller } from '@florin/access';
import { Reads, Transactions, type Tx } from '@florin/database';
import { type Answered, Idempotency, type IdempotentRequest, ok, requireVersion } from '@florin/http';
import { Injectable } from '@nestjs/common';
import type { LedgerSettingsDto, SaveLedgerSettingsDto } from './settings.dto';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

const columns = 'currency, version, four_eyes_above_minor, reason, changed_by, changed_at';

/** From which amount journals by hand need two people, per currency. Every version stays. */
@Injectable()
export class LedgerSettings {
  constructor(
    private readonly transactions: Transactions,
    private readonly reads: Reads,
    private readonly idempotency: Idempotency,
  ) {}

  current(merchantId: string, currency: string): Promise<LedgerSettingsDto> {
    return this.latest(this.reads, merchantId, currency);
  }

  /** The next version; 412 when it is based on another than the latest. */
  save(
    caller: Caller,
    request: IdempotentRequest,
    version: number,
    input: SaveLedgerSettingsDto,
  ): Promise<Answered<LedgerSettingsDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const { currency, four_eyes_above_minor, reason } = input;
        const before = await this.latest(tx, caller.merchantId, currency);
        requireVersion(version, before.version);
        // Two who read the same version meet at the key: the second finds nothing written.
        const written = await tx.execute(
          `INSERT INTO ledger_settings (merchant_id, currency, version, four_eyes_above_minor, reason, changed_by)
           VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
          [caller.merchantId, currency, version + 1, four_eyes_above_minor ?? null, reason, caller.subject],
        );
        const after = await this.latest(tx, caller.merchantId, currency);
        requireVersion(written === 1 ? after.version : version, after.version);
        return ok(after);
      }),
    );
  }

  /** Whether so much in these currencies needs a second person. */
  async needsTwo(tx: Tx, merchantId: string, movedByCurrency: ReadonlyMap<string, number>): Promise<boolean> {
    const rows = await tx.query<{ currency: string; above: number | null }>(
      `SELECT DISTINCT ON (currency) currency, four_eyes_above_minor AS above FROM ledger_settings
       WHERE merchant_id = $1 AND currency = ANY($2::char(3)[]) ORDER BY currency, version DESC`,
      [merchantId, [...movedByCurrency.keys()].filter((currency) => currency.length === 3)],
    );
    return rows.some(({ currency, above }) => above !== null && (movedByCurrency.get(currency) ?? 0) > above);
  }

  private async latest(source: Queries, merchantId: string, currency: string): Promise<LedgerSettingsDto> {
    const [settings] = await source.query<LedgerSettingsDto>(
      `SELECT ${columns} FROM ledger_settings WHERE merchant_id = $1 AND currency = $2 ORDER BY version DESC LIMIT 1`,
      [merchantId, currency],
    );
    return (
      settings ?? {
        currency,
        version: 0,
        four_eyes_above_minor: null,
        reason: null,
        changed_by: null,
        changed_at: null,
      }
    );
  }
}
