/** Where the wallet part of a checkout may come from. */
export type PartSource = 'wallet' | 'gift_card' | 'store_credit' | 'exchange';

/** Money that a member can pay with: what is available of it goes down as checkouts of a set take their parts. */
export interface Purse {
  source: 'wallet' | 'gift_card' | 'store_credit';
  sourceId: string | null;
  account: string;
  availableMinor: number;
  /** Of several of a kind the one that is lost soonest is spent first; null is never. */
  expiresAt: Date | null;
}

/** One hold of a checkout: so much of what the account is in, which pays so much of the checkout's currency. */
export interface Part {
  source: PartSource;
  sourceId: string | null;
  account: string;
  heldCurrency: string;
  heldMinor: number;
  paysMinor: number;
}

/** Whether it is anything but one hold on the wallet, which is all that a checkout without written parts has. */
export const isComposed = (parts: readonly Part[]): boolean => parts.some(({ source }) => source !== 'wallet');

export interface ChosenCard {
  giftCardId: string;
  amountMinor: number;
}

const order = {
  before_wallet: ['gift_card', 'store_credit', 'wallet'],
  after_wallet: ['gift_card', 'wallet', 'store_credit'],
} as const;

/** A checkout is paid from so many sources at most: a hold and a posting each. */
const mostParts = 20;

/**
 * Splits what is to be paid over the purses, in the order in which they are spent: gift cards, then store credit before or
 * after wallet money, as the merchant says. Cards that were chosen pay what was chosen, and no other card does then.
 * What nothing covers is asked of the wallet, where the ledger says no. Takes what it uses out of the purses.
 */
export function splitWalletPart(
  amountMinor: number,
  currency: string,
  purses: readonly Purse[],
  spend: keyof typeof order,
  chosen: readonly ChosenCard[] = [],
): Part[] | 'gift_card_unusable' {
  const parts: Part[] = [];
  let left = amountMinor;
  const take = (purse: Purse, takenMinor: number) => {
    if (takenMinor === 0) return;
    purse.availableMinor -= takenMinor;
    left -= takenMinor;
    const { source, sourceId, account } = purse;
    const same = parts.find((part) => part.account === account);
    if (same) {
      same.heldMinor += takenMinor;
      same.paysMinor += takenMinor;
    } else
      parts.push({ source, sourceId, account, heldCurrency: currency, heldMinor: takenMinor, paysMinor: takenMinor });
  };
  for (const { giftCardId, amountMinor: wantedMinor } of chosen) {
    const card = purses.find(({ source, sourceId }) => source === 'gift_card' && sourceId === giftCardId);
    if (!card || card.availableMinor < wantedMinor || wantedMinor > left) return 'gift_card_unusable';
    take(card, wantedMinor);
  }
  for (const source of order[spend]) {
    if (source === 'gift_card' && chosen.length > 0) continue;
    const ofKind = purses.filter((purse) => purse.source === source && purse.availableMinor > 0).sort(soonestLost);
    for (const purse of ofKind) {
      if (source !== 'wallet' && parts.length >= mostParts - 1) break;
      take(purse, Math.min(left, purse.availableMinor));
    }
  }
  const wallet = purses.find(({ source }) => source === 'wallet');
  if (left > 0 && wallet) take(wallet, left);
  return parts;
}

function soonestLost(a: Purse, b: Purse): number {
  const [first, second] = [a.expiresAt?.getTime() ?? Infinity, b.expiresAt?.getTime() ?? Infinity];
  if (first !== second) return first - second;
  return (a.sourceId ?? '') < (b.sourceId ?? '') ? -1 : 1;
}

/** How much of each part a refund gives back: what was spent last comes back first. Gives one amount per part, in order. */
export function splitRefund(
  amountMinor: number,
  parts: readonly { paysMinor: number; refundedMinor: number }[],
): number[] {
  let left = amountMinor;
  return parts
    .map((_, index) => index)
    .reverse()
    .reduce<number[]>((back, index) => {
      const { paysMinor = 0, refundedMinor = 0 } = parts[index] ?? {};
      back[index] = Math.min(left, paysMinor - refundedMinor);
      left -= back[index];
      return back;
    }, Array<number>(parts.length).fill(0));
}
