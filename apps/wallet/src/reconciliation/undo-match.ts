import type { Caller } from '@florin/access';
import { Transactions, type Tx } from '@florin/database';
import { type Answered, Idempotency, type IdempotentRequest, ok } from '@florin/http';
import { present, Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { AccountsRepository } from './accounts.repository';
import type { MatchDto } from './exception.dto';
import type { NewException } from './exceptions.repository';
import { LinesRepository } from './lines.repository';
import { MatchQueries } from './match-queries';
import type { UndoneMatch } from './matches.repository';
import { RaiseExceptions } from './raise-exceptions';
import { UndoMatches } from './undo-matches';

/** Takes one match back, for a person who says why. Refuses a match that is not there or was undone (404). */
@Injectable()
export class UndoMatch {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly undoMatches: UndoMatches,
    private readonly accounts: AccountsRepository,
    private readonly lines: LinesRepository,
    private readonly raise: RaiseExceptions,
  ) {}

  execute(
    { merchantId, subject }: Caller,
    request: IdempotentRequest,
    id: string,
    reason: string,
  ): Promise<Answered<MatchDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const [undone] = await this.undoMatches.within(tx, merchantId, [id], subject, reason);
        if (!undone) throw new Refusal('not_found', 'match_not_found', 'There is no such match, or it was undone.');
        await this.queue(tx, undone, reason);
        return ok(present(await new MatchQueries(tx).one(merchantId, id), 'a match that was undone is there'));
      }),
    );
  }

  /** The rules leave these lines alone, so nobody else would put them into the queue. */
  private async queue(tx: Tx, { accountId, lineIds }: UndoneMatch, reason: string): Promise<void> {
    const account = present(await this.accounts.find(tx, accountId, null), 'a match is of an account');
    const lines = await this.lines.lockOpen(tx, accountId, lineIds);
    const found = lines.map(({ id, amountMinor }): NewException => {
      const detail = `Its match was undone: ${reason}`;
      return { kind: 'unmatched_line', lineId: id, target: null, amountMinor, detail };
    });
    await this.raise.within(tx, account, found);
  }
}
