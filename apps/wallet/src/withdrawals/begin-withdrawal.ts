import type { Tx } from '@florin/database';
import { type Clock, currentCause, newId, Refusal } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { UseBeneficiaries } from '../beneficiaries/use-beneficiaries';
import { Limits } from '../limits/limits';
import { payoutProvider as provider } from '../payout-providers/payout-provider';
import { BookWithdrawals } from './book-withdrawals';
import { limitKey, MoveWithdrawals } from './move-withdrawals';
import { QuoteWithdrawal } from './quote-withdrawal';
import type { Withdrawal } from './withdrawal';
import type { RequestWithdrawalDto } from './withdrawal.dto';

interface Wish {
  merchantId: string;
  memberId: string;
  input: RequestWithdrawalDto;
}

/** Begins a withdrawal: rules, beneficiary, limits, then the money. What needs no approval is held straight away. */
@Injectable()
export class BeginWithdrawal {
  constructor(
    private readonly quoteWithdrawal: QuoteWithdrawal,
    private readonly useBeneficiaries: UseBeneficiaries,
    private readonly limits: Limits,
    private readonly books: BookWithdrawals,
    private readonly moveWithdrawals: MoveWithdrawals,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Gives the id. */
  async within(tx: Tx, { merchantId, memberId, input }: Wish): Promise<string> {
    const { quote, rules } = await this.quoteWithdrawal.from(tx, merchantId, input);
    await this.useBeneficiaries.within(tx, merchantId, memberId, input.beneficiary_id, rules);
    const now = this.clock.now();
    const withdrawal: Withdrawal = {
      ...{ id: newId(), merchantId, memberId, beneficiaryId: input.beneficiary_id, currency: quote.currency },
      ...{ amountMinor: quote.amount_minor, feeMinor: quote.fee_minor, state: 'requested', action: null },
      ...{ settingsVersion: quote.settings_version, approvalsNeeded: quote.approvals_needed, approvalsGiven: 0 },
      ...{ approvedAt: null, batchId: null, provider, providerReference: null, failureCode: null, journalId: null },
      ...{ isLate: false, attempts: 0, firstAskedAt: null, cause: currentCause() ?? null, createdAt: now },
    };
    const { id, currency, amountMinor } = withdrawal;
    await this.limits.require(tx, {
      key: limitKey(id),
      merchantId,
      memberId,
      currency,
      operation: 'withdraw',
      amountMinor,
    });
    if (!(await this.books.hold(tx, withdrawal)))
      throw Refusal.field(
        'unprocessable',
        'amount_minor',
        'insufficient_funds',
        'The wallet does not hold that much to withdraw.',
      );
    await this.moveWithdrawals.begin(tx, withdrawal);
    if (withdrawal.approvalsNeeded === 0) {
      const held: Withdrawal = { ...withdrawal, state: 'held', approvedAt: now };
      const why = { learnedFrom: 'rule' as const, evidence: `settings:${quote.settings_version}` };
      await this.moveWithdrawals.write(tx, [{ from: withdrawal, to: held, why }]);
    }
    return id;
  }
}
