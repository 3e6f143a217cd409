import type { OrderCompleted, PointsLot } from '@florin/contracts';
import { type Cause, dayMs } from '@florin/kernel';
import type { Standing } from '../members/standing';
import type { Program } from '../programs/program-rules';
import type { Earning } from './earning-rules';

/** One order with the program it earns in, and what came out of the rules. */
export interface EarnedOrder {
  order: OrderCompleted;
  program: Program;
  cause: Cause;
  receiptId: string;
  /** Of its points, if there are any. */
  lotId: string;
  earning: Earning;
  day: string;
  earnedOnDay: number;
  /** The member after this order. */
  standing: Standing;
  tierBefore: string;
  cashbackMinor: number;
  cashbackId: string;
}

/** Cashback can be paid once the goods can no longer come back. */
export function payableAt(order: OrderCompleted, program: Program): Date {
  return new Date(Date.parse(order.completedAt) + (program.rules.cashback?.hold_days ?? 0) * dayMs);
}

/** Until when the points of an order can be spent, if the program lets them expire. */
export function expiryOf(order: OrderCompleted, program: Program): Date | null {
  const days = program.rules.expiry_days;
  return days === undefined ? null : new Date(Date.parse(order.completedAt) + days * dayMs);
}

/** The lots of an order as others hear of them: one today, funded by the merchant whose program gives it. */
export function lotsSaid({ order, program, lotId, earning }: EarnedOrder): PointsLot[] {
  if (earning.points === 0) return [];
  const expiresAt = expiryOf(order, program)?.toISOString();
  const funders = [{ funder: `merchant:${program.merchantId}`, shareBps: 10_000 }];
  return [{ lotId, points: earning.points, ...(expiresAt !== undefined && { expiresAt }), funders }];
}
