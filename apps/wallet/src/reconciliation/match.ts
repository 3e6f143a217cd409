import type { MatchingRule, TargetKind } from './matching-rules';
import type { LineCategory } from './statement-line';

/** A booked line that nothing explains yet. */
export interface OpenLine {
  id: string;
  reference: string;
  bookedOn: string;
  /** Signed minor units: what the account's balance changed by. */
  amountMinor: number;
  /** Gross = amount + fee. */
  feeMinor: number;
  category: LineCategory;
  endToEndId: string | null;
  providerReference: string | null;
  description: string | null;
}

/** Something of ours that a line may be about, and that no line explains yet. */
export interface Candidate {
  kind: TargetKind;
  id: string;
  /** Signed minor units, as the account should see it before fees: payments above zero, refunds and payouts below. */
  amountMinor: number;
  /** yyyy-mm-dd. */
  on: string;
  /** Every text by which a statement may name it: the processor's id, ours, the order's. */
  references: string[];
}

/** Lines and targets that explain each other: Σ lines + fee = Σ targets + difference. */
export interface Match {
  rule: string;
  lines: OpenLine[];
  targets: Candidate[];
  lineMinor: number;
  targetMinor: number;
  feeMinor: number;
  differenceMinor: number;
  /** Why, for a person: what agreed with what. */
  facts: Record<string, string | number>;
}

/** Gives matches that share no line and no candidate. Lines and candidates come in an order of their own. */
export type Method = (lines: readonly OpenLine[], candidates: readonly Candidate[], rule: MatchingRule) => Match[];

/** The sums of a match, with what is left over as its difference. */
export function matchOf(rule: MatchingRule, lines: OpenLine[], targets: Candidate[], feeMinor?: number): Match {
  const lineMinor = lines.reduce((sum, line) => sum + line.amountMinor, 0);
  const targetMinor = targets.reduce((sum, target) => sum + target.amountMinor, 0);
  const fee = feeMinor ?? lines.reduce((sum, line) => sum + line.feeMinor, 0);
  const differenceMinor = lineMinor + fee - targetMinor;
  return { rule: rule.name, lines, targets, lineMinor, targetMinor, feeMinor: fee, differenceMinor, facts: {} };
}

/**
 * The match of lines and targets where their sums agree: with the fees that the lines name, within the tolerance; or else, where they
 * name none, with what is missing as a fee. Undefined when they do not.
 */
export function agreeing(rule: MatchingRule, lines: OpenLine[], targets: Candidate[]): Match | undefined {
  const named = matchOf(rule, lines, targets);
  if (Math.abs(named.differenceMinor) <= rule.tolerance_minor) return named;
  const missing = 0 - named.differenceMinor;
  const mostFee = Math.floor((Math.max(0, named.targetMinor) * rule.most_fee_bps) / 10_000);
  if (named.feeMinor !== 0 || missing <= 0 || missing > mostFee) return undefined;
  return { ...matchOf(rule, lines, targets, missing), facts: { fee_worked_out: missing } };
}
