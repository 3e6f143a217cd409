import { type Finished, LeasedWork, Transactions, type Tx } from '@florin/database';
import { OutsideWork, Roles } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { CARD_PROCESSOR, type CardProcessor, type ChargeFact } from '../processors/card-processor';
import { type Heard, LearnOutcomes } from './learn-outcomes';
import type { Payment } from './payment';
import { PaymentsRepository } from './payments.repository';

/** Requests under way at the processor at once. */
const concurrency = 32;

/** Asks of the processor what is still to be asked, outside of any transaction; a crash in between asks again under the same key. */
@Injectable()
export class ChargeCards extends OutsideWork<Payment, ChargeFact> {
  readonly work: LeasedWork<Payment, ChargeFact>;

  constructor(
    @Inject(CARD_PROCESSOR) private readonly processor: CardProcessor,
    private readonly payments: PaymentsRepository,
    private readonly learnOutcomes: LearnOutcomes,
    roles: Roles,
    transactions: Transactions,
  ) {
    super(roles);
    this.work = new LeasedWork<Payment, ChargeFact>(
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

  private ask(payment: Payment, signal: AbortSignal): Promise<ChargeFact> {
    switch (payment.action) {
      case 'authorise':
        return this.processor.authorise(payment, signal);
      case 'capture':
        return this.processor.capture(payment, signal);
      case 'void':
        return this.processor.void(payment, signal);
      case 'query':
      case null:
        return this.processor.query(payment, signal);
    }
  }

  private async finish(tx: Tx, done: readonly Finished<Payment, ChargeFact>[]): Promise<void> {
    await this.learnOutcomes.within(
      tx,
      done.map(({ item, result, error }): Heard =>
        result
          ? { paymentId: item.id, fact: result, learnedFrom: item.action === 'query' ? 'query' : 'answer' }
          : { paymentId: item.id, learnedFrom: 'silence', silentOn: item.action ?? 'query', detail: error.message },
      ),
    );
    tx.afterCommit(() => this.work.wake());
  }
}
