import { reconciliationCompleted, reconciliationExceptionRaised } from '@florin/contracts';
import { Transactions, type Tx } from '@florin/database';
import { type Clock, dayMs } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import type { StatementAccount } from './account-settings';
import { ExceptionsRepository, type NewException } from './exceptions.repository';
import { PlanMatches } from './plan-matches';
import { Steps } from './steps';

/** Payments without a line that are told in one run. */
const mostMissing = 1_000;

/** What a run over the open lines of an account came to. */
export interface Reconciled {
  matched: number;
  raised: number;
  open: number;
}

/** Puts into the queue what nothing explains, and says so. */
@Injectable()
export class RaiseExceptions {
  constructor(
    private readonly planMatches: PlanMatches,
    private readonly exceptions: ExceptionsRepository,
    private readonly steps: Steps,
    private readonly outbox: Outbox,
    private readonly transactions: Transactions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async within(tx: Tx, account: StatementAccount, found: readonly NewException[]): Promise<number> {
    const opened = await this.exceptions.open(tx, account, found);
    const steps = opened.map(({ id, detail }) => ({ subjectId: id, step: 'raised', by: 'rule', detail }));
    await this.steps.add(tx, account, 'exception', steps);
    await this.outbox.addAll(
      tx,
      reconciliationExceptionRaised,
      opened.map(({ id, kind, amountMinor }) => ({
        subject: id,
        data: {
          exceptionId: id,
          accountId: account.id,
          merchantId: account.merchantId,
          kind,
          amountMinor,
          currency: account.currency,
        },
      })),
    );
    return opened.length;
  }

  /** Captured payments that no line has explained in the days that the account allows. */
  async missing(account: StatementAccount): Promise<number> {
    const before = new Date(this.clock.now().getTime() - account.settings.missing_after_days * dayMs);
    return this.transactions.run(async (tx) => {
      const found = await this.planMatches.missing(tx, account, before.toISOString().slice(0, 10), mostMissing);
      return this.within(tx, account, found);
    });
  }

  async completed(tx: Tx, account: StatementAccount, { matched, raised, open }: Reconciled): Promise<void> {
    if (matched + raised === 0) return;
    const { id, merchantId, currency } = account;
    await this.outbox.add(tx, reconciliationCompleted, id, {
      accountId: id,
      merchantId,
      currency,
      matchedLines: matched,
      openLines: open,
      exceptionsRaised: raised,
    });
  }
}
