import { type Finished, LeasedWork, Transactions, type Tx } from '@florin/database';
import { backoffMs, present, secondMs } from '@florin/kernel';
import { OutsideWork, Roles } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { CARD_PROCESSOR, type CardProcessor, type RefundFact } from '../processors/card-processor';
import { BookRefunds } from './book-refunds';
import { type RefundRow, RefundsRepository } from './refunds.repository';

const concurrency = 16;

/** Asks the processor to give card money back; silence makes a refund unknown, and only asking leads out of that. */
@Injectable()
export class GiveBackToCards extends OutsideWork<RefundRow, RefundFact> {
  readonly work: LeasedWork<RefundRow, RefundFact>;

  constructor(
    @Inject(CARD_PROCESSOR) private readonly processor: CardProcessor,
    private readonly refunds: RefundsRepository,
    private readonly bookRefunds: BookRefunds,
    roles: Roles,
    transactions: Transactions,
  ) {
    super(roles);
    this.work = new LeasedWork<RefundRow, RefundFact>(
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

  private ask(refund: RefundRow, signal: AbortSignal): Promise<RefundFact> {
    const providerReference = present(refund.chargeReference, 'what is given back was charged');
    const wanted = { id: refund.id, amountMinor: refund.cardMinor, providerReference };
    return refund.action === 'query'
      ? this.processor.queryRefund(wanted, signal)
      : this.processor.refund(wanted, signal);
  }

  private async finish(tx: Tx, done: readonly Finished<RefundRow, RefundFact>[]): Promise<void> {
    const facts = new Map(done.map(({ item, result }) => [item.id, result]));
    const open = (await this.refunds.lock(tx, [...facts.keys()])).filter(
      ({ state }) => state === 'requested' || state === 'unknown',
    );
    const heard = (fact: RefundFact['fact'] | undefined) => open.filter(({ id }) => facts.get(id)?.fact === fact);
    await this.bookRefunds.complete(
      tx,
      heard('refunded').map((refund) => ({ ...refund, providerReference: referenceOf(facts.get(refund.id)) })),
    );
    await this.bookRefunds.fail(
      tx,
      heard('refund_failed').map((refund) => ({ ...refund, failureCode: codeOf(facts.get(refund.id)) })),
    );
    await this.refunds.save(tx, [
      // The processor never heard of it: asked again under the same key.
      ...heard('absent').map((refund) => this.again(refund, { state: 'requested', action: 'refund' })),
      ...heard(undefined).map((refund) => this.again(refund, { state: 'unknown', action: 'query' })),
    ]);
  }

  private again(refund: RefundRow, next: Pick<RefundRow, 'state' | 'action'>): RefundRow & { nextAt: Date } {
    const waitMs = secondMs / 2 + backoffMs(refund.attempts, secondMs, 60 * secondMs);
    // By the wall clock, as rows are claimed: a moved clock of the local run is not the processor's.
    return { ...refund, ...next, attempts: refund.attempts + 1, nextAt: new Date(Date.now() + waitMs) };
  }
}

const referenceOf = (fact: RefundFact | undefined): string | null =>
  fact?.fact === 'refunded' ? fact.reference : null;
const codeOf = (fact: RefundFact | undefined): string | null => (fact?.fact === 'refund_failed' ? fact.code : null);
