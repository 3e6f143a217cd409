import { byAmount } from './match-by-amount';
import { byParts, byReference } from './match-by-reference';
import { bySum } from './match-by-sum';
import { type Candidate, type Match, matchOf, type Method, type OpenLine } from './match';
import type { MatchingRule } from './matching-rules';

export interface Matched {
  matches: Match[];
  /** Lines that no rule explains. */
  left: OpenLine[];
  /** Candidates that explain no line. */
  unused: Candidate[];
}

/**
 * Explains lines by rules, tried in order. Takes lines and candidates in any order and gives the same answer: both are put in an order
 * of their own first. Every line and every candidate is in one match at most, and in every match the sums agree.
 */
export function matchLines(
  lines: readonly OpenLine[],
  candidates: readonly Candidate[],
  rules: readonly MatchingRule[],
): Matched {
  let left = [...lines].sort(lineOrder);
  let unused = [...candidates].sort(candidateOrder);
  const matches: Match[] = [];
  for (const rule of rules) {
    const eligible = left.filter(({ category }) => rule.categories.length === 0 || rule.categories.includes(category));
    const found = methods[rule.by](
      eligible,
      unused.filter(({ kind }) => rule.kinds.includes(kind)),
      rule,
    );
    if (found.length === 0) continue;
    matches.push(...found);
    const takenLines = new Set(found.flatMap((match) => match.lines));
    const takenTargets = new Set(found.flatMap((match) => match.targets));
    left = left.filter((line) => !takenLines.has(line));
    unused = unused.filter((candidate) => !takenTargets.has(candidate));
  }
  return { matches, left, unused };
}

/** A line that is a cost by itself, all of it a fee. */
const byFee: Method = (lines, _, rule) =>
  lines.map((line) => ({
    ...matchOf(rule, [line], []),
    feeMinor: 0 - line.amountMinor,
    differenceMinor: 0,
    facts: { category: line.category },
  }));

/** A line that sends money on: what it is about begins with it. */
const byTransfer: Method = (lines, _, rule) =>
  lines
    .filter(({ amountMinor }) => amountMinor !== 0)
    .map((line) => ({
      ...matchOf(rule, [line], []),
      targetMinor: line.amountMinor + line.feeMinor,
      feeMinor: line.feeMinor,
      differenceMinor: 0,
      facts: { category: line.category },
    }));

const methods: Record<MatchingRule['by'], Method> = {
  reference: byReference,
  parts: byParts,
  sum: bySum,
  amount: byAmount,
  fee: byFee,
  transfer: byTransfer,
};

const lineOrder = (a: OpenLine, b: OpenLine): number =>
  compare(a.bookedOn, b.bookedOn) ||
  compare(a.reference, b.reference) ||
  a.amountMinor - b.amountMinor ||
  compare(a.id, b.id);
const candidateOrder = (a: Candidate, b: Candidate): number =>
  compare(a.on, b.on) || compare(a.kind, b.kind) || compare(a.id, b.id);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
