import { assert } from '@florin/kernel';
import { toNumber } from './exact';

export interface Funding {
  /** `operator`, `merchant:<id>` or `brand:<id>`. */
  funder: string;
  shareBps: number;
}

/** A lot of points with the money that stands for it. */
export interface Lot {
  id: string;
  programId: string;
  merchantId: string;
  memberId: string;
  orderId: string | null;
  currency: string;
  settingVersion: number;
  /** Month of issue. */
  cohort: string;
  points: number;
  redeemed: number;
  expired: number;
  clawedBack: number;
  /** What was allocated to it when it was given. */
  allocatedMinor: number;
  /** The same, less what clawbacks gave back to the goods. */
  priceMinor: number;
  /** What of it is no revenue yet. */
  unrecognisedMinor: number;
  issuedAt: Date;
  expiresAt: Date | null;
}

export type LotChange = 'redeemed' | 'expired' | 'clawed_back';
export type LotEventKind = 'earned' | LotChange;

export const outstandingOf = (lot: Pick<Lot, 'points' | 'redeemed' | 'expired' | 'clawedBack'>): number =>
  lot.points - lot.redeemed - lot.expired - lot.clawedBack;

/**
 * The lot after so many of its points were redeemed, expired or clawed back, and what that adds to its price. A clawback gives
 * the goods back the share of the price that its points had, counted over all clawbacks of the lot and half up, so that parts
 * in any order end at the same price. Throws a Bug when more is taken than is there.
 */
export function changed(lot: Lot, change: LotChange, points: number): { after: Lot; priceMinor: number } {
  assert(points > 0 && points <= outstandingOf(lot), `lot ${lot.id} has ${outstandingOf(lot)} points, not ${points}`);
  if (change === 'redeemed') return { after: { ...lot, redeemed: lot.redeemed + points }, priceMinor: 0 };
  if (change === 'expired') return { after: { ...lot, expired: lot.expired + points }, priceMinor: 0 };
  const clawedBack = lot.clawedBack + points;
  const [all, part] = [BigInt(lot.points), BigInt(clawedBack)];
  const givenBack = toNumber((2n * BigInt(lot.allocatedMinor) * part + all) / (2n * all));
  const priceMinor = lot.allocatedMinor - givenBack - lot.priceMinor;
  return {
    after: {
      ...lot,
      clawedBack,
      priceMinor: lot.priceMinor + priceMinor,
      unrecognisedMinor: lot.unrecognisedMinor + priceMinor,
    },
    priceMinor,
  };
}
