import { writeAmount } from './decimal-amounts';
import { namesIn } from './line-names';
import type { Candidate, OpenLine } from './match';
import { indexOf } from './match-by-reference';

export const exceptionKinds = [
  'unmatched_line',
  'unknown_reference',
  'amount_differs',
  'duplicate',
  'target_missing',
] as const;
export type ExceptionKind = (typeof exceptionKinds)[number];

export interface Left {
  lineId: string;
  kind: ExceptionKind;
  amountMinor: number;
  /** For a person: what was looked at and did not fit. */
  detail: string;
}

/** Why no rule explains the lines, as far as it can be told from what they name. */
export function whyLeft(
  lines: readonly OpenLine[],
  named: readonly (Candidate & { isTaken: boolean })[],
  currency: string,
): Left[] {
  const index = indexOf(named);
  const taken = new Map(named.map((candidate) => [`${candidate.kind}:${candidate.id}`, candidate.isTaken]));
  const isTaken = ({ kind, id }: Candidate) => taken.get(`${kind}:${id}`) === true;
  return lines.map((line): Left => {
    const { id: lineId, amountMinor } = line;
    const found = namesIn(line).flatMap((name) => index.get(name) ?? []);
    const gross = amountMinor + line.feeMinor;
    const says = (kind: ExceptionKind, detail: string): Left => ({ lineId, kind, amountMinor, detail });
    const twice = found.find((candidate) => isTaken(candidate) && candidate.amountMinor === gross);
    if (twice) return says('duplicate', `Another line explains ${twice.kind} ${twice.id} already.`);
    const other = found.find((candidate) => !isTaken(candidate)) ?? found[0];
    if (other) {
      const [ours, theirs] = [writeAmount(other.amountMinor, currency), writeAmount(gross, currency)];
      return says(
        'amount_differs',
        `It names ${other.kind} ${other.id} of ${ours} ${currency}; the line is of ${theirs}.`,
      );
    }
    const reference = line.providerReference ?? line.endToEndId;
    if (reference !== null) return says('unknown_reference', `Nothing of ours goes by ${reference}.`);
    return says('unmatched_line', 'No rule explains it.');
  });
}
