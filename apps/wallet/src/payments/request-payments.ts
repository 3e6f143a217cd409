import type { Tx } from '@florin/database';
import { Inject, Injectable } from '@nestjs/common';
import { CARD_PROCESSOR, type CardProcessor } from '../processors/card-processor';
import { ChargeCards } from './charge-cards';
import type { NewPayment, Payment } from './payment';
import { isFinal, nextAction, type PaymentWish } from './payment-states';
import { PaymentsRepository } from './payments.repository';

/** Starts payments and says what is wanted of them; the processor is asked once the transaction is durable. */
@Injectable()
export class RequestPayments {
  constructor(
    @Inject(CARD_PROCESSOR) private readonly processor: CardProcessor,
    private readonly payments: PaymentsRepository,
    private readonly chargeCards: ChargeCards,
  ) {}

  async start(tx: Tx, payments: readonly NewPayment[]): Promise<void> {
    if (payments.length === 0) return;
    await this.payments.insert(tx, this.processor.name, payments);
    tx.afterCommit(() => this.chargeCards.work.wake());
  }

  /** Turns payments to another wish; gives them as they are now. One that is at its end stays there. */
  async want(tx: Tx, ids: readonly string[], wish: PaymentWish): Promise<Payment[]> {
    if (ids.length === 0) return [];
    const payments = await this.payments.lock(tx, ids);
    const open = payments.filter((payment) => !isFinal(payment.state));
    await this.payments.want(
      tx,
      open.map((payment) => payment.id),
      wish,
      // One that nobody asked for yet and nobody wants any more is still asked: it may have been asked by a process that died.
      open.map((payment) => nextAction(payment.state, wish)),
    );
    tx.afterCommit(() => this.chargeCards.work.wake());
    return payments;
  }

  /** Takes an amount out of what was captured, for a refund; a CHECK refuses more than is left. */
  setAsideForRefund(tx: Tx, id: string, amountMinor: number): Promise<void> {
    return this.payments.addRefunded(tx, id, amountMinor);
  }
}
