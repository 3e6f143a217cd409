import { assert, mulDiv } from '@florin/kernel';

/** What a line earned, and what refunds have taken of it so far. */
export interface LineStanding {
  lineId: string;
  totalMinor: number;
  points: number;
  refundedMinor: number;
  clawedPoints: number;
}

/**
 * The points that a line owes once so much of it is refunded, half up; a whole refund owes all of them.
 * It depends on the refunded sum alone, so the same refunds in any order and any parts end in the same state.
 */
export function owedPoints(line: Pick<LineStanding, 'totalMinor' | 'points'>, refundedMinor: number): number {
  if (line.totalMinor === 0) return 0;
  return mulDiv(line.points, refundedMinor, line.totalMinor, 'half_up');
}

/** The line after one more refund of it, and the points that this refund takes back. Throws a Bug above the line's total. */
export function clawBack(line: LineStanding, amountMinor: number): { after: LineStanding; points: number } {
  const refundedMinor = line.refundedMinor + amountMinor;
  assert(refundedMinor <= line.totalMinor, `line ${line.lineId} is refunded above what it cost`);
  const clawedPoints = owedPoints(line, refundedMinor);
  return { after: { ...line, refundedMinor, clawedPoints }, points: clawedPoints - line.clawedPoints };
}

export interface RemainingLot {
  id: string;
  orderId: string;
  remaining: number;
}

/**
 * Takes points out of lots: first out of the refunded order's own, then first expiring first (the order given).
 * Gives what is left of each lot that changed, and how many points were not there any more because they were spent.
 */
export function takeFromLots(
  lots: readonly RemainingLot[],
  orderId: string,
  points: number,
): { changed: RemainingLot[]; missing: number } {
  const own = lots.filter((lot) => lot.orderId === orderId);
  const others = lots.filter((lot) => lot.orderId !== orderId);
  const changed: RemainingLot[] = [];
  let left = points;
  for (const lot of [...own, ...others]) {
    if (left === 0) break;
    const taken = Math.min(lot.remaining, left);
    if (taken > 0) changed.push({ ...lot, remaining: lot.remaining - taken });
    left -= taken;
  }
  return { changed, missing: left };
}

/** What was taken out of each lot that changed. */
export function pointsTaken(
  before: readonly RemainingLot[],
  changed: readonly RemainingLot[],
): { lotId: string; points: number }[] {
  const had = new Map(before.map((lot) => [lot.id, lot.remaining]));
  return changed.map(({ id, remaining }) => ({ lotId: id, points: (had.get(id) ?? 0) - remaining }));
}
