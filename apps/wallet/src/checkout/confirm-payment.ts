import type { Envelope, PaymentConfirm } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { Injectable } from '@nestjs/common';
import { RequestPayments } from '../payments/request-payments';
import { BookCheckouts } from './book-checkouts';
import { CheckoutAnswers } from './checkout-answers';
import { type Checkout, CheckoutsRepository } from './checkouts.repository';

/**
 * Takes what a set of checkouts reserved: a charge is captured at the processor first, and the books follow; wallet money
 * alone is booked at once. A checkout that is no longer reserved is answered as it stands.
 */
@Injectable()
export class ConfirmPayment {
  constructor(
    private readonly checkouts: CheckoutsRepository,
    private readonly requestPayments: RequestPayments,
    private readonly bookCheckouts: BookCheckouts,
    private readonly answers: CheckoutAnswers,
  ) {}

  async within(tx: Tx, asked: readonly Envelope<PaymentConfirm>[]): Promise<void> {
    const known = [...(await this.checkouts.lock(tx, [...new Set(asked.map(({ data }) => data.checkoutId))])).values()];
    const reserved = known.filter(({ state }) => state === 'reserved');
    const charging = reserved.filter(({ paymentId }) => paymentId !== null);
    const confirming = charging.map((checkout): Checkout => ({ ...checkout, state: 'confirming' }));
    const [booked] = await Promise.all([
      this.bookCheckouts.capture(
        tx,
        reserved.filter(({ paymentId }) => paymentId === null),
      ),
      this.requestPayments.want(
        tx,
        charging.flatMap(({ paymentId }) => paymentId ?? []),
        'captured',
      ),
      this.checkouts.save(tx, confirming),
      this.answers.repeat(
        tx,
        known.filter(({ state }) => state !== 'reserved'),
      ),
    ]);
    await Promise.all([this.checkouts.save(tx, booked), this.answers.say(tx, booked)]);
  }
}
