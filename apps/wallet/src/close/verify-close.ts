import type { Caller } from '@florin/access';
import { Transactions, type Tx } from '@florin/database';
import { hashOf } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { breakageIncomeAccount, contractLiabilityAccount, pointsRevenueAccount } from '../accounts/money-accounts';
import { endOf } from '../liability/months';
import { closeNotFound } from './approve-close';
import type { VerificationDto } from './close.dto';
import { type CohortLine, programLines } from './close-period';
import { type Close, ClosesRepository } from './closes.repository';
import { chained, ComputeClose } from './compute-close';
import { takeTime } from './prepare-close';

interface Check {
  name: string;
  expected: string;
  found: string;
}

/**
 * Computes a month again from the events of its lots and the settings that it names, and compares: hashes, the hash of the
 * close before it, the journals in the ledger, and what the ledger says was owed at the end of the month.
 */
@Injectable()
export class VerifyClose {
  constructor(
    private readonly transactions: Transactions,
    private readonly closes: ClosesRepository,
    private readonly computeClose: ComputeClose,
    private readonly ledger: Ledger,
  ) {}

  execute({ merchantId }: Caller, id: string): Promise<VerificationDto> {
    return this.transactions.run(async (tx) => {
      await takeTime(tx);
      const close = await this.closes.one(tx, merchantId, id);
      if (!close) throw closeNotFound();
      const previous = close.previousId === null ? undefined : await this.closes.one(tx, merchantId, close.previousId);
      const { period, inputs } = close;
      const again = await this.computeClose.within(tx, merchantId, period, previous, inputs.settings);
      const lines = await this.closes.lines(tx, id);
      const checks: Check[] = [
        { name: 'events', expected: String(inputs.events), found: String(again.inputs.events) },
        { name: 'inputs', expected: close.inputsHash, found: again.inputsHash },
        { name: 'result', expected: close.resultHash, found: again.resultHash },
        { name: 'lines', expected: close.resultHash, found: hashOf(lines) },
        { name: 'previous', expected: close.previousHash ?? '', found: previous?.hash ?? '' },
        {
          name: 'hash',
          expected: close.hash,
          found: chained(previous?.hash ?? null, again.inputsHash, again.resultHash),
        },
        ...(close.state === 'closed' ? await this.inBooks(tx, close, lines) : []),
      ];
      const judged = checks.map((check) => ({ ...check, ok: check.expected === check.found }));
      return { close_id: id, period, state: close.state, ok: judged.every(({ ok }) => ok), checks: judged };
    });
  }

  private async inBooks(tx: Tx, close: Close, lines: readonly CohortLine[]): Promise<Check[]> {
    const { merchantId, id, period } = close;
    const rows = await tx.query<{ code: string; amount: number }>(
      `SELECT account.code, sum(posting.amount)::bigint AS amount FROM ledger_journals journal
       JOIN ledger_postings posting ON posting.journal_id = journal.id AND posting.inserted_at = journal.inserted_at
       JOIN ledger_accounts account ON account.id = posting.account_id
       WHERE journal.reference = $1 GROUP BY 1`,
      [`close:${id}`],
    );
    const booked = new Map(rows.map(({ code, amount }) => [code, amount]));
    const programs = programLines(lines);
    const revenue = new Map<string, number>();
    const add = (code: string, amount: number) => revenue.set(code, (revenue.get(code) ?? 0) + amount);
    for (const { currency, redeemed_minor, breakage_minor, expired_minor } of programs) {
      add(pointsRevenueAccount(merchantId, currency), redeemed_minor);
      add(breakageIncomeAccount(merchantId, currency), breakage_minor + expired_minor);
    }
    const codes = programs.map(({ program_id, currency }) =>
      contractLiabilityAccount(merchantId, program_id, currency),
    );
    const balances = await this.ledger.balancesAt(tx, codes, { effectiveAt: endOf(period) });
    const posted = new Map(balances.map((balance) => [balance.code, balance.posted]));
    return [
      ...[...revenue].map(([code, amount]) => compared(`booked ${code}`, amount, booked.get(code) ?? 0)),
      ...programs.map(({ closing_minor }, index) =>
        compared(`owed ${codes[index] ?? ''}`, closing_minor, posted.get(codes[index] ?? '') ?? 0),
      ),
    ];
  }
}

const compared = (name: string, expected: number, found: number): Check => ({
  name,
  expected: String(expected),
  found: String(found),
});
