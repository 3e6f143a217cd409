import type { PaymentReserve } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { walletAccount } from '../accounts/money-accounts';
import { OpenWallets } from '../accounts/open-wallets';
import { ExchangeForCheckouts, type Quoted } from '../exchange/exchange-for-checkouts';
import type { Quote } from '../exchange/exchange.repository';
import { Limits } from '../limits/limits';
import { FindSettings } from '../settings/find-settings';
import type { WalletSettings } from '../settings/wallet-settings';
import { holdKey, partKey } from './checkout-parts.repository';
import { FindPurses } from './find-purses';
import { type Part, type Purse, splitWalletPart } from './split-wallet-part';

export interface CheckoutNo {
  code: string;
  reason: string;
}

/** What is held for each checkout, part by part, and which were refused. */
export interface HeldParts {
  parts: Map<string, Part[]>;
  refusals: Map<string, CheckoutNo>;
}

interface Found {
  quotes: Map<string, Quoted>;
  pursesOf: (owner: PaymentReserve) => Purse[] | undefined;
  settingsOf: (merchantId: string) => WalletSettings;
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
    if (paying.length === 0) return held;
    // Cards, grants and quotes are locked before limits, here and wherever both are: so nobody waits for each other.
    const found = await this.find(tx, paying);
    await this.allow(tx, paying, held.refusals);
    const allowed = paying.filter(({ checkoutId }) => !held.refusals.has(checkoutId));
    split(allowed, found, held);
    await this.hold(tx, allowed, held);
    await this.limits.giveBack(
      tx,
      allowed.filter(({ checkoutId }) => held.refusals.has(checkoutId)).map(({ checkoutId }) => holdKey(checkoutId)),
    );
    return held;
  }

  private async find(tx: Tx, asked: readonly PaymentReserve[]): Promise<Found> {
    const quotes = await this.exchange.of(tx, asked);
    const [pursesOf, settingsOf] = await Promise.all([
      this.findPurses.of(tx, asked),
      this.settings.ofAll(
        tx,
        asked.map(({ merchantId }) => merchantId),
      ),
    ]);
    return { quotes, pursesOf, settingsOf };
  }

  private async allow(tx: Tx, asked: readonly PaymentReserve[], refusals: Map<string, CheckoutNo>): Promise<void> {
    const taken = await this.limits.take(
      tx,
      asked.map((data) => ({
        key: holdKey(data.checkoutId),
        merchantId: data.merchantId,
        memberId: data.memberId,
        currency: data.currency,
        operation: 'spend',
        amountMinor: data.walletMinor,
      })),
    );
    asked.forEach(({ checkoutId }, index) => {
      const answer = taken[index];
      if (answer?.ok === false) refusals.set(checkoutId, { code: answer.code, reason: answer.reason });
    });
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

/** Says of each checkout what pays it. Those of one member share their purses. */
function split(asked: readonly PaymentReserve[], { quotes, pursesOf, settingsOf }: Found, held: HeldParts): void {
  for (const data of asked) {
    const quote = quotes.get(data.checkoutId);
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
