import type { Tx } from '@florin/database';
import { assert } from '@florin/kernel';
import { type Command, Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { clearingAccount, salesAccount } from '../accounts/money-accounts';
import { type Checkout, isKnown, type KnownCheckout } from './checkouts.repository';
import { holdKey } from './reserve-payment';

/** Moves the money of checkouts in the books: both tenders of an order in one set. */
@Injectable()
export class BookCheckouts {
  constructor(private readonly ledger: Ledger) {}

  /** Wallet hold and card charge become the merchant's sale. Gives the checkouts as captured. */
  async capture(tx: Tx, checkouts: readonly Checkout[]): Promise<Checkout[]> {
    const known = checkouts.filter(isKnown);
    await this.apply(
      tx,
      known.flatMap((checkout) => [...walletCapture(checkout), ...cardJournal(checkout)]),
    );
    return known.map((checkout) => ({ ...checkout, state: 'captured' }));
  }

  /** Wallet money that was held is free again. */
  async free(tx: Tx, checkouts: readonly Checkout[]): Promise<void> {
    const holding = checkouts.filter((checkout) => isKnown(checkout) && checkout.walletMinor > 0);
    await this.apply(
      tx,
      holding.map(({ checkoutId }) => ({
        operation: 'void',
        input: { key: `void:${checkoutId}`, holdKey: holdKey(checkoutId) },
      })),
    );
  }

  private async apply(tx: Tx, commands: readonly Command[]): Promise<void> {
    if (commands.length === 0) return;
    for (const answer of await this.ledger.apply(tx, commands))
      assert(answer.ok, `what was held can be moved: ${answer.ok ? '' : answer.detail}`);
  }
}

function walletCapture({ checkoutId, orderId, merchantId, currency, walletMinor }: KnownCheckout): Command[] {
  if (walletMinor === 0) return [];
  return [
    {
      operation: 'capture',
      input: {
        key: `capture:${checkoutId}`,
        kind: 'wallet_payment',
        holdKey: holdKey(checkoutId),
        amountMinor: walletMinor,
        final: true,
        reference: `order:${orderId}`,
        postings: [{ account: salesAccount(merchantId, currency), amountMinor: walletMinor }],
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
