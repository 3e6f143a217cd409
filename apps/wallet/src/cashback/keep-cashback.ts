import {
  type CashbackAccrued,
  cashbackChanged,
  type CashbackReversed,
  causeOf,
  type Envelope,
} from '@florin/contracts';
import { Transactions, type Tx } from '@florin/database';
import { assert, type Cause, type Clock } from '@florin/kernel';
import { type JournalInput, Ledger } from '@florin/ledger';
import { Outbox } from '@florin/messaging';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { cashbackCostAccount, pendingCashbackAccount, walletAccount } from '../accounts/money-accounts';
import { OpenWallets } from '../accounts/open-wallets';
import { type CashbackRow, CashbackRepository } from './cashback.repository';

/** Cashback per round of the job: bounds the transaction, not the work. */
const sweepLimit = 500;

/**
 * Cashback from pending to payable: booked apart while the goods can come back, moved into the wallet once the hold
 * period is over, and taken back in parts by refunds before that.
 */
@Injectable()
export class KeepCashback {
  constructor(
    private readonly cashback: CashbackRepository,
    private readonly openWallets: OpenWallets,
    private readonly ledger: Ledger,
    private readonly outbox: Outbox,
    private readonly transactions: Transactions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Books what loyalty granted, each once. */
  async accrue(tx: Tx, events: readonly Envelope<CashbackAccrued>[]): Promise<void> {
    const causes = new Map(events.map((event) => [event.data.cashbackId, causeOf(event)]));
    const fresh = await this.cashback.insert(tx, [
      ...new Map(events.map(({ data }) => [data.cashbackId, rowOf(data)])).values(),
    ]);
    if (fresh.length === 0) return;
    await this.openWallets.within(tx, fresh);
    await this.post(
      tx,
      fresh.map((row) =>
        journal(
          `cashback:${row.id}`,
          'cashback_accrued',
          row,
          cashbackCostAccount(row.merchantId, row.currency),
          pendingCashbackAccount(row),
          row.amountMinor,
        ),
      ),
    );
    await this.tell(tx, fresh, causes);
  }

  /** Takes back what a refund reversed; out of the wallet when it was paid already and is still there, else the merchant bears it. */
  async reverse(tx: Tx, event: Envelope<CashbackReversed>): Promise<void> {
    const row = await this.cashback.lock(tx, event.data.cashbackId);
    // The accrual is on its way: the retry tiers bring this back when it is booked.
    if (!row) throw new Error(`cashback ${event.data.cashbackId} is not booked yet`);
    const amountMinor = event.data.amountMinor;
    const from = row.state === 'pending' ? pendingCashbackAccount(row) : walletAccount(row);
    const [posted] = await this.ledger.post(tx, [
      journal(
        `cashback-reversed:${event.data.refundId}:${row.id}`,
        'cashback_reversed',
        row,
        from,
        cashbackCostAccount(row.merchantId, row.currency),
        amountMinor,
      ),
    ]);
    // This refund took it back before; where from may have changed since.
    if (posted?.replayed || (posted?.ok === false && posted.code === 'key_reused')) return;
    assert(posted?.ok || posted?.code === 'insufficient_funds', 'pending cashback can always be taken back');
    const reversedMinor = row.reversedMinor + (posted.ok ? amountMinor : 0);
    const changed: CashbackRow = {
      ...row,
      reversedMinor,
      state: row.state === 'pending' && reversedMinor === row.amountMinor ? 'declined' : row.state,
    };
    await this.cashback.save(tx, [changed]);
    await this.tell(tx, [changed], new Map([[row.id, causeOf(event)]]));
  }

  /** Pays into wallets what is due; gives how many. Run by the job and safe to run by hand. */
  async payDue(): Promise<number> {
    return this.transactions.run(async (tx) => {
      const due = await this.cashback.due(tx, this.clock.now(), sweepLimit);
      await this.post(
        tx,
        due.map((row) =>
          journal(
            `cashback-paid:${row.id}`,
            'cashback_paid',
            row,
            pendingCashbackAccount(row),
            walletAccount(row),
            row.amountMinor - row.reversedMinor,
          ),
        ),
      );
      const paid = due.map((row): CashbackRow => ({ ...row, state: 'payable' }));
      await this.cashback.save(tx, paid);
      await this.tell(tx, paid, new Map());
      return due.length;
    });
  }

  private async post(tx: Tx, journals: readonly JournalInput[]): Promise<void> {
    if (journals.length === 0) return;
    for (const answer of await this.ledger.post(tx, journals))
      assert(answer.ok, `cashback is always postable: ${answer.ok ? '' : answer.detail}`);
  }

  private async tell(tx: Tx, rows: readonly CashbackRow[], causes: ReadonlyMap<string, Cause>): Promise<void> {
    await this.outbox.addAll(
      tx,
      cashbackChanged,
      rows.map(({ id, orderId, memberId, merchantId, amountMinor, reversedMinor, currency, state }) => ({
        subject: id,
        cause: causes.get(id),
        data: {
          cashbackId: id,
          orderId,
          memberId,
          merchantId,
          amountMinor: amountMinor - reversedMinor,
          currency,
          state,
        },
      })),
    );
  }
}

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

function rowOf(data: CashbackAccrued): CashbackRow {
  const { cashbackId: id, orderId, merchantId, memberId, currency, amountMinor, payableAt } = data;
  return {
    id,
    orderId,
    merchantId,
    memberId,
    currency,
    amountMinor,
    reversedMinor: 0,
    state: 'pending',
    payableAt: new Date(payableAt),
  };
}
