import type { Caller } from '@florin/access';
import { isUniqueViolation, Reads, Transactions } from '@florin/database';
import {
  type Answered,
  decodeCursor,
  Idempotency,
  type IdempotentRequest,
  ok,
  page,
  type Page,
  type PageQuery,
  requireVersion,
} from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { defaultRules, feeOf, type PayoutRules } from './payout-rules';
import type { PayoutSettingsDto, SavePayoutSettingsDto } from './payout-settings.dto';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

/** The rules of withdrawals per merchant and currency: each change is a version of its own, and none is lost. */
@Injectable()
export class KeepPayoutSettings {
  constructor(
    private readonly transactions: Transactions,
    private readonly reads: Reads,
    private readonly idempotency: Idempotency,
  ) {}

  /** Those that count now; the defaults, as version 0, where nobody has set any. */
  async inForce(source: Queries, merchantId: string, currency: string): Promise<PayoutSettingsDto> {
    const [row] = await source.query<PayoutSettingsDto>(
      `SELECT currency, version, rules, changed_by, changed_at FROM payout_settings
       WHERE merchant_id = $1 AND currency = $2 ORDER BY version DESC LIMIT 1`,
      [merchantId, currency],
    );
    return row ?? { currency, version: 0, rules: defaultRules, changed_by: null, changed_at: null };
  }

  read(merchantId: string, currency: string): Promise<PayoutSettingsDto> {
    return this.inForce(this.reads, merchantId, currency);
  }

  /** Every version, the newest first. */
  async history(merchantId: string, currency: string, query: PageQuery): Promise<Page<PayoutSettingsDto>> {
    const after = decodeCursor(query.cursor, { version: 'number' });
    const rows = await this.reads.query<PayoutSettingsDto>(
      `SELECT currency, version, rules, changed_by, changed_at FROM payout_settings
       WHERE merchant_id = $1 AND currency = $2 AND ($3::bigint IS NULL OR version < $3::bigint) ORDER BY version DESC LIMIT $4`,
      [merchantId, currency, after?.version ?? null, query.limit + 1],
    );
    return page(rows, query.limit, ({ version }) => ({ version }));
  }

  /** Sets the next version. Refuses an old one (412) and rules that contradict themselves (422). */
  async save(
    caller: Caller,
    request: IdempotentRequest,
    version: number,
    { currency, ...rules }: SavePayoutSettingsDto,
  ): Promise<Answered<PayoutSettingsDto>> {
    refuseContradictions(rules);
    try {
      return await this.transactions.run((tx) =>
        this.idempotency.once(tx, request, async () => {
          const before = await this.inForce(tx, caller.merchantId, currency);
          requireVersion(version, before.version);
          await tx.execute(
            'INSERT INTO payout_settings (merchant_id, currency, version, rules, changed_by) VALUES ($1, $2, $3, $4, $5)',
            [caller.merchantId, currency, version + 1, JSON.stringify(rules), caller.subject],
          );
          return ok(await this.inForce(tx, caller.merchantId, currency));
        }),
      );
    } catch (error) {
      // Somebody else wrote this version in the same moment: the key of the table has one winner.
      if (isUniqueViolation(error, 'payout_settings_pkey')) requireVersion(version, version + 1);
      throw error;
    }
  }
}

function refuseContradictions(rules: PayoutRules): void {
  const fault = (field: string, code: string, detail: string) => Refusal.field('unprocessable', field, code, detail);
  if (rules.maximum_minor < rules.minimum_minor)
    throw fault('maximum_minor', 'maximum_below_minimum', 'The maximum is at least the minimum.');
  if (feeOf(rules, rules.minimum_minor) >= rules.minimum_minor)
    throw fault('fee_fixed_minor', 'fee_eats_minimum', 'Of the smallest withdrawal something must be left to pay.');
  if (rules.second_approver_from_minor < rules.auto_approve_below_minor)
    throw fault('second_approver_from_minor', 'thresholds_crossed', 'What needs two people cannot need none.');
}
