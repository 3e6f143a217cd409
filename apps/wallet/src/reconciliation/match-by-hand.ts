import type { Tx } from '@florin/database';
import { assert, Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type { StatementAccount } from './account-settings';
import { BookMatches } from './book-matches';
import { CandidatesRepository } from './candidates.repository';
import { writeAmount } from './decimal-amounts';
import type { MatchByHandDto } from './exception.dto';
import { LinesRepository } from './lines.repository';
import type { Match, OpenLine } from './match';
import type { Maker } from './matches.repository';

/** Matches that persons make. */
@Injectable()
export class MatchByHand {
  constructor(
    private readonly lines: LinesRepository,
    private readonly candidates: CandidatesRepository,
    private readonly bookMatches: BookMatches,
  ) {}

  /** Gives the match's id. The sums must agree to the cent: what is missing is named as a fee, or written off. */
  async to(tx: Tx, account: StatementAccount, lineId: string, input: MatchByHandDto, by: string): Promise<string> {
    const line = await this.lineOf(tx, account, lineId);
    const wanted = new Map(input.targets.map((target) => [`${target.kind}:${target.id}`, target]));
    const found = await this.candidates.chosen(tx, account, [...wanted.values()]);
    if (found.length < wanted.size)
      throw Refusal.field('unprocessable', 'targets', 'target_not_found', 'There is no such target in this currency.');
    const taken = found.find(({ isTaken }) => isTaken);
    if (taken)
      throw Refusal.field('conflict', 'targets', 'target_matched', `Another line explains ${taken.kind} ${taken.id}.`);
    const targetMinor = found.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
    const feeMinor = input.fee_minor ?? line.feeMinor;
    const missing = line.amountMinor + feeMinor - targetMinor;
    if (missing !== 0) {
      const detail = `The line and the fee are ${writeAmount(missing, account.currency)} off the targets.`;
      throw Refusal.field('unprocessable', 'targets', 'sums_differ', detail);
    }
    const sums = { lineMinor: line.amountMinor, targetMinor, feeMinor, differenceMinor: 0 };
    const match = { rule: 'by-hand', lines: [line], targets: found, ...sums, facts: { targets: found.length } };
    return this.book(tx, account, match, { by, reason: input.reason });
  }

  async writeOff(tx: Tx, account: StatementAccount, lineId: string, maker: Maker): Promise<void> {
    const line = await this.lineOf(tx, account, lineId);
    const { amountMinor: lineMinor, feeMinor } = line;
    const sums = { lineMinor, targetMinor: 0, feeMinor, differenceMinor: lineMinor + feeMinor };
    await this.book(tx, account, { rule: 'write-off', lines: [line], targets: [], ...sums, facts: {} }, maker);
  }

  async ignore(tx: Tx, account: StatementAccount, lineId: string): Promise<void> {
    const line = await this.lineOf(tx, account, lineId);
    await this.lines.move(tx, [line.id], 'ignored');
  }

  private async lineOf(tx: Tx, account: StatementAccount, lineId: string): Promise<OpenLine> {
    const [line] = await this.lines.lockOpen(tx, account.id, [lineId]);
    if (!line) throw new Refusal('conflict', 'line_not_open', 'The line is explained, ignored or withdrawn already.');
    return line;
  }

  private async book(tx: Tx, account: StatementAccount, match: Match, maker: Maker): Promise<string> {
    const [made] = await this.bookMatches.within(tx, account, [match], maker);
    assert(made, 'a match of locked lines and free targets is made');
    return made.id;
  }
}
