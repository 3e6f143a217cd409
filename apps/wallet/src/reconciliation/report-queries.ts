import { Reads } from '@florin/database';
import { Refusal } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { clearingAccount, statementAccount, transitAccount } from '../accounts/money-accounts';
import { AccountsRepository } from './accounts.repository';
import type { GapDto, OpenExceptionsDto, ReportDto, ReportQuery } from './report.dto';
import { accountNotFound } from './save-account';

interface Sums {
  state: 'open' | 'matched' | 'ignored';
  /** In the days of the report. */
  lines: number;
  amount: number;
  /** From the first line on until the last day. */
  until: number;
}

/** Statements beside books. */
@Injectable()
export class ReportQueries {
  constructor(
    private readonly reads: Reads,
    private readonly ledger: Ledger,
    private readonly accounts: AccountsRepository,
  ) {}

  async of(merchantId: string, { account_id: accountId, from, to }: ReportQuery): Promise<ReportDto> {
    if (from > to) throw Refusal.field('invalid', 'to', 'days_reversed', 'The last day is before the first.');
    const account = await this.accounts.find(this.reads, accountId, merchantId);
    if (!account) throw accountNotFound();
    const { currency } = account;
    const [sums, stated, gaps, exceptions, books] = await Promise.all([
      this.sums(accountId, from, to),
      this.stated(accountId, to),
      this.gaps(accountId, to),
      this.exceptions(accountId),
      this.books(merchantId, accountId, currency),
    ]);
    const of = (state: Sums['state']) => sums.find((one) => one.state === state) ?? { lines: 0, amount: 0, until: 0 };
    const shown = (state: Sums['state']) => ({ lines: of(state).lines, amount_minor: of(state).amount });
    const ledgerMinor = of('matched').until;
    const explained = [
      { what: 'before_first_statement', amount_minor: stated?.opening ?? 0 },
      { what: 'open_lines', amount_minor: of('open').until },
      { what: 'ignored_lines', amount_minor: of('ignored').until },
      { what: 'missing_statements', amount_minor: gaps.reduce((sum, gap) => sum + gap.amount_minor, 0) },
    ];
    const difference = stated ? stated.closing - ledgerMinor : null;
    const known = explained.reduce((sum, { amount_minor: amount }) => sum + amount, 0);
    return {
      account_id: accountId,
      currency,
      from,
      to,
      matched: shown('matched'),
      open: shown('open'),
      ignored: shown('ignored'),
      statement_minor: stated?.closing ?? null,
      ledger_minor: ledgerMinor,
      ...books,
      difference_minor: difference,
      explained,
      unexplained_minor: difference === null ? null : difference - known,
      gaps,
      exceptions,
    };
  }

  private sums(accountId: string, from: string, to: string): Promise<Sums[]> {
    return this.reads.query(
      `SELECT state, (count(*) FILTER (WHERE booked_on >= $2::date))::integer AS lines,
              coalesce(sum(amount_minor) FILTER (WHERE booked_on >= $2::date), 0)::bigint AS amount, coalesce(sum(amount_minor), 0)::bigint AS until
       FROM reconciliation_lines WHERE account_id = $1 AND booked_on <= $3::date AND state <> 'withdrawn' GROUP BY state`,
      [accountId, from, to],
    );
  }

  /** The first opening and the last closing balance of the statements in force. */
  private async stated(accountId: string, to: string): Promise<{ opening: number; closing: number } | undefined> {
    const [row] = await this.reads.query<{ opening: number; closing: number }>(
      `SELECT (array_agg(opening_minor ORDER BY from_on, id))[1] AS opening, (array_agg(closing_minor ORDER BY to_on DESC, id DESC))[1] AS closing
       FROM reconciliation_statements WHERE account_id = $1 AND superseded_by IS NULL AND closing_minor IS NOT NULL AND to_on <= $2::date HAVING count(*) > 0`,
      [accountId, to],
    );
    return row;
  }

  /** Statements that do not begin where the one before them ended. Those that overlap say nothing about what lies between. */
  private gaps(accountId: string, to: string): Promise<GapDto[]> {
    return this.reads.query(
      `SELECT id AS statement_id, opening_minor - before AS amount_minor
       FROM (SELECT id, from_on, opening_minor, lag(closing_minor) OVER placed AS before, lag(to_on) OVER placed AS ended
             FROM reconciliation_statements WHERE account_id = $1 AND superseded_by IS NULL AND closing_minor IS NOT NULL AND to_on <= $2::date
             WINDOW placed AS (ORDER BY from_on, to_on, id)) AS statement
       WHERE opening_minor <> before AND from_on > ended ORDER BY from_on LIMIT 100`,
      [accountId, to],
    );
  }

  private exceptions(accountId: string): Promise<OpenExceptionsDto[]> {
    return this.reads.query(
      `SELECT kind, count(*)::integer AS lines, sum(amount_minor)::bigint AS amount_minor FROM reconciliation_exceptions
       WHERE account_id = $1 AND state <> 'resolved' GROUP BY kind ORDER BY kind`,
      [accountId],
    );
  }

  private async books(
    merchantId: string,
    accountId: string,
    currency: string,
  ): Promise<Pick<ReportDto, 'ledger_now_minor' | 'clearing_now_minor' | 'transit_now_minor'>> {
    const codes = [
      statementAccount(merchantId, accountId, currency),
      clearingAccount(merchantId, currency),
      transitAccount(merchantId, currency),
    ];
    const balances = new Map((await this.ledger.balances(this.reads, codes)).map(({ code, posted }) => [code, posted]));
    const [account = 0, clearing = 0, transit = 0] = codes.map((code) => 0 - (balances.get(code) ?? 0));
    return { ledger_now_minor: account, clearing_now_minor: clearing, transit_now_minor: transit };
  }
}
