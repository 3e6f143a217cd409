import { Reads } from '@florin/database';
import { decodeCursor, page } from '@florin/http';
import { type Clock, present, Refusal } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import type { StatementDto, StatementQuery } from './statement.dto';
import { withoutPlace } from './transaction-queries';
import { TransactionsRepository } from './transactions.repository';

/** What was in a wallet at the start of a span, what happened, and what was in it at the end. */
@Injectable()
export class StatementQueries {
  constructor(
    private readonly reads: Reads,
    private readonly transactions: TransactionsRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Refuses with 400 `statement_span_unclear` when a month comes with instants, or the end does not follow the start. */
  async one(merchantId: string, memberId: string, query: StatementQuery): Promise<StatementDto> {
    const wallet = { merchantId, memberId, currency: query.currency };
    const span = spanOf(query, this.clock.now());
    const after = decodeCursor(query.cursor, { at: 'time', seq: 'number' });
    const [balances, rows] = await Promise.all([
      this.transactions.balancesBefore(this.reads, wallet, [span.from, span.to]),
      this.transactions.inOrder(this.reads, wallet, span, after, query.limit + 1),
    ]);
    const { data, ...next } = page(rows, query.limit, ({ posted_at, seq }) => ({ at: posted_at, seq }));
    return {
      currency: query.currency,
      ...span,
      opening_minor: present(balances[0], 'a balance per instant'),
      closing_minor: present(balances[1], 'a balance per instant'),
      lines: data.map(withoutPlace),
      ...next,
    };
  }
}

function spanOf({ month, from, to }: StatementQuery, now: Date): { from: Date; to: Date } {
  if (month !== undefined && (from ?? to) !== undefined) throw unclear('month', 'Give a month or instants, not both.');
  const start = month === undefined ? now.toISOString().slice(0, 7) : month;
  const span =
    from === undefined && to === undefined
      ? monthOf(start)
      : { from: new Date(from ?? 0), to: to === undefined ? now : new Date(to) };
  if (span.from >= span.to) throw unclear('to', 'The end must be later than the start.');
  return span;
}

function monthOf(month: string): { from: Date; to: Date } {
  const from = new Date(`${month}-01T00:00:00Z`);
  return { from, to: new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1)) };
}

function unclear(field: string, detail: string): Refusal {
  return Refusal.field('invalid', field, 'statement_span_unclear', detail);
}
