import type { Tx } from '@florin/database';
import { assert, Refusal } from '@florin/kernel';
import { type JournalInput, Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { breakageIncomeAccount, contractLiabilityAccount, pointsRevenueAccount } from '../accounts/money-accounts';
import { endOf } from '../liability/months';
import { type CohortLine, type ProgramLine, programLines } from './close-period';
import { type Close, ClosesRepository } from './closes.repository';
import { ComputeClose } from './compute-close';

/** Books what a month earned: out of the contract liabilities, into revenue and breakage income, as at the month's last instant. */
@Injectable()
export class BookClose {
  constructor(
    private readonly closes: ClosesRepository,
    private readonly computeClose: ComputeClose,
    private readonly ledger: Ledger,
  ) {}

  /** Gives the lines that were booked. Refuses when they are not those that were prepared. */
  async within(tx: Tx, close: Close): Promise<CohortLine[]> {
    const previous =
      close.previousId === null ? undefined : await this.closes.one(tx, close.merchantId, close.previousId);
    const { lines, hash } = await this.computeClose.within(tx, close.merchantId, close.period, previous);
    if (hash !== close.hash)
      throw new Refusal(
        'conflict',
        'close_changed',
        `Something was booked into ${close.period} after it was prepared. Prepare it again and look at it.`,
      );
    const journals = programLines(lines).flatMap((line) => journalsOf(close, line));
    if (journals.length > 0)
      for (const answer of await this.ledger.post(tx, journals))
        assert(answer.ok, `a close can be booked: ${answer.ok ? '' : answer.detail}`);
    for (const cohort of lines) await this.closes.spreadOverLots(tx, close, cohort);
    return lines;
  }
}

function journalsOf(close: Close, line: ProgramLine): JournalInput[] {
  const { id, merchantId, period } = close;
  const liability = contractLiabilityAccount(merchantId, line.program_id, line.currency);
  const parts = [
    { kind: 'close_redeemed', into: pointsRevenueAccount(merchantId, line.currency), amountMinor: line.redeemed_minor },
    {
      kind: 'close_breakage',
      into: breakageIncomeAccount(merchantId, line.currency),
      amountMinor: line.breakage_minor,
    },
    { kind: 'close_expired', into: breakageIncomeAccount(merchantId, line.currency), amountMinor: line.expired_minor },
  ];
  return parts
    .filter(({ amountMinor }) => amountMinor !== 0)
    .map(({ kind, into, amountMinor }) => ({
      key: `${kind}:${id}:${line.program_id}:${line.currency}`,
      kind,
      reference: `close:${id}`,
      effectiveAt: endOf(period),
      metadata: { period, program_id: line.program_id },
      postings: [
        { account: liability, amountMinor: -amountMinor },
        { account: into, amountMinor },
      ],
    }));
}
