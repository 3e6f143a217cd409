import type { Caller } from '@florin/access';
import { Reads } from '@florin/database';
import { decodeCursor, page, type Page, type PageQuery } from '@florin/http';
import { Injectable } from '@nestjs/common';
import { closeNotFound } from './approve-close';
import { type CloseDto, closeDto, type CloseHeadDto, type CohortLineDto } from './close.dto';
import { type Close, ClosesRepository } from './closes.repository';
import { cohortsCsv, journalCsv } from './exports';
import { GlAccounts } from './gl-accounts';

/** What was closed at the merchant in force. */
@Injectable()
export class CloseQueries {
  constructor(
    private readonly reads: Reads,
    private readonly closes: ClosesRepository,
    private readonly glAccounts: GlAccounts,
  ) {}

  /** The latest month first. */
  async list({ merchantId }: Caller, query: PageQuery): Promise<Page<CloseHeadDto>> {
    const after = decodeCursor(query.cursor, { period: 'text' });
    const rows = await this.closes.list(this.reads, merchantId, after?.period, query.limit + 1);
    const heads = rows.map(({ id, period, state, hash, closedAt }) => ({
      id,
      period,
      state,
      hash,
      closed_at: closedAt,
    }));
    return page(heads, query.limit, ({ period }) => ({ period }));
  }

  async one(caller: Caller, id: string): Promise<CloseDto> {
    const close = await this.found(caller, id);
    return closeDto(close, await this.closes.lines(this.reads, id));
  }

  async lines(caller: Caller, id: string, query: PageQuery): Promise<Page<CohortLineDto>> {
    await this.found(caller, id);
    const after = decodeCursor(query.cursor, { program_id: 'id', currency: 'text', cohort: 'text' });
    const rows = await this.closes.linesAfter(this.reads, id, after, query.limit + 1);
    return page(rows, query.limit, ({ program_id, currency, cohort }) => ({ program_id, currency, cohort }));
  }

  /** The cohorts of a close, or the journal that books it in the merchant's own general ledger, as CSV (RFC 4180). */
  async export(caller: Caller, id: string, format: 'csv' | 'gl'): Promise<string> {
    const close = await this.found(caller, id);
    const lines = await this.closes.lines(this.reads, id);
    if (format === 'csv') return cohortsCsv(close, lines);
    return journalCsv(close, lines, await this.glAccounts.inForce(this.reads, caller.merchantId));
  }

  private async found({ merchantId }: Caller, id: string): Promise<Close> {
    const close = await this.closes.one(this.reads, merchantId, id);
    if (!close) throw closeNotFound();
    return close;
  }
}
