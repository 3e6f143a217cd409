import type { WalletPart } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { mulDiv } from '@florin/kernel';
import type { PostingInput } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { exchangePositionAccount, walletAccount } from '../accounts/money-accounts';
import { CheckoutPartsRepository, type PartRefund, type PartRow, saidPart } from './checkout-parts.repository';
import { type GivenValue, GiveBackValues } from './give-back-values';
import { splitRefund } from './split-wallet-part';

/** A refund that completes: `walletMinor` of it goes back to what the wallet part was made of. */
export interface WalletRefund {
  id: string;
  checkoutId: string | null;
  merchantId: string;
  memberId: string;
  currency: string;
  walletMinor: number;
}

export interface GivenBack {
  postings: PostingInput[];
  /** What it was made of, where that is more than plain wallet money. */
  parts: WalletPart[];
  /** What went back in another currency, in its minor units. */
  exchangedMinor: number;
}

/**
 * Gives the wallet part of refunds back to where it came from: the card, the grant, the currency it was paid with. What was
 * spent last comes back first. Call it before the ledger: it locks what the money goes to.
 */
@Injectable()
export class GiveBackParts {
  constructor(
    private readonly parts: CheckoutPartsRepository,
    private readonly giveBackValues: GiveBackValues,
  ) {}

  /** Gives the postings of each refund's wallet part, by refund. They sum to `walletMinor` in the refund's currency. */
  async within(tx: Tx, refunds: readonly WalletRefund[]): Promise<Map<string, GivenBack>> {
    const given = new Map<string, GivenBack>();
    const paying = refunds.filter(({ walletMinor }) => walletMinor > 0);
    if (paying.length === 0) return given;
    const partsOf = await this.parts.lock(
      tx,
      paying.flatMap(({ checkoutId }) => checkoutId ?? []),
    );
    const inCredit = await this.asked(tx, paying);
    const values: GivenValue[] = [];
    const rows: PartRefund[] = [];
    for (const refund of paying) {
      const back: GivenBack = { postings: [], parts: [], exchangedMinor: 0 };
      given.set(refund.id, back);
      const parts = partsOf.get(refund.checkoutId ?? '');
      if (!parts) {
        const plain = { refund, amountMinor: refund.walletMinor, postings: back.postings };
        if (inCredit.has(refund.id)) values.push({ ...plain, part: undefined });
        else back.postings.push({ account: walletAccount(refund), amountMinor: refund.walletMinor });
        continue;
      }
      for (const { part, amountMinor } of sharesOf(refund, parts)) {
        const row: PartRefund = { part, amountMinor, elsewhereMinor: 0 };
        back.parts.push(saidPart(part, amountMinor));
        if (part.source === 'exchange') exchangeBack(refund, row, back);
        else if (part.source === 'wallet' && !inCredit.has(refund.id))
          back.postings.push({ account: walletAccount(refund), amountMinor });
        else values.push({ refund, amountMinor, postings: back.postings, part: row });
        rows.push(row);
        part.refundedMinor += amountMinor;
      }
    }
    await this.giveBackValues.within(tx, values);
    await this.parts.addRefunded(tx, summed(rows));
    await this.parts.exchanged(
      tx,
      [...given].map(([id, { exchangedMinor }]) => ({ id, exchangedMinor })),
    );
    return given;
  }

  private async asked(tx: Tx, refunds: readonly WalletRefund[]): Promise<Set<string>> {
    const rows = await tx.query<{ id: string }>(
      'SELECT id FROM payment_refunds WHERE id = ANY($1::uuid[]) AND to_store_credit',
      [refunds.map(({ id }) => id)],
    );
    return new Set(rows.map(({ id }) => id));
  }
}

function sharesOf({ walletMinor }: WalletRefund, parts: readonly PartRow[]): { part: PartRow; amountMinor: number }[] {
  const amounts = splitRefund(walletMinor, parts);
  return parts
    .map((part, index) => ({ part, amountMinor: amounts[index] ?? 0 }))
    .filter(({ amountMinor }) => amountMinor > 0);
}

/** At the rate it was paid with: after the last refund exactly what was taken is back, however it was cut. */
function exchangeBack(refund: WalletRefund, { part, amountMinor }: PartRefund, back: GivenBack): void {
  const { merchantId, memberId, currency } = refund;
  const backOf = (refundedMinor: number) => mulDiv(part.heldMinor, refundedMinor, part.paysMinor, 'half_even');
  const heldBack = backOf(part.refundedMinor + amountMinor) - backOf(part.refundedMinor);
  back.exchangedMinor += heldBack;
  back.postings.push({ account: exchangePositionAccount(merchantId, currency), amountMinor });
  if (heldBack === 0) return;
  const from = part.heldCurrency;
  back.postings.push(
    { account: exchangePositionAccount(merchantId, from), amountMinor: -heldBack },
    { account: walletAccount({ merchantId, memberId, currency: from }), amountMinor: heldBack },
  );
}

/** Two refunds of one set may share a part: the row is changed once. */
function summed(rows: readonly PartRefund[]): PartRefund[] {
  const sums = new Map<string, PartRefund>();
  for (const { part, amountMinor, elsewhereMinor } of rows) {
    const key = `${part.checkoutId} ${part.position}`;
    const before = sums.get(key);
    sums.set(key, {
      part,
      amountMinor: (before?.amountMinor ?? 0) + amountMinor,
      elsewhereMinor: (before?.elsewhereMinor ?? 0) + elsewhereMinor,
    });
  }
  return [...sums.values()];
}
