import { causeOf, type Envelope, type PaymentReserve } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { assert, holdsCardNumber, newId } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { originOf } from '../fraud/payment-risk';
import { RequestPayments } from '../payments/request-payments';
import { CheckoutAnswers } from './checkout-answers';
import { CheckoutPartsRepository } from './checkout-parts.repository';
import { type Checkout, CheckoutsRepository } from './checkouts.repository';
import { type CheckoutNo, type HeldParts, HoldWalletParts } from './hold-wallet-parts';
import { isComposed } from './split-wallet-part';

type Asked = Envelope<PaymentReserve>;

/**
 * Sets money aside for a set of checkouts: the wallet part as holds in the ledger, card money as an authorisation that the
 * processor is asked for afterwards. A checkout that was decided before is answered as it stands.
 */
@Injectable()
export class ReservePayment {
  constructor(
    private readonly checkouts: CheckoutsRepository,
    private readonly parts: CheckoutPartsRepository,
    private readonly holdWalletParts: HoldWalletParts,
    private readonly requestPayments: RequestPayments,
    private readonly answers: CheckoutAnswers,
  ) {}

  async within(tx: Tx, asked: readonly Asked[]): Promise<void> {
    const once = [...new Map(asked.map((each) => [each.data.checkoutId, each])).values()];
    const known = await this.checkouts.lock(
      tx,
      once.map(({ data }) => data.checkoutId),
    );
    await this.answers.repeat(
      tx,
      [...known.values()].map((checkout) => answerable(checkout, once)),
    );
    const fresh = once.filter(({ data }) => !known.has(data.checkoutId));
    if (fresh.length === 0) return;
    const { parts, refusals } = await this.hold(tx, fresh);
    const composed = new Map([...parts].filter(([, of]) => isComposed(of)));
    const decisions = fresh.map((each) => ({
      asked: each,
      checkout: decided(each, composed.get(each.data.checkoutId)?.length ?? 0, refusals.get(each.data.checkoutId)),
    }));
    // First, because what a checkout is charged with must be there before the checkout names it.
    await this.requestPayments.start(
      tx,
      decisions.filter(isCharging).map(({ checkout, asked: { data } }) => ({
        id: checkout.paymentId,
        purpose: 'order',
        subjectId: data.checkoutId,
        merchantId: data.merchantId,
        memberId: data.memberId,
        orderId: data.orderId,
        currency: data.currency,
        amountMinor: data.cardMinor,
        cardToken: data.cardToken ?? '',
        wants: 'authorised',
        cause: checkout.cause,
        risk: { ...originOf(data), reviewUntil: new Date(data.expiresAt) },
      })),
    );
    const checkouts = decisions.map(({ checkout }) => checkout);
    const [written] = await Promise.all([this.checkouts.insert(tx, checkouts), this.answers.say(tx, checkouts)]);
    assert(written.size === fresh.length, 'a checkout was released while its money was being reserved');
    await this.parts.insert(tx, composed);
  }

  /** Holds the wallet parts of those that can be paid at all. */
  private async hold(tx: Tx, fresh: readonly Asked[]): Promise<HeldParts> {
    const faults = new Map<string, CheckoutNo>();
    for (const { data } of fresh) {
      const fault = faultOf(data);
      if (fault) faults.set(data.checkoutId, fault);
    }
    const sound = fresh.map(({ data }) => data).filter(({ checkoutId }) => !faults.has(checkoutId));
    const held = await this.holdWalletParts.within(tx, sound);
    return { ...held, refusals: new Map([...faults, ...held.refusals]) };
  }
}

function decided(asked: Asked, parts: number, refusal: CheckoutNo | undefined): Checkout {
  const { checkoutId, orderId, merchantId, memberId, currency, walletMinor, cardMinor, expiresAt } = asked.data;
  const charges = refusal === undefined && cardMinor > 0;
  return {
    checkoutId,
    orderId,
    merchantId,
    memberId,
    currency,
    walletMinor,
    cardMinor,
    parts,
    paymentId: charges ? newId() : null,
    state: refusal ? 'refused' : charges ? 'reserving' : 'reserved',
    reasonCode: refusal?.code ?? null,
    reason: refusal?.reason ?? null,
    expiresAt: new Date(expiresAt),
    cause: causeOf(asked),
  };
}

function isCharging(decided: {
  checkout: Checkout;
  asked: Asked;
}): decided is { checkout: Checkout & { paymentId: string }; asked: Asked } {
  return decided.checkout.paymentId !== null;
}

/** A release that came first knew no order: the answer takes it from whoever asks now. */
function answerable(checkout: Checkout, asked: readonly Asked[]): Checkout {
  const of = asked.find(({ data }) => data.checkoutId === checkout.checkoutId);
  return of
    ? {
        ...checkout,
        orderId: of.data.orderId,
        merchantId: of.data.merchantId,
        memberId: of.data.memberId,
        currency: of.data.currency,
      }
    : checkout;
}

function faultOf(data: PaymentReserve): CheckoutNo | undefined {
  if (data.cardMinor > 0 && data.cardToken === undefined)
    return { code: 'card_token_missing', reason: 'There is nothing to charge the card part to.' };
  if (data.cardToken !== undefined && holdsCardNumber(data.cardToken))
    return { code: 'card_number_refused', reason: 'A card number is no token.' };
  return undefined;
}
