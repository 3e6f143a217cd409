import { addDays } from './dates';
import { agreeing, type Candidate, type Match, type Method, type OpenLine } from './match';
import type { MatchingRule } from './matching-rules';

export function isInWindow(line: OpenLine, candidate: Candidate, rule: MatchingRule): boolean {
  const earliest = addDays(line.bookedOn, 0 - rule.days_before);
  return candidate.on >= earliest && candidate.on <= addDays(line.bookedOn, rule.days_after);
}

/** The pairs of which each is the other's only possibility. Two lines that could be the same target are for a person. */
export const byAmount: Method = (lines, candidates, rule) => {
  const sorted = [...candidates].sort((a, b) => a.amountMinor - b.amountMinor);
  const choices = lines.map((line) => ({
    line,
    found: near(sorted, line, rule).flatMap((one) => fit(line, one, rule)),
  }));
  const claims = new Map<Candidate, number>();
  for (const { found } of choices)
    for (const { candidate } of found) claims.set(candidate, (claims.get(candidate) ?? 0) + 1);
  return choices.flatMap(({ line, found }): Match[] => {
    const [only, ...others] = found;
    if (!only || others.length > 0 || claims.get(only.candidate) !== 1) return [];
    return [{ ...only.match, facts: { ...only.match.facts, amount: line.amountMinor, on: only.candidate.on } }];
  });
};

function fit(line: OpenLine, candidate: Candidate, rule: MatchingRule): { candidate: Candidate; match: Match }[] {
  const match = isInWindow(line, candidate, rule) ? agreeing(rule, [line], [candidate]) : undefined;
  return match ? [{ candidate, match }] : [];
}

/** Candidates whose amount could agree with the line's: those between what it is and what it would be with the largest fee. */
function near(sorted: readonly Candidate[], line: OpenLine, rule: MatchingRule): Candidate[] {
  const gross = line.amountMinor + line.feeMinor;
  const largest =
    rule.most_fee_bps >= 10_000 ? Infinity : (Math.max(0, gross) * 10_000) / (10_000 - rule.most_fee_bps) + 1;
  const [from, to] = [gross - rule.tolerance_minor, Math.max(gross + rule.tolerance_minor, largest)];
  let start = lowerBound(sorted, from);
  const found: Candidate[] = [];
  for (let candidate = sorted[start]; candidate && candidate.amountMinor <= to; candidate = sorted[(start += 1)])
    found.push(candidate);
  return found;
}

function lowerBound(sorted: readonly Candidate[], amount: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.amountMinor ?? Infinity) < amount) low = middle + 1;
    else high = middle;
  }
  return low;
}
