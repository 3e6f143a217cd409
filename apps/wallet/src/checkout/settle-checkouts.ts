import type { Tx } from '@florin/database';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Payment } from '../payments/payment';
import { PaymentOutcomes } from '../payments/payment-outcomes';
import { BookCheckouts } from './book-checkouts';
import { CheckoutAnswers } from './checkout-answers';
import { type Checkout, CheckoutsRepository, type CheckoutState } from './checkouts.repository';

/** Goes on with checkouts whose charge changed its state, in the transaction in which that is written. */
@Injectable()
export class SettleCheckouts implements OnModuleInit {
  constructor(
    private readonly outcomes: PaymentOutcomes,
    private readonly checkouts: CheckoutsRepository,
    private readonly bookCheckouts: BookCheckouts,
    private readonly answers: CheckoutAnswers,
  ) {}

  onModuleInit(): void {
    this.outcomes.on('order', (tx, payments) => this.within(tx, payments));
  }

  async within(tx: Tx, payments: readonly Payment[]): Promise<void> {
    const known = await this.checkouts.lock(
      tx,
      payments.map(({ subjectId }) => subjectId),
    );
    // A charge of which somebody took a part only, at the processor, is no payment of the order: a person has to look at it.
    const whole = payments.filter(
      ({ capturedMinor, amountMinor }) => capturedMinor === 0 || capturedMinor === amountMinor,
    );
    const next = whole.flatMap((payment) => {
      const checkout = known.get(payment.subjectId);
      const state = checkout && stateAfter(checkout.state, payment.state);
      return checkout && state ? [{ ...checkout, ...reasonOf(checkout, payment), state }] : [];
    });
    await this.bookCheckouts.free(
      tx,
      next.filter(({ state }) => state === 'refused' || state === 'released'),
    );
    await Promise.all([
      this.bookCheckouts.capture(
        tx,
        next.filter(({ state }) => state === 'captured'),
      ),
      this.checkouts.save(tx, next),
      this.answers.say(tx, next),
    ]);
  }
}

/** Where a checkout goes when its charge has moved; nowhere when that changes nothing for it. */
function stateAfter(checkout: CheckoutState, payment: Payment['state']): CheckoutState | undefined {
  switch (payment) {
    case 'authorised':
      return checkout === 'reserving' ? 'reserved' : undefined;
    case 'captured':
    case 'settled':
      // Also when it was being released: the money has moved, the books say so, and the saga gives it back as a refund.
      return checkout === 'captured' ? undefined : 'captured';
    case 'declined':
    case 'failed':
    case 'capture_failed':
    case 'voided':
    case 'expired':
      return checkout === 'releasing' ? 'released' : 'refused';
    case 'requested':
    case 'partially_captured':
    case 'pending':
    case 'unknown':
      return undefined;
  }
}

function reasonOf(checkout: Checkout, payment: Payment): Pick<Checkout, 'reasonCode' | 'reason'> {
  if (payment.declineCode === null) return { reasonCode: checkout.reasonCode, reason: checkout.reason };
  const reason = payment.state === 'capture_failed' ? 'The card could not be charged.' : 'The card was declined.';
  return { reasonCode: payment.declineCode, reason };
}
