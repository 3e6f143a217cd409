import { type Finished, LeasedWork, Transactions, type Tx } from '@florin/database';
import { OutsideWork, Roles } from '@florin/service-host';
import { Injectable } from '@nestjs/common';
import type { ChargeFact } from '../processors/card-processor';
import { Processors } from '../processors/processors';
import { type Heard, LearnOutcomes } from './learn-outcomes';
import type { LearnedFrom } from './payment';
import { type DuePayment, PaymentsRepository } from './payments.repository';

/** Requests under way at the processors at once. */
const concurrency = 32;

const learnedFrom = ({ action }: DuePayment): LearnedFrom =>
  action === 'query' ? 'query' : action === 'refuse' ? 'request' : 'answer';

/** Asks of the processors what is still to be asked, outside of any transaction; a crash in between asks again under the same key. */
@Injectable()
export class ChargeCards extends OutsideWork<DuePayment, ChargeFact> {
  readonly work: LeasedWork<DuePayment, ChargeFact>;

  constructor(
    private readonly processors: Processors,
    private readonly payments: PaymentsRepository,
    private readonly learnOutcomes: LearnOutcomes,
    roles: Roles,
    transactions: Transactions,
  ) {
    super(roles);
    this.work = new LeasedWork<DuePayment, ChargeFact>(
      {
        name: 'charge-cards',
        concurrency,
        batch: concurrency,
        pollMs: 500,
        claim: (tx, limit, leaseUntil) => this.payments.claim(tx, limit, leaseUntil),
        perform: (payment, signal) => this.ask(payment, signal),
        finish: (tx, done) => this.finish(tx, done),
      },
      transactions,
    );
  }

  private async ask(payment: DuePayment, signal: AbortSignal): Promise<ChargeFact> {
    const action = payment.action ?? 'query';
    // The same words whatever the reason was: whoever tries stolen cards must not learn what gave them away.
    if (action === 'refuse') return { fact: 'declined', code: 'payment_refused' };
    return this.processors.ask(payment.processor, action, (processor) => processor[action](payment, signal));
  }

  private async finish(tx: Tx, done: readonly Finished<DuePayment, ChargeFact>[]): Promise<void> {
    await this.learnOutcomes.within(
      tx,
      done.map(({ item, result, error }): Heard =>
        result
          ? { paymentId: item.id, fact: result, learnedFrom: learnedFrom(item) }
          : { paymentId: item.id, learnedFrom: 'silence', silentOn: item.action ?? 'query', detail: error.message },
      ),
    );
    tx.afterCommit(() => this.work.wake());
  }
}
