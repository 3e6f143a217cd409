import { namesIn, normal } from './line-names';
import { agreeing, type Candidate, type Match, type Method, type OpenLine } from './match';

export function indexOf(candidates: readonly Candidate[]): Map<string, Candidate[]> {
  const index = new Map<string, Candidate[]>();
  for (const candidate of candidates)
    for (const name of new Set(candidate.references.map(normal))) {
      const known = index.get(name);
      if (known) known.push(candidate);
      else index.set(name, [candidate]);
    }
  return index;
}

/** A line names a target and the amounts agree. A name that fits several explains nothing, unless they are as good as the same. */
export const byReference: Method = (lines, candidates, rule) => {
  const index = indexOf(candidates);
  const taken = new Set<Candidate>();
  return lines.flatMap((line): Match[] => {
    for (const name of namesIn(line)) {
      const found = (index.get(name) ?? []).filter((candidate) => !taken.has(candidate));
      const fitting = found.flatMap((candidate) => agreeing(rule, [line], [candidate]) ?? []);
      const [match] = fitting;
      if (!match || !fitting.every(({ targets: [target] }) => isAlike(target, match.targets[0]))) continue;
      match.targets.forEach((target) => taken.add(target));
      return [{ ...match, facts: { ...match.facts, name } }];
    }
    return [];
  });
};

/** Two refunds of one charge over the same amount: the earlier one is taken, and the books are the same either way. */
const isAlike = (a: Candidate | undefined, b: Candidate | undefined): boolean =>
  a?.kind === b?.kind && a?.amountMinor === b?.amountMinor;

/** Several lines name one target and together are worth it: all of those lines, or none. */
export const byParts: Method = (lines, candidates, rule) => {
  const index = indexOf(candidates);
  const groups = new Map<string, OpenLine[]>();
  for (const line of lines) {
    const name = namesIn(line).find((each) => index.has(each));
    if (name === undefined) continue;
    const group = groups.get(name);
    if (group) group.push(line);
    else groups.set(name, [line]);
  }
  const taken = new Set<Candidate>();
  return [...groups].flatMap(([name, group]): Match[] => {
    if (group.length < 2) return [];
    const found = (index.get(name) ?? []).filter((candidate) => !taken.has(candidate));
    const fitting = found.flatMap((candidate) => agreeing(rule, group, [candidate]) ?? []);
    const [match] = fitting;
    if (!match || fitting.length > 1) return [];
    match.targets.forEach((target) => taken.add(target));
    return [{ ...match, facts: { ...match.facts, name, parts: group.length } }];
  });
};
