import { causeOf, type Envelope, type PaymentReserve } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { assert, holdsCardNumber, newId } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { walletAccount } from '../accounts/money-accounts';
import { OpenWallets } from '../accounts/open-wallets';
import { RequestPayments } from '../payments/request-payments';
import { CheckoutAnswers } from './checkout-answers';
import { type Checkout, CheckoutsRepository } from './checkouts.repository';

type Asked = Envelope<PaymentReserve>;

/** The key of the hold on wallet money, and of the checkout's other journals. */
export const holdKey = (checkoutId: string): string => `checkout:${checkoutId}`;

/**
 * Sets money aside for a set of checkouts: wallet money as a hold in the ledger, card money as an authorisation that the
 * processor is asked for afterwards. A checkout that was decided before is answered as it stands.
 */
@Injectable()
export class ReservePayment {
  constructor(
    private readonly checkouts: CheckoutsRepository,
    private readonly openWallets: OpenWallets,
    private readonly ledger: Ledger,
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
    const refusals = await this.hold(tx, fresh);
    const decided = fresh.map((each) => this.decided(each, refusals.get(each.data.checkoutId)));
    const starting = this.requestPayments.start(
      tx,
      decided.filter(isCharging).map(({ checkout, asked: { data } }) => ({
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
      })),
    );
    const checkouts = decided.map(({ checkout }) => checkout);
    const [written] = await Promise.all([
      this.checkouts.insert(tx, checkouts),
      this.answers.say(tx, checkouts),
      starting,
    ]);
    assert(written.size === fresh.length, 'a checkout was released while its money was being reserved');
  }

  /** Holds wallet money; gives the refusals by checkout. */
  private async hold(tx: Tx, fresh: readonly Asked[]): Promise<Map<string, { code: string; reason: string }>> {
    const refusals = new Map<string, { code: string; reason: string }>();
    for (const { data } of fresh) {
      const fault = faultOf(data);
      if (fault) refusals.set(data.checkoutId, fault);
    }
    const sound = fresh.filter(({ data }) => !refusals.has(data.checkoutId));
    if (sound.length === 0) return refusals;
    await this.openWallets.within(
      tx,
      sound.map(({ data }) => data),
    );
    const holding = sound.filter(({ data }) => data.walletMinor > 0);
    const held = await this.ledger.hold(
      tx,
      holding.map(({ data }) => ({
        key: holdKey(data.checkoutId),
        account: walletAccount(data),
        amountMinor: data.walletMinor,
        reference: `order:${data.orderId}`,
      })),
    );
    holding.forEach(({ data }, index) => {
      const answer = held[index];
      if (answer && !answer.ok)
        refusals.set(data.checkoutId, { code: answer.code, reason: 'The wallet does not hold that much.' });
    });
    return refusals;
  }

  private decided(
    asked: Asked,
    refusal: { code: string; reason: string } | undefined,
  ): { checkout: Checkout; asked: Asked } {
    const { checkoutId, orderId, merchantId, memberId, currency, walletMinor, cardMinor, expiresAt } = asked.data;
    const charges = refusal === undefined && cardMinor > 0;
    const checkout: Checkout = {
      checkoutId,
      orderId,
      merchantId,
      memberId,
      currency,
      walletMinor,
      cardMinor,
      paymentId: charges ? newId() : null,
      state: refusal ? 'refused' : charges ? 'reserving' : 'reserved',
      reasonCode: refusal?.code ?? null,
      reason: refusal?.reason ?? null,
      expiresAt: new Date(expiresAt),
      cause: causeOf(asked),
    };
    return { checkout, asked };
  }
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

function faultOf(data: PaymentReserve): { code: string; reason: string } | undefined {
  if (data.cardMinor > 0 && data.cardToken === undefined)
    return { code: 'card_token_missing', reason: 'There is nothing to charge the card part to.' };
  if (data.cardToken !== undefined && holdsCardNumber(data.cardToken))
    return { code: 'card_number_refused', reason: 'A card number is no token.' };
  return undefined;
}
