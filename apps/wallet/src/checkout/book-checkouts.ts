import type { Tx } from '@florin/database';
import { assert } from '@florin/kernel';
import { type Command, Ledger, type PostingInput } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { clearingAccount, exchangePositionAccount, salesAccount } from '../accounts/money-accounts';
import { Limits } from '../limits/limits';
import { CheckoutPartsRepository, holdKey, type PartRow } from './checkout-parts.repository';
import { type Checkout, isKnown, type KnownCheckout } from './checkouts.repository';
import type { PartSource } from './split-wallet-part';

/** What is captured of a checkout's wallet part: one hold, and where its money goes. */
type Captured = Pick<PartRow, 'source' | 'holdKey' | 'heldCurrency' | 'heldMinor' | 'paysMinor'>;

const kinds: Record<PartSource, string> = {
  wallet: 'wallet_payment',
  gift_card: 'gift_card_payment',
  store_credit: 'store_credit_payment',
  exchange: 'exchange_payment',
};

/** Moves the money of checkouts in the books: all tenders of an order in one set. */
@Injectable()
export class BookCheckouts {
  constructor(
    private readonly ledger: Ledger,
    private readonly parts: CheckoutPartsRepository,
    private readonly limits: Limits,
  ) {}

  /** Holds and card charge become the merchant's sale. Gives the checkouts as captured. */
  async capture(tx: Tx, checkouts: readonly Checkout[]): Promise<Checkout[]> {
    const known = checkouts.filter(isKnown);
    const partsOf = await this.partsOf(tx, known);
    await this.apply(
      tx,
      known.flatMap((checkout) => [
        ...partsOf(checkout).flatMap((part) => captureOf(checkout, part)),
        ...cardJournal(checkout),
      ]),
    );
    return known.map((checkout) => ({ ...checkout, state: 'captured' }));
  }

  /** What was held is free again, and does not count as spent. */
  async free(tx: Tx, checkouts: readonly Checkout[]): Promise<void> {
    const holding = checkouts.filter(isKnown).filter(({ walletMinor }) => walletMinor > 0);
    if (holding.length === 0) return;
    await this.limits.giveBack(
      tx,
      holding.map(({ checkoutId }) => holdKey(checkoutId)),
    );
    const partsOf = await this.partsOf(tx, holding);
    await this.apply(
      tx,
      holding.flatMap(partsOf).map((part) => ({
        operation: 'void',
        input: { key: part.holdKey.replace(/^checkout:/, 'void:'), holdKey: part.holdKey },
      })),
    );
  }

  /** The parts of each wallet part; those of plain wallet money are not written down. */
  private async partsOf(tx: Tx, checkouts: readonly KnownCheckout[]): Promise<(of: KnownCheckout) => Captured[]> {
    const written = await this.parts.of(
      tx,
      checkouts.filter(({ parts }) => parts > 0).map(({ checkoutId }) => checkoutId),
    );
    return (checkout) => written.get(checkout.checkoutId) ?? plainPart(checkout);
  }

  private async apply(tx: Tx, commands: readonly Command[]): Promise<void> {
    if (commands.length === 0) return;
    for (const answer of await this.ledger.apply(tx, commands))
      assert(answer.ok, `what was held can be moved: ${answer.ok ? '' : answer.detail}`);
  }
}

function plainPart({ checkoutId, currency, walletMinor }: KnownCheckout): Captured[] {
  if (walletMinor === 0) return [];
  return [
    {
      source: 'wallet',
      holdKey: holdKey(checkoutId),
      heldCurrency: currency,
      heldMinor: walletMinor,
      paysMinor: walletMinor,
    },
  ];
}

/** Money of another currency goes into the merchant's position, out of which the sale is paid in its own. */
function captureOf({ orderId, merchantId, currency }: KnownCheckout, part: Captured): Command[] {
  const { source, heldMinor, paysMinor } = part;
  const sale: PostingInput = { account: salesAccount(merchantId, currency), amountMinor: paysMinor };
  const postings: PostingInput[] =
    source === 'exchange'
      ? [
          { account: exchangePositionAccount(merchantId, part.heldCurrency), amountMinor: heldMinor },
          { account: exchangePositionAccount(merchantId, currency), amountMinor: -paysMinor },
          sale,
        ]
      : [sale];
  return [
    {
      operation: 'capture',
      input: {
        key: part.holdKey.replace(/^checkout:/, 'capture:'),
        kind: kinds[source],
        holdKey: part.holdKey,
        amountMinor: heldMinor,
        final: true,
        reference: `order:${orderId}`,
        postings,
      },
    },
  ];
}

function cardJournal({ checkoutId, orderId, merchantId, currency, cardMinor }: KnownCheckout): Command[] {
  if (cardMinor === 0) return [];
  return [
    {
      operation: 'post',
      input: {
        key: `card:${checkoutId}`,
        kind: 'card_payment',
        reference: `order:${orderId}`,
        postings: [
          { account: clearingAccount(merchantId, currency), amountMinor: -cardMinor },
          { account: salesAccount(merchantId, currency), amountMinor: cardMinor },
        ],
      },
    },
  ];
}
