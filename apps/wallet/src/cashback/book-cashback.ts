import type { Tx } from '@florin/database';
import { assert } from '@florin/kernel';
import { type JournalInput, Ledger } from '@florin/ledger';
import { Injectable } from '@nestjs/common';
import { cashbackCostAccount, pendingCashbackAccount, walletAccount } from '../accounts/money-accounts';
import type { CashbackRow } from './cashback.repository';

/** Moves cashback in the books: aside, into the wallet, and back to the merchant. */
@Injectable()
export class BookCashback {
  constructor(private readonly ledger: Ledger) {}

  accrue(tx: Tx, rows: readonly CashbackRow[]): Promise<void> {
    return this.post(
      tx,
      rows.map((row) =>
        journal(
          `cashback:${row.id}`,
          'cashback_accrued',
          row,
          costOf(row),
          pendingCashbackAccount(row),
          row.amountMinor,
        ),
      ),
    );
  }

  pay(tx: Tx, rows: readonly CashbackRow[]): Promise<void> {
    return this.post(
      tx,
      rows.map((row) =>
        journal(
          `cashback-paid:${row.id}`,
          'cashback_paid',
          row,
          pendingCashbackAccount(row),
          walletAccount(row),
          leftOf(row),
        ),
      ),
    );
  }

  /** What is left of it goes back to the merchant. */
  decline(tx: Tx, row: CashbackRow): Promise<void> {
    return this.post(tx, [
      journal(
        `cashback-declined:${row.id}`,
        'cashback_declined',
        row,
        pendingCashbackAccount(row),
        costOf(row),
        leftOf(row),
      ),
    ]);
  }

  /** Takes back what a refund reversed: `before` when it was taken already, `spent` when a paid one is not there any more. */
  async reverse(
    tx: Tx,
    row: CashbackRow,
    refundId: string,
    amountMinor: number,
  ): Promise<'taken' | 'before' | 'spent'> {
    const from = row.state === 'paid' ? walletAccount(row) : pendingCashbackAccount(row);
    const [posted] = await this.ledger.post(tx, [
      journal(`cashback-reversed:${refundId}:${row.id}`, 'cashback_reversed', row, from, costOf(row), amountMinor),
    ]);
    // This refund took it back before; where from may have changed since.
    if (posted?.replayed || (posted?.ok === false && posted.code === 'key_reused')) return 'before';
    assert(posted?.ok || posted?.code === 'insufficient_funds', 'pending cashback can always be taken back');
    return posted.ok ? 'taken' : 'spent';
  }

  private async post(tx: Tx, journals: readonly JournalInput[]): Promise<void> {
    if (journals.length === 0) return;
    for (const answer of await this.ledger.post(tx, journals))
      assert(answer.ok, `cashback is always postable: ${answer.ok ? '' : answer.detail}`);
  }
}

/** What refunds have not taken back of it. */
export const leftOf = (row: CashbackRow): number => row.amountMinor - row.reversedMinor;

const costOf = (row: CashbackRow): string => cashbackCostAccount(row.merchantId, row.currency);

function journal(
  key: string,
  kind: string,
  row: CashbackRow,
  from: string,
  to: string,
  amountMinor: number,
): JournalInput {
  return {
    key,
    kind,
    reference: `order:${row.orderId}`,
    postings: [
      { account: from, amountMinor: -amountMinor },
      { account: to, amountMinor },
    ],
  };
}
