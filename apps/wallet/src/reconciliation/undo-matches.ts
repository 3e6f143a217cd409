import type { Caller } from '@florin/access';
import { Transactions, type Tx } from '@florin/database';
import { type Answered, Idempotency, type IdempotentRequest, ok } from '@florin/http';
import { assert, present, Refusal } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import type { MatchDto } from './exception.dto';
import { LinesRepository } from './lines.repository';
import { MatchQueries } from './match-queries';
import { MatchesRepository } from './matches.repository';
import { Steps } from './steps';

/**
 * Takes matches back: their journals are reversed by linked ones, lines and targets are free again. A line that a person freed is left
 * to persons: the rules would only match it as before.
 */
@Injectable()
export class UndoMatches {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly matches: MatchesRepository,
    private readonly lines: LinesRepository,
    private readonly ledger: Ledger,
    private readonly steps: Steps,
  ) {}

  /** Refuses a match that is not there or was undone (404), and one whose transfer has arrived (409). */
  execute(caller: Caller, request: IdempotentRequest, id: string, reason: string): Promise<Answered<MatchDto>> {
    const { merchantId, subject } = caller;
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const undone = await this.within(tx, merchantId, [id], subject, reason);
        if (undone === 0)
          throw new Refusal('not_found', 'match_not_found', 'There is no such match, or it was undone.');
        return ok(present(await new MatchQueries(tx).one(merchantId, id), 'a match that was undone is there'));
      }),
    );
  }

  /** Gives how many stood and were undone. */
  async within(tx: Tx, merchantId: string, ids: readonly string[], by: string, reason: string): Promise<number> {
    const standing = await this.matches.lock(tx, merchantId, ids);
    if (standing.length === 0) return 0;
    const [arrived] = await this.matches.arrived(
      tx,
      standing.map(({ id }) => id),
    );
    if (arrived !== undefined)
      throw new Refusal('conflict', 'transfer_arrived', `Undo the match first that saw transfer ${arrived} arrive.`);
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
    return standing.length;
  }
}
