import { Transactions } from '@florin/database';
import { type Answered, Idempotency, type IdempotentRequest, ok } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { KeepPayoutSettings } from '../payout-settings/keep-payout-settings';
import { approvalsFor, feeOf, type PayoutRules } from '../payout-settings/payout-rules';
import type { QuoteWithdrawalDto, WithdrawalQuoteDto } from './withdrawal.dto';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

/** Says what a withdrawal costs before it is asked for, by the same rules by which it is decided then. */
@Injectable()
export class QuoteWithdrawal {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly settings: KeepPayoutSettings,
  ) {}

  execute(
    merchantId: string,
    request: IdempotentRequest,
    input: QuoteWithdrawalDto,
  ): Promise<Answered<WithdrawalQuoteDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => ok((await this.from(tx, merchantId, input)).quote)),
    );
  }

  /** Refuses less than the minimum and more than the maximum (422). */
  async from(
    source: Queries,
    merchantId: string,
    { amount_minor, currency }: QuoteWithdrawalDto,
  ): Promise<{ quote: WithdrawalQuoteDto; rules: PayoutRules }> {
    const { rules, version } = await this.settings.inForce(source, merchantId, currency);
    if (amount_minor < rules.minimum_minor)
      throw refuse('amount_below_minimum', `A withdrawal is at least ${rules.minimum_minor}, in minor units.`);
    if (amount_minor > rules.maximum_minor)
      throw refuse('amount_above_maximum', `A withdrawal is at most ${rules.maximum_minor}, in minor units.`);
    const fee_minor = feeOf(rules, amount_minor);
    if (fee_minor >= amount_minor) throw refuse('fee_eats_amount', 'The fee would leave nothing to pay.');
    return {
      rules,
      quote: {
        currency,
        amount_minor,
        fee_minor,
        payout_minor: amount_minor - fee_minor,
        approvals_needed: approvalsFor(rules, amount_minor),
        settings_version: version,
      },
    };
  }
}

const refuse = (code: string, detail: string): Refusal => Refusal.field('unprocessable', 'amount_minor', code, detail);
