import type { OrderCompleted } from '@florin/contracts';
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
