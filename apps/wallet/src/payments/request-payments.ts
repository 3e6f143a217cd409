import type { Tx } from '@florin/database';
import { assert } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { ScreenPayments } from '../fraud/screen-payments';
import { CapturesRepository } from './captures.repository';
import { ChargeCards } from './charge-cards';
import type { NewPayment, Payment } from './payment';
import { isFinal, nextAction, type PaymentAction, type PaymentWish } from './payment-states';
import { PaymentsRepository } from './payments.repository';

/** What follows from the fraud check: for a payment under review nobody is asked until somebody has looked at it. */
const firstAction = { allow: 'authorise', review: null, deny: 'refuse' } as const;

/** Whether a payment waits for its reviewer: it was requested, and nobody is to be asked. */
const isUnderReview = ({ state, action }: Payment): boolean => state === 'requested' && action === null;

/** What to ask next; nothing leaves it as it is. What the fraud check stopped is never asked for, whoever wants what. */
function actionTowards(payment: Payment, wish: PaymentWish): PaymentAction | null {
  if (payment.action === 'refuse') return null;
  if (isUnderReview(payment)) return wish === 'voided' || wish === 'expired' ? 'refuse' : null;
  return nextAction(payment.state, wish, payment.capturingMinor > 0);
}

/** Starts payments and says what is wanted of them; the processor is asked once the transaction is durable. */
@Injectable()
export class RequestPayments {
  constructor(
    private readonly payments: PaymentsRepository,
    private readonly captures: CapturesRepository,
    private readonly chargeCards: ChargeCards,
    private readonly screenPayments: ScreenPayments,
  ) {}

  async start(tx: Tx, payments: readonly NewPayment[]): Promise<void> {
    if (payments.length === 0) return;
    const outcomes = await this.screenPayments.within(tx, payments);
    await this.payments.insert(
      tx,
      payments.map((payment) => ({ ...payment, action: firstAction[outcomes.get(payment.id) ?? 'allow'] })),
    );
    this.wakeAfter(tx);
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
      open.map((payment) => actionTowards(payment, wish)),
    );
    const unwanted = wish === 'voided' || wish === 'expired' ? open.filter(isUnderReview) : [];
    await this.screenPayments.withdraw(
      tx,
      unwanted.map(({ id }) => id),
    );
    this.wakeAfter(tx);
    return payments;
  }

  /** Goes on with payments that were under review; gives the ids of those that still were. Locks them, in id order. */
  async decide(tx: Tx, decided: ReadonlyMap<string, 'authorise' | 'refuse'>): Promise<Set<string>> {
    const waiting = (await this.payments.lock(tx, [...decided.keys()])).filter(isUnderReview);
    const idsFor = (action: PaymentAction) =>
      waiting.filter(({ id }) => decided.get(id) === action).map(({ id }) => id);
    await this.payments.act(tx, idsFor('authorise'), 'authorise');
    await this.payments.act(tx, idsFor('refuse'), 'refuse');
    this.wakeAfter(tx);
    return new Set(waiting.map(({ id }) => id));
  }

  /** Something is to be asked of the processor once this is durable. */
  wakeAfter(tx: Tx): void {
    tx.afterCommit(() => this.chargeCards.work.wake());
  }

  /**
   * Takes an amount out of what was captured, for a refund, and gives the capture it is of: the one that is named, or the
   * oldest with as much left; nothing when no single one has. CHECKs refuse more than is left.
   */
  async setAsideForRefund(tx: Tx, id: string, amountMinor: number, captureId?: string): Promise<string | undefined> {
    await this.payments.addRefunded(tx, id, amountMinor);
    return this.captures.setAside(tx, id, amountMinor, captureId);
  }

  /** What was set aside can be given back otherwise. */
  async putBack(tx: Tx, id: string, captureId: string | null, amountMinor: number): Promise<void> {
    assert(captureId !== null, 'what is put back was set aside of a capture');
    await this.payments.addRefunded(tx, id, -amountMinor);
    await this.captures.putBack(tx, captureId, amountMinor);
  }
}
