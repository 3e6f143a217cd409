import type { Tx } from '@florin/database';
import { Injectable } from '@nestjs/common';
import type { StatementAccount } from './account-settings';
import { CandidatesRepository } from './candidates.repository';
import { addDays } from './dates';
import { writeAmount } from './decimal-amounts';
import type { NewException } from './exceptions.repository';
import type { Candidate, OpenLine } from './match';
import { matchLines, type Matched } from './match-lines';

export type Named = Candidate & { isTaken: boolean };

/** Finds what lines may be about, with a query per kind, and lets the rules decide. Changes nothing. */
@Injectable()
export class PlanMatches {
  constructor(private readonly candidates: CandidatesRepository) {}

  /** Also gives what the lines name and cannot have, for those that stay unexplained. */
  async within(tx: Tx, account: StatementAccount, lines: readonly OpenLine[]): Promise<Matched & { named: Named[] }> {
    const named = await this.candidates.named(tx, account, lines);
    const inWindow = await this.inWindow(tx, account, lines);
    const known = new Map<string, Candidate>();
    for (const candidate of [...named.filter(({ isTaken }) => !isTaken), ...inWindow])
      known.set(`${candidate.kind}:${candidate.id}`, candidate);
    const matched = matchLines(lines, [...known.values()], account.settings.rules);
    const used = new Set(matched.matches.flatMap(({ targets }) => targets.map(({ kind, id }) => `${kind}:${id}`)));
    const after = named.map((one) => ({ ...one, isTaken: one.isTaken || used.has(`${one.kind}:${one.id}`) }));
    return { ...matched, named: after };
  }

  async missing(tx: Tx, account: StatementAccount, before: string, limit: number): Promise<NewException[]> {
    const found = await this.candidates.missing(tx, account, before, limit);
    return found.map(({ kind, id, amountMinor, on }) => ({
      kind: 'target_missing',
      lineId: null,
      target: { kind, id },
      amountMinor,
      detail: `No line explains the ${kind} of ${writeAmount(amountMinor, account.currency)} ${account.currency} of ${on}.`,
    }));
  }

  /** All that is open in the days that rules without a name look at. */
  private async inWindow(tx: Tx, account: StatementAccount, lines: readonly OpenLine[]): Promise<Candidate[]> {
    const rules = account.settings.rules.filter(({ by }) => by === 'amount' || by === 'sum');
    const days = lines.map(({ bookedOn }) => bookedOn).sort();
    const [first, last] = [days[0], days.at(-1)];
    if (rules.length === 0 || first === undefined || last === undefined) return [];
    return this.candidates.inWindow(tx, account, {
      from: addDays(first, 0 - Math.max(...rules.map((rule) => rule.days_before))),
      to: addDays(last, Math.max(...rules.map((rule) => rule.days_after))),
    });
  }
}
