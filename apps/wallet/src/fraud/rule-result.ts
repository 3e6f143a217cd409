import { anyOf } from './statistics';

/** One sign that was seen. The code is stable; the facts are the numbers it was seen in. */
export interface Reason {
  code: string;
  /** 0 to 100: how strong a sign it is. */
  score: number;
  facts: Record<string, number | string>;
  /** Decides by itself: the payment is refused. */
  decisive?: boolean;
}

export interface RuleResult {
  rule: string;
  /** 0 to 100. */
  score: number;
  /** What the rule adds to the score of the payment when it is certain. */
  weight: number;
  reasons: Reason[];
}

/** The result of a rule from the signs it saw; those of no strength are left out. */
export function resultOf(rule: string, weight: number, signs: readonly Reason[]): RuleResult {
  const reasons = signs.filter(({ score }) => score > 0);
  return { rule, score: anyOf(reasons.map(({ score }) => score)), weight, reasons };
}
