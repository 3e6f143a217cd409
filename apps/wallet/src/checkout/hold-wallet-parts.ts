import type { PaymentReserve } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { walletAccount } from '../accounts/money-accounts';
import { OpenWallets } from '../accounts/open-wallets';
import { ExchangeForCheckouts } from '../exchange/exchange-for-checkouts';
import type { Quote } from '../exchange/exchange.repository';
import { Limits } from '../limits/limits';
import { FindSettings } from '../settings/find-settings';
import { holdKey, partKey } from './checkout-parts.repository';
import { FindPurses } from './find-purses';
import { type Part, splitWalletPart } from './split-wallet-part';

export interface CheckoutNo {
  code: string;
  reason: string;
}

/** What is held for each checkout, part by part, and which were refused. */
export interface HeldParts {
  parts: Map<string, Part[]>;
  refusals: Map<string, CheckoutNo>;
}

const notThatMuch = 'The wallet does not hold that much.';

/**
 * Sets the wallet part of checkouts aside: within the limits, from gift cards, store credit and wallet money, or from money of
 * another currency as quoted, a hold each. A checkout is held altogether or not at all.
 */
@Injectable()
export class HoldWalletParts {
  constructor(
    private readonly openWallets: OpenWallets,
    private readonly limits: Limits,
    private readonly findPurses: FindPurses,
    private readonly settings: FindSettings,
    private readonly exchange: ExchangeForCheckouts,
    private readonly ledger: Ledger,
  ) {}

  async within(tx: Tx, asked: readonly PaymentReserve[]): Promise<HeldParts> {
    const held: HeldParts = { parts: new Map(), refusals: new Map() };
    if (asked.length === 0) return held;
    await this.openWallets.within(tx, asked);
    const paying = asked.filter(({ walletMinor }) => walletMinor > 0);
    const taken = await this.limits.take(
      tx,
      paying.map((data) => ({
        key: holdKey(data.checkoutId),
        merchantId: data.merchantId,
        memberId: data.memberId,
        currency: data.currency,
        operation: 'spend',
        amountMinor: data.walletMinor,
      })),
    );
    paying.forEach((data, index) => {
      const answer = taken[index];
      if (answer?.ok === false) held.refusals.set(data.checkoutId, { code: answer.code, reason: answer.reason });
    });
    const allowed = paying.filter(({ checkoutId }) => !held.refusals.has(checkoutId));
    if (allowed.length === 0) return held;
    await this.split(tx, allowed, held);
    await this.hold(tx, allowed, held);
    await this.limits.giveBack(
      tx,
      allowed.filter(({ checkoutId }) => held.refusals.has(checkoutId)).map(({ checkoutId }) => holdKey(checkoutId)),
    );
    return held;
  }

  private async split(tx: Tx, asked: readonly PaymentReserve[], held: HeldParts): Promise<void> {
    const quoted = await this.exchange.of(tx, asked);
    const [pursesOf, settingsOf] = await Promise.all([
      this.findPurses.of(tx, asked),
      this.settings.ofAll(
        tx,
        asked.map(({ merchantId }) => merchantId),
      ),
    ]);
    for (const data of asked) {
      const quote = quoted.get(data.checkoutId);
      if (quote) {
        if (quote.ok) held.parts.set(data.checkoutId, [exchangePart(quote.quote)]);
        else held.refusals.set(data.checkoutId, { code: quote.code, reason: quote.reason });
        continue;
      }
      const { spend } = settingsOf(data.merchantId).store_credit;
      const purses = pursesOf(data) ?? [];
      const parts =
        purses.length === 0 && !data.giftCards?.length
          ? [plain(data)]
          : splitWalletPart(data.walletMinor, data.currency, purses, spend, data.giftCards);
      if (typeof parts !== 'string') held.parts.set(data.checkoutId, parts);
      else held.refusals.set(data.checkoutId, { code: parts, reason: 'A gift card cannot pay what was asked of it.' });
    }
  }

  private async hold(tx: Tx, asked: readonly PaymentReserve[], { parts, refusals }: HeldParts): Promise<void> {
    const wanted = asked.flatMap(({ checkoutId, orderId }) =>
      (parts.get(checkoutId) ?? []).map((part) => ({ checkoutId, orderId, part })),
    );
    if (wanted.length === 0) return;
    const answers = await this.ledger.hold(
      tx,
      wanted.map(({ checkoutId, orderId, part }) => ({
        key: partKey(checkoutId, part),
        account: part.account,
        amountMinor: part.heldMinor,
        reference: `order:${orderId}`,
      })),
    );
    wanted.forEach(({ checkoutId }, index) => {
      const answer = answers[index];
      if (answer?.ok === false) refusals.set(checkoutId, { code: answer.code, reason: notThatMuch });
    });
    const half = wanted.filter(({ checkoutId }, index) => refusals.has(checkoutId) && answers[index]?.ok);
    if (half.length > 0)
      await this.ledger.void(
        tx,
        half.map(({ checkoutId, part }) => ({
          key: `void:${partKey(checkoutId, part)}`,
          holdKey: partKey(checkoutId, part),
        })),
      );
    for (const checkoutId of refusals.keys()) parts.delete(checkoutId);
    await this.exchange.used(
      tx,
      [...parts].flatMap(([checkoutId, all]) =>
        all.flatMap(({ source, sourceId }) =>
          source === 'exchange' && sourceId !== null ? [{ quoteId: sourceId, checkoutId }] : [],
        ),
      ),
    );
  }
}

/** Money of another currency, held as it is; the merchant's positions change it when it is captured. */
function exchangePart(quote: Quote): Part {
  return {
    source: 'exchange',
    sourceId: quote.id,
    account: walletAccount({ ...quote, currency: quote.fromCurrency }),
    heldCurrency: quote.fromCurrency,
    heldMinor: quote.fromMinor,
    paysMinor: quote.toMinor,
  };
}

const plain = (data: PaymentReserve): Part => ({
  source: 'wallet',
  sourceId: null,
  account: walletAccount(data),
  heldCurrency: data.currency,
  heldMinor: data.walletMinor,
  paysMinor: data.walletMinor,
});
