import { isInWindow } from './match-by-amount';
import { agreeing, type Candidate, type Match, type Method, type OpenLine } from './match';
import type { MatchingRule } from './matching-rules';
import { onlySubset } from './only-subset';

/** One line is the sum of several targets: of whole days, as processors pay out, or of the only set of them that makes it. */
export const bySum: Method = (lines, candidates, rule) => {
  let unused = [...candidates];
  return lines.flatMap((line): Match[] => {
    const inWindow = unused.filter((candidate) => isInWindow(line, candidate, rule));
    const match = ofWholeDays(line, inWindow, rule) ?? ofSubset(line, inWindow, rule);
    if (!match) return [];
    const taken = new Set(match.targets);
    unused = unused.filter((candidate) => !taken.has(candidate));
    return [match];
  });
};

/** Everything of one day or of several in a row. Runs of days that both agree leave it open which. */
function ofWholeDays(line: OpenLine, candidates: readonly Candidate[], rule: MatchingRule): Match | undefined {
  const days = [...new Set(candidates.map(({ on }) => on))].sort();
  const fitting: Match[] = [];
  for (const [first, from] of days.entries())
    for (const to of days.slice(first)) {
      const targets = candidates.filter(({ on }) => on >= from && on <= to);
      const match = targets.length > 1 ? agreeing(rule, [line], targets) : undefined;
      if (match) fitting.push({ ...match, facts: { ...match.facts, from, to, targets: targets.length } });
    }
  return fitting.length === 1 ? fitting[0] : exactOf(fitting);
}

/** Of several runs that agree within a fee, the only one that agrees without any. */
function exactOf(fitting: readonly Match[]): Match | undefined {
  const exact = fitting.filter(({ differenceMinor, facts }) => differenceMinor === 0 && !('fee_worked_out' in facts));
  return exact.length === 1 ? exact[0] : undefined;
}

function ofSubset(line: OpenLine, candidates: readonly Candidate[], rule: MatchingRule): Match | undefined {
  const gross = line.amountMinor + line.feeMinor;
  // Without tolerance and without a fee of unknown size: sets of that kind nearly always exist, and would prove nothing.
  const chosen = onlySubset(
    candidates.map(({ amountMinor }) => amountMinor),
    gross,
  );
  if (!chosen || chosen.length < 2) return undefined;
  const match = agreeing(
    rule,
    [line],
    candidates.filter((_, index) => chosen.includes(index)),
  );
  return match && { ...match, facts: { ...match.facts, targets: chosen.length, chosen_of: candidates.length } };
}
