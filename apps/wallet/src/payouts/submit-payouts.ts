import { type Finished, LeasedWork, Transactions, type Tx } from '@florin/database';
import { OutsideWork, Roles } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { UseBeneficiaries } from '../beneficiaries/use-beneficiaries';
import { PAYOUT_PROVIDER, type PayoutProvider } from '../payout-providers/payout-provider';
import { payoutOf, type Withdrawal } from '../withdrawals/withdrawal';
import type { PayoutFact } from '../withdrawals/withdrawal-states';
import { type HeardOfPayout, LearnPayoutOutcome } from './learn-payout-outcome';
import { PayoutsRepository } from './payouts.repository';

/** Requests under way at the provider at once. */
const concurrency = 16;

/** Asks of the provider what is to be paid and what became of it, outside of any transaction; a crash in between asks again under the same key. */
@Injectable()
export class SubmitPayouts extends OutsideWork<Withdrawal, PayoutFact> {
  readonly work: LeasedWork<Withdrawal, PayoutFact>;

  constructor(
    @Inject(PAYOUT_PROVIDER) private readonly provider: PayoutProvider,
    private readonly useBeneficiaries: UseBeneficiaries,
    private readonly payouts: PayoutsRepository,
    private readonly learnPayoutOutcome: LearnPayoutOutcome,
    roles: Roles,
    transactions: Transactions,
  ) {
    super(roles);
    this.work = new LeasedWork<Withdrawal, PayoutFact>(
      {
        name: 'submit-payouts',
        concurrency,
        batch: concurrency,
        pollMs: 500,
        claim: (tx, limit, leaseUntil) => this.payouts.claim(tx, limit, leaseUntil),
        perform: (withdrawal, signal) => this.ask(withdrawal, signal),
        finish: (tx, done) => this.finish(tx, done),
      },
      transactions,
    );
  }

  private async ask(withdrawal: Withdrawal, signal: AbortSignal): Promise<PayoutFact> {
    const order = { id: withdrawal.id, amountMinor: payoutOf(withdrawal), currency: withdrawal.currency };
    // A key that the provider may have forgotten protects nothing any more: then it is only asked what it knows.
    if (withdrawal.action === 'query' || !this.learnPayoutOutcome.isKeyAlive(withdrawal))
      return this.provider.query(order, signal);
    return this.provider.submit(order, await this.useBeneficiaries.open(withdrawal.beneficiaryId), signal);
  }

  private async finish(tx: Tx, done: readonly Finished<Withdrawal, PayoutFact>[]): Promise<void> {
    await this.learnPayoutOutcome.within(
      tx,
      done.map(({ item, result, error }): HeardOfPayout =>
        result
          ? { withdrawalId: item.id, fact: result, learnedFrom: item.action === 'query' ? 'query' : 'answer' }
          : {
              withdrawalId: item.id,
              learnedFrom: 'silence',
              silentOn: item.action ?? 'query',
              detail: error.message.slice(0, 300),
            },
      ),
    );
    tx.afterCommit(() => this.work.wake());
  }
}
