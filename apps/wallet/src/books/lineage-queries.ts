import { Reads } from '@florin/database';
import { decodeCursor, encodeCursor, type Page } from '@florin/http';
import { Ledger, type LineagePosting } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { AccountQueries } from './account-queries';
import type { CompositionQuery, LineageMatchDto, LineagePostingDto, LineageQuery, LineageRestDto } from './lineage.dto';

/** Which money paid for what. */
@Injectable()
export class LineageQueries {
  constructor(
    private readonly reads: Reads,
    private readonly ledger: Ledger,
    private readonly accounts: AccountQueries,
  ) {}

  /** Which credit paid which debit, in the order in which it came about, from where the account was last empty. */
  async matches(
    merchantId: string,
    code: string,
    { method, cursor, limit }: LineageQuery,
  ): Promise<Page<LineageMatchDto>> {
    await this.accounts.found(merchantId, code);
    const after = decodeCursor(cursor, { seq: 'number', place: 'number' });
    const { matches, next } = await this.ledger.lineage(this.reads, code, { method, ...(after && { after }) }, limit);
    return {
      data: matches.map(({ credit, debit, amountMinor }) => ({
        credit: shown(credit),
        debit: shown(debit),
        amount_minor: amountMinor,
      })),
      next_cursor: next && encodeCursor({ seq: next.seq, place: next.place }),
      has_more: next !== null,
    };
  }

  /** What the balance consists of: what is left of which credits. They sum to what is posted. */
  async composition(merchantId: string, code: string, { method }: CompositionQuery): Promise<LineageRestDto[]> {
    await this.accounts.found(merchantId, code);
    const rests = await this.ledger.consistsOf(this.reads, code, method);
    return rests.map(({ posting, leftMinor }) => ({ posting: shown(posting), left_minor: leftMinor }));
  }
}

function shown({ seq, journalId, kind, reference, amountMinor, insertedAt }: LineagePosting): LineagePostingDto {
  return { seq, journal_id: journalId, kind, reference, amount_minor: amountMinor, inserted_at: insertedAt };
}
