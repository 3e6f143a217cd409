import type { WalletPart } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { mulDiv } from '@florin/kernel';
import type { PostingInput } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { exchangePositionAccount, walletAccount } from '../accounts/money-accounts';
import { CheckoutPartsRepository, type PartRow, saidPart } from './checkout-parts.repository';
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
    const rows: { part: PartRow; amountMinor: number }[] = [];
    for (const refund of paying) {
      const back: GivenBack = { postings: [], parts: [] };
      given.set(refund.id, back);
      const parts = partsOf.get(refund.checkoutId ?? '');
      const shares = parts ? sharesOf(refund, parts) : [{ part: undefined, amountMinor: refund.walletMinor }];
      for (const { part, amountMinor } of shares) {
        const source = part?.source ?? 'wallet';
        if (part) back.parts.push(saidPart(part, amountMinor));
        if (source === 'exchange' && part) back.postings.push(...exchangedBack(refund, part, amountMinor));
        else if (source === 'wallet' && !inCredit.has(refund.id))
          back.postings.push({ account: walletAccount(refund), amountMinor });
        else values.push({ refund, source, sourceId: part?.sourceId ?? null, amountMinor, postings: back.postings });
        if (part) {
          rows.push({ part: { ...part }, amountMinor });
          part.refundedMinor += amountMinor;
        }
      }
    }
    await this.giveBackValues.within(tx, values);
    if (rows.length > 0) await this.parts.addRefunded(tx, summed(rows));
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
function exchangedBack(
  { merchantId, memberId, currency }: WalletRefund,
  part: PartRow,
  amountMinor: number,
): PostingInput[] {
  const backOf = (refundedMinor: number) => mulDiv(part.heldMinor, refundedMinor, part.paysMinor, 'half_even');
  const heldBack = backOf(part.refundedMinor + amountMinor) - backOf(part.refundedMinor);
  const from = part.heldCurrency;
  const both: PostingInput[] = [
    { account: exchangePositionAccount(merchantId, from), amountMinor: -heldBack },
    { account: walletAccount({ merchantId, memberId, currency: from }), amountMinor: heldBack },
  ];
  return [
    { account: exchangePositionAccount(merchantId, currency), amountMinor },
    ...both.filter((posting) => posting.amountMinor !== 0),
  ];
}

/** Two refunds of one set may share a part: the row is changed once. */
function summed(rows: readonly { part: PartRow; amountMinor: number }[]): { part: PartRow; amountMinor: number }[] {
  const sums = new Map<string, { part: PartRow; amountMinor: number }>();
  for (const { part, amountMinor } of rows) {
    const key = `${part.checkoutId} ${part.position}`;
    sums.set(key, { part, amountMinor: (sums.get(key)?.amountMinor ?? 0) + amountMinor });
  }
  return [...sums.values()];
}
