import { Reads } from '@florin/database';
import { decodeCursor, page, type Page } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { type JournalView, Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import type { JournalDto, JournalsQuery } from './journal.dto';
import { type JournalFilter, MerchantAccountsRepository } from './merchant-accounts.repository';

/** Journals of one step of the stream: bounds its memory. */
const streamStep = 200;

/** The journals that touch a merchant's accounts. */
@Injectable()
export class JournalQueries {
  constructor(
    private readonly reads: Reads,
    private readonly ledger: Ledger,
    private readonly accounts: MerchantAccountsRepository,
  ) {}

  /** The latest first. */
  async list(merchantId: string, query: JournalsQuery): Promise<Page<JournalDto>> {
    const before = decodeCursor(query.cursor, { id: 'id' });
    const ids = await this.accounts.journalIds(this.reads, merchantId, filterOf(query), {
      afterId: before?.id,
      latestFirst: true,
      limit: query.limit + 1,
    });
    return page(await this.byId(ids), query.limit, ({ id }) => ({ id }));
  }

  async one(merchantId: string, id: string): Promise<JournalDto> {
    const [journal] = await this.byId([id]);
    const codes = journal?.postings.map(({ account }) => account) ?? [];
    const own = await this.accounts.assets(this.reads, merchantId, codes);
    if (!journal || own.size === 0) throw new Refusal('not_found', 'journal_not_found', 'There is no such journal.');
    return journal;
  }

  /** All of them after one, the first first, a line of JSON each: for stores that follow the books. */
  async *stream(merchantId: string, after: string | undefined): AsyncGenerator<string> {
    let afterId = after;
    for (;;) {
      const order = { afterId, latestFirst: false, limit: streamStep };
      const ids = await this.accounts.journalIds(this.reads, merchantId, {}, order);
      for (const journal of await this.byId(ids)) yield `${JSON.stringify(journal)}\n`;
      if (ids.length < streamStep) return;
      afterId = ids.at(-1);
    }
  }

  private async byId(ids: readonly string[]): Promise<JournalDto[]> {
    if (ids.length === 0) return [];
    const found = await this.ledger.journals(this.reads, { ids }, ids.length);
    const byId = new Map(found.map((journal) => [journal.id, journal]));
    return ids.flatMap((id) => {
      const journal = byId.get(id);
      return journal ? [shown(journal)] : [];
    });
  }
}

function filterOf(query: JournalsQuery): JournalFilter {
  const { reference, kind, effective_from, effective_to, inserted_from, inserted_to } = query;
  return {
    reference,
    kind,
    effectiveFrom: effective_from,
    effectiveTo: effective_to,
    insertedFrom: inserted_from,
    insertedTo: inserted_to,
  };
}

function shown(journal: JournalView): JournalDto {
  return {
    id: journal.id,
    kind: journal.kind,
    reference: journal.reference,
    reverses: journal.reverses,
    reversed_by: journal.reversedBy,
    inserted_at: journal.insertedAt,
    effective_at: journal.effectiveAt,
    metadata: journal.metadata,
    postings: journal.postings.map(({ account, asset, amountMinor, balanceMinor }) => ({
      account,
      asset,
      amount_minor: amountMinor,
      balance_after_minor: balanceMinor,
    })),
  };
}
