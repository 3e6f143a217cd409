import { causeOf, type Envelope, type PaymentRelease } from '@florin/contracts';
import { Transactions, type Tx } from '@florin/database';
import { type Clock, minuteMs } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { isFinal } from '../payments/payment-states';
import { RequestPayments } from '../payments/request-payments';
import { BookCheckouts } from './book-checkouts';
import { CheckoutAnswers } from './checkout-answers';
import { type Checkout, CheckoutsRepository } from './checkouts.repository';

/** Checkouts per round of the sweeper: bounds the transaction, not the work. */
const sweepLimit = 200;
/** The saga's own deadline comes first; this is for one that was never told. */
const graceMs = 10 * minuteMs;

/**
 * Gives reserved money back. A checkout that was never seen is remembered as released, so that a reserve which arrives
 * later is refused. A charge is undone at the processor; captured money is not touched here: that is a refund.
 */
@Injectable()
export class ReleasePayment {
  constructor(
    private readonly checkouts: CheckoutsRepository,
    private readonly requestPayments: RequestPayments,
    private readonly bookCheckouts: BookCheckouts,
    private readonly answers: CheckoutAnswers,
    private readonly transactions: Transactions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async within(tx: Tx, asked: readonly Envelope<PaymentRelease>[]): Promise<void> {
    const once = new Map(asked.map((each) => [each.data.checkoutId, each]));
    const fresh = await this.checkouts.insert(tx, [...once.values()].map(unseen));
    const known = [
      ...(
        await this.checkouts.lock(
          tx,
          [...once.keys()].filter((id) => !fresh.has(id)),
        )
      ).values(),
    ];
    const open = known.filter(({ state }) => state === 'reserving' || state === 'reserved');
    await this.release(
      tx,
      open.map((checkout) => ({ ...checkout, reason: once.get(checkout.checkoutId)?.data.reason ?? checkout.reason })),
    );
    await this.answers.repeat(
      tx,
      known.filter((checkout) => !open.includes(checkout)),
    );
  }

  /** Releases what is long past its time limit; gives how many. Run by the job and safe to run by hand. */
  async expire(): Promise<number> {
    return this.transactions.run(async (tx) => {
      const due = await this.checkouts.due(tx, new Date(this.clock.now().getTime() - graceMs), sweepLimit);
      await this.release(
        tx,
        due.map((checkout) => ({ ...checkout, reason: 'expired' })),
      );
      return due.length;
    });
  }

  private async release(tx: Tx, open: readonly Checkout[]): Promise<void> {
    const charged = open.filter(({ paymentId }) => paymentId !== null);
    const payments = await this.requestPayments.want(
      tx,
      charged.flatMap(({ paymentId }) => paymentId ?? []),
      'voided',
    );
    const ended = new Set(payments.filter(({ state }) => isFinal(state)).map(({ id }) => id));
    const waiting = charged
      .filter(({ paymentId }) => paymentId !== null && !ended.has(paymentId))
      .map((checkout): Checkout => ({ ...checkout, state: 'releasing' }));
    const waitingIds = new Set(waiting.map(({ checkoutId }) => checkoutId));
    const released = open
      .filter(({ checkoutId }) => !waitingIds.has(checkoutId))
      .map((checkout): Checkout => ({ ...checkout, state: 'released' }));
    await this.bookCheckouts.free(tx, released);
    await this.checkouts.save(tx, [...waiting, ...released]);
    await this.answers.say(tx, released);
  }
}

function unseen(asked: Envelope<PaymentRelease>): Checkout {
  return {
    checkoutId: asked.data.checkoutId,
    orderId: null,
    merchantId: null,
    memberId: null,
    currency: null,
    walletMinor: 0,
    cardMinor: 0,
    parts: 0,
    paymentId: null,
    state: 'released',
    reasonCode: null,
    reason: asked.data.reason,
    expiresAt: null,
    cause: causeOf(asked),
  };
}
