import { type Finished, LeasedWork, Transactions, type Tx } from '@florin/database';
import { present } from '@florin/kernel';
import { OutsideWork, Roles } from '@florin/service-host';
import { Injectable } from '@nestjs/common';
import { refundKey, type RefundFact } from '../processors/card-processor';
import { Processors } from '../processors/processors';
import { LearnRefunds } from './learn-refunds';
import { type DueRefund, RefundsRepository } from './refunds.repository';

const concurrency = 16;

/** Asks the processors to give card money back; silence makes a refund unknown, and only asking leads out of that. */
@Injectable()
export class GiveBackToCards extends OutsideWork<DueRefund, RefundFact> {
  readonly work: LeasedWork<DueRefund, RefundFact>;

  constructor(
    private readonly processors: Processors,
    private readonly refunds: RefundsRepository,
    private readonly learnRefunds: LearnRefunds,
    roles: Roles,
    transactions: Transactions,
  ) {
    super(roles);
    this.work = new LeasedWork<DueRefund, RefundFact>(
      {
        name: 'give-back-to-cards',
        concurrency,
        batch: concurrency,
        pollMs: 1_000,
        claim: (tx, limit, leaseUntil) => this.refunds.claim(tx, limit, leaseUntil),
        perform: (refund, signal) => this.ask(refund, signal),
        finish: (tx, done) => this.finish(tx, done),
      },
      transactions,
    );
  }

  private ask(refund: DueRefund, signal: AbortSignal): Promise<RefundFact> {
    const wanted = {
      key: refundKey(refund.id, refund.attempt),
      amountMinor: refund.cardMinor,
      currency: refund.currency,
      providerReference: present(refund.chargeReference, 'what is given back was charged'),
      captureReference: refund.captureReference,
      refundReference: refund.providerReference,
    };
    return refund.action === 'query'
      ? this.processors.ask(refund.processor, 'query_refund', (processor) => processor.queryRefund(wanted, signal))
      : this.processors.ask(refund.processor, 'refund', (processor) => processor.refund(wanted, signal));
  }

  private finish(tx: Tx, done: readonly Finished<DueRefund, RefundFact>[]): Promise<void> {
    return this.learnRefunds.within(
      tx,
      done.map(({ item, result, error }) => ({
        refundId: item.id,
        attempt: item.attempt,
        fact: result,
        learnedFrom: error ? ('silence' as const) : item.action === 'query' ? ('query' as const) : ('answer' as const),
        detail: error?.message,
      })),
    );
  }
}
