import type { Caller } from '@florin/access';
import { Transactions, type Tx } from '@florin/database';
import { accepted, type Answer, Answered, created, Idempotency, type IdempotentRequest } from '@florin/http';
import { newId, Refusal } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { type Author, BookEntries } from './book-entries';
import type { MoveDto, WrittenDto } from './journal.dto';
import { LedgerSettings } from './ledger-settings';
import type { Writing } from './plan';
import { ProposalsRepository } from './proposals.repository';

/** Writes journals by hand. What moves more than the merchant allows one person waits for a second one. */
@Injectable()
export class WriteBooks {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly ledger: Ledger,
    private readonly bookEntries: BookEntries,
    private readonly settings: LedgerSettings,
    private readonly proposals: ProposalsRepository,
  ) {}

  /**
   * 201 with the journals, or 202 with the proposal that waits. Refuses with 404 and 422 what is not the merchant's, and with
   * the ledger's own code what it refuses.
   */
  execute(
    caller: Caller,
    request: IdempotentRequest,
    writing: Writing,
    reason: string,
    isDryRun: boolean,
  ): Promise<Answered<WrittenDto>> {
    return this.transactions.run(async (tx) => {
      if (isDryRun) return new Answered(200, await this.tried(tx, authorOf(caller, reason), writing), false);
      return this.idempotency.once(tx, request, () => this.written(tx, authorOf(caller, reason), writing));
    });
  }

  /** The same for an amount from one account to another. Refuses with 422 `same_account`, and `wrong_currency` where either has another. */
  move(
    caller: Caller,
    request: IdempotentRequest,
    { from, to, currency, amount_minor, reference, reason }: MoveDto,
    isDryRun: boolean,
  ): Promise<Answered<WrittenDto>> {
    if (from === to) throw Refusal.field('unprocessable', 'to', 'same_account', 'Both accounts are the same.');
    const postings = [
      { account: from, amount_minor: -amount_minor },
      { account: to, amount_minor },
    ];
    const writing = { entries: [{ postings, reference }], atomic: true, currency };
    return this.execute(caller, request, writing, reason, isDryRun);
  }

  private async written(tx: Tx, author: Author, writing: Writing): Promise<Answer<WrittenDto>> {
    const weighed = await this.bookEntries.weigh(tx, author.merchantId, writing);
    if (await this.settings.needsTwo(tx, author.merchantId, weighed.movedByCurrency)) {
      // What would be refused anyway is not worth anybody's time.
      await this.tried(tx, author, writing);
      return accepted(await this.propose(tx, author, writing));
    }
    return created(await this.bookEntries.post(tx, author, weighed));
  }

  private tried(tx: Tx, author: Author, writing: Writing): Promise<WrittenDto> {
    return this.ledger.dryRun(tx, async () => {
      const weighed = await this.bookEntries.weigh(tx, author.merchantId, writing);
      const written = await this.bookEntries.post(tx, author, weighed);
      const journals = written.journals.map((journal) => ({ ...journal, journal_id: null }));
      return { ...written, state: 'dry_run', journals };
    });
  }

  private async propose(tx: Tx, author: Author, writing: Writing): Promise<WrittenDto> {
    const id = newId();
    const { merchantId, createdBy: proposedBy, reason } = author;
    await this.proposals.insert(tx, { id, merchantId, what: 'writing', plan: writing, reason, proposedBy });
    return { state: 'proposed', proposal_id: id, journals: [], balances: [] };
  }
}

function authorOf({ merchantId, subject }: Caller, reason: string): Author {
  return { merchantId, createdBy: subject, approvedBy: null, proposalId: null, reason };
}
