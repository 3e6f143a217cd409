import { paymentCaptured, paymentRefused, paymentReleased, paymentReserved } from '@florin/contracts';
import type { Tx } from '@florin/database';
import type { Clock } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { CheckoutPartsRepository, type PartRow, saidPart } from './checkout-parts.repository';
import { type Checkout, type CheckoutState, isKnown, type KnownCheckout } from './checkouts.repository';

/** What the wallet says back to the saga that asked: how each checkout stands. */
@Injectable()
export class CheckoutAnswers {
  constructor(
    private readonly outbox: Outbox,
    private readonly parts: CheckoutPartsRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * How checkouts stand that were decided before, for a saga that asks again. A capture is not said again: it is a fact that
   * others add up, and it was said in the transaction that booked it.
   */
  async repeat(tx: Tx, checkouts: readonly Checkout[]): Promise<void> {
    await this.say(
      tx,
      checkouts.filter(({ state }) => state !== 'captured'),
    );
  }

  /** Says what checkouts have just become; states on the way say nothing. */
  async say(tx: Tx, checkouts: readonly Checkout[]): Promise<void> {
    const known = checkouts.filter(isKnown);
    const inState = (state: CheckoutState) => known.filter((checkout) => checkout.state === state);
    await this.outbox.addAll(
      tx,
      paymentReserved,
      inState('reserved').map(({ walletMinor, cardMinor, ...of }) => said(of, { walletMinor, cardMinor })),
    );
    await this.outbox.addAll(
      tx,
      paymentRefused,
      inState('refused').map((of) =>
        said(of, { code: of.reasonCode ?? 'refused', reason: of.reason ?? 'The payment was refused.' }),
      ),
    );
    await this.outbox.addAll(
      tx,
      paymentReleased,
      inState('released').map((of) => said(of, { reason: of.reason ?? 'released' })),
    );
    const composed = inState('captured').filter(({ parts }) => parts > 0);
    const partsOf = await this.parts.of(
      tx,
      composed.map(({ checkoutId }) => checkoutId),
    );
    const capturedAt = this.clock.now().toISOString();
    await this.outbox.addAll(
      tx,
      paymentCaptured,
      inState('captured').map((of) =>
        said(of, {
          merchantId: of.merchantId,
          memberId: of.memberId,
          currency: of.currency,
          tenders: tendersOf(of),
          ...saidParts(partsOf.get(of.checkoutId)),
          capturedAt,
        }),
      ),
    );
  }
}

function said<T extends object>(of: Pick<KnownCheckout, 'checkoutId' | 'orderId' | 'merchantId' | 'cause'>, more: T) {
  return {
    subject: of.checkoutId,
    merchantId: of.merchantId,
    cause: of.cause ?? undefined,
    data: { checkoutId: of.checkoutId, orderId: of.orderId, ...more },
  };
}

function saidParts(parts: readonly PartRow[] | undefined) {
  return parts && { parts: parts.map((part) => saidPart(part, part.paysMinor)) };
}

/** Wallet money goes by the checkout's id: it has no charge of its own. */
function tendersOf({ walletMinor, cardMinor, paymentId, checkoutId }: KnownCheckout) {
  return [
    ...(walletMinor > 0 ? [{ tender: 'wallet' as const, paymentId: checkoutId, amountMinor: walletMinor }] : []),
    ...(cardMinor > 0 && paymentId !== null ? [{ tender: 'card' as const, paymentId, amountMinor: cardMinor }] : []),
  ];
}
