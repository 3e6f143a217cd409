import type { Tx } from '@florin/database';
import { assert, Refusal } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { LinesRepository } from './lines.repository';
import { MatchesRepository, type UndoneMatch } from './matches.repository';
import { Steps } from './steps';
import { TellOwners } from './tell-owners';

/**
 * Takes matches back: their journals are reversed by linked ones, lines and targets are free again. A line that a person freed is left
 * to persons: the rules would only match it as before.
 */
@Injectable()
export class UndoMatches {
  constructor(
    private readonly matches: MatchesRepository,
    private readonly lines: LinesRepository,
    private readonly ledger: Ledger,
    private readonly steps: Steps,
    private readonly tellOwners: TellOwners,
  ) {}

  /** Gives those that stood and were undone. Refuses one whose transfer has arrived (409). */
  async within(tx: Tx, merchantId: string, ids: readonly string[], by: string, reason: string): Promise<UndoneMatch[]> {
    const standing = await this.matches.lock(tx, merchantId, ids);
    if (standing.length === 0) return [];
    const [arrived] = await this.matches.arrived(
      tx,
      standing.map(({ id }) => id),
    );
    if (arrived !== undefined)
      throw new Refusal('conflict', 'transfer_arrived', `Undo the match first that saw transfer ${arrived} arrive.`);
    await this.tellOwners.undone(
      tx,
      merchantId,
      standing.map(({ id }) => id),
    );
    const reversed = await this.ledger.reverse(
      tx,
      standing.map(({ id, journalId }) => ({
        key: `reconciliation-undone:${id}`,
        journalId,
        reference: `reconciliation:${id}`,
      })),
    );
    const undone = standing.map(({ id }, index) => {
      const answer = reversed[index];
      assert(answer?.ok, `a match can always be undone once: ${answer?.ok === false ? answer.detail : ''}`);
      return { id, journalId: answer.journalId };
    });
    await this.matches.undo(tx, undone, by, reason);
    await this.lines.move(
      tx,
      standing.flatMap(({ lineIds }) => lineIds),
      'open',
      true,
    );
    for (const { id, accountId } of standing)
      await this.steps.add(tx, { id: accountId, merchantId }, 'match', [
        { subjectId: id, step: 'undone', by, detail: reason },
      ]);
    return standing;
  }
}
