import type { LineCategory } from './statement-line';

/**
 * What a line can be explained by. A transfer is money that one of our accounts sent to another, such as what a processor pays out to
 * us; a payout is what we pay to a member, and its return is what came back of it.
 */
export const targetKinds = ['payment', 'refund', 'transfer', 'payout', 'payout_return'] as const;
export type TargetKind = (typeof targetKinds)[number];

export const ruleMethods = ['reference', 'parts', 'sum', 'amount', 'fee', 'transfer'] as const;
export type RuleMethod = (typeof ruleMethods)[number];

/**
 * One rule; they are tried in order and the first that explains a line has it. Data of each account, versioned.
 * - `reference`: the line names the target (the processor's id of it, our id, or the end-to-end id) and the amounts agree.
 * - `parts`: several lines name one target and sum to it.
 * - `sum`: the line is the sum of all targets of some days, or of the only set of them that makes it.
 * - `amount`: exactly one target of that amount in the window, and no other line that could be it.
 * - `fee`: a line of that category is a cost by itself.
 * - `transfer`: a line of that category sends money to another of our accounts, whose statement will show it.
 */
export interface MatchingRule {
  name: string;
  by: RuleMethod;
  /** Kinds of targets that are looked at. */
  kinds: TargetKind[];
  /** Only lines of these categories; all when empty. */
  categories: LineCategory[];
  /** How long before the line the target may have been, in days, and how long after. */
  days_before: number;
  days_after: number;
  /** How far the sums may be apart, in minor units; the difference is booked as such. */
  tolerance_minor: number;
  /** How much of the targets' sum may be missing as a fee that the line does not name, in basis points. */
  most_fee_bps: number;
}

const rule = (name: string, by: RuleMethod, kinds: TargetKind[], more: Partial<MatchingRule> = {}): MatchingRule => ({
  name,
  by,
  kinds,
  categories: [],
  days_before: 30,
  days_after: 2,
  tolerance_minor: 0,
  most_fee_bps: 0,
  ...more,
});

const processor: MatchingRule[] = [
  rule('named', 'reference', ['payment', 'refund', 'payout', 'payout_return']),
  rule('named-in-parts', 'parts', ['payment', 'refund']),
  rule('paid-out', 'transfer', [], { categories: ['payout'] }),
  rule('charged', 'fee', [], { categories: ['fee'] }),
];

const bank: MatchingRule[] = [
  rule('named', 'reference', ['transfer', 'payment', 'refund', 'payout', 'payout_return']),
  rule('named-in-parts', 'parts', ['transfer', 'payment', 'refund', 'payout', 'payout_return']),
  rule('transfer-arrived', 'amount', ['transfer'], { days_before: 14 }),
  rule('settled-together', 'sum', ['payment', 'refund'], { days_before: 7, days_after: 0, most_fee_bps: 500 }),
];

/** The rules of an account for which none are said. */
export const rulesFor = (kind: 'bank' | 'processor'): MatchingRule[] => (kind === 'processor' ? processor : bank);
