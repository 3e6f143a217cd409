import { type CashbackAccrued, type CashbackReversed, causeOf, type Envelope } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { Injectable } from '@nestjs/common';
import { OpenWallets } from '../accounts/open-wallets';
import { BookCashback } from './book-cashback';
import { type CashbackRow, CashbackRepository } from './cashback.repository';
import { TellCashback } from './tell-cashback';

/** Books the cashback that loyalty grants apart while the goods can come back, and what refunds take back of it. */
@Injectable()
export class KeepCashback {
  constructor(
    private readonly cashback: CashbackRepository,
    private readonly openWallets: OpenWallets,
    private readonly bookCashback: BookCashback,
    private readonly tellCashback: TellCashback,
  ) {}

  /** Books what loyalty granted, each once. */
  async accrue(tx: Tx, events: readonly Envelope<CashbackAccrued>[]): Promise<void> {
    const causes = new Map(events.map((event) => [event.data.cashbackId, causeOf(event)]));
    const fresh = await this.cashback.insert(tx, [
      ...new Map(events.map(({ data }) => [data.cashbackId, rowOf(data)])).values(),
    ]);
    if (fresh.length === 0) return;
    await this.openWallets.within(tx, fresh);
    await this.bookCashback.accrue(tx, fresh);
    await this.tellCashback.within(
      tx,
      fresh.map((row) => ({ row, from: 'none', by: 'loyalty' })),
      causes,
    );
  }

  /** Takes back what a refund reversed; out of the wallet when it was paid already and is still there, else the merchant bears it. */
  async reverse(tx: Tx, event: Envelope<CashbackReversed>): Promise<void> {
    const { cashbackId, refundId, amountMinor } = event.data;
    const row = await this.cashback.lock(tx, cashbackId);
    // The accrual is on its way: the retry tiers bring this back when it is booked.
    if (!row) throw new Error(`cashback ${cashbackId} is not booked yet`);
    const taken = await this.bookCashback.reverse(tx, row, refundId, amountMinor);
    if (taken === 'before') return;
    const reversedMinor = row.reversedMinor + (taken === 'taken' ? amountMinor : 0);
    const isGone = row.state !== 'paid' && row.state !== 'declined' && reversedMinor === row.amountMinor;
    const changed: CashbackRow = {
      ...row,
      reversedMinor,
      ...(isGone && { state: 'declined', reason: 'refunded' }),
    };
    await this.cashback.save(tx, [changed]);
    await this.tellCashback.within(
      tx,
      [{ row: changed, from: row.state, by: 'refund' }],
      new Map([[row.id, causeOf(event)]]),
    );
  }
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
    declinedMinor: 0,
    reason: null,
    state: 'pending',
    payableAt: new Date(payableAt),
  };
}
