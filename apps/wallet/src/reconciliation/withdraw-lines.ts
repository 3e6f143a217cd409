import type { Tx } from '@florin/database';
import { Injectable } from '@nestjs/common';
import type { StatementAccount } from './account-settings';
import { ExceptionsRepository } from './exceptions.repository';
import { LinesRepository } from './lines.repository';
import { UndoMatches } from './undo-matches';

/** Takes back what a statement said and its correction no longer says: also what was made of it, by linked journals. */
@Injectable()
export class WithdrawLines {
  constructor(
    private readonly lines: LinesRepository,
    private readonly exceptions: ExceptionsRepository,
    private readonly undoMatches: UndoMatches,
  ) {}

  async within(tx: Tx, account: StatementAccount, before: string, by: string): Promise<void> {
    const gone = await this.lines.onlyIn(tx, before);
    if (gone.length === 0) return;
    const matchIds = [...new Set(gone.flatMap(({ matchId }) => matchId ?? []))];
    await this.undoMatches.within(tx, account.merchantId, matchIds, by, 'the statement was corrected');
    const ids = gone.map(({ id }) => id);
    await this.lines.move(tx, ids, 'withdrawn');
    await this.exceptions.withdraw(tx, ids, by);
  }
}
