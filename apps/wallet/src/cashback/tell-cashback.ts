import { cashbackChanged } from '@florin/contracts';
import type { Tx } from '@florin/database';
import type { Cause, Clock } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { leftOf } from './book-cashback';
import { cashbackByState } from './cashback-metrics';
import { CashbackRepository, type CashbackStep } from './cashback.repository';

/** Writes down each step of cashback, and says it. */
@Injectable()
export class TellCashback {
  constructor(
    private readonly cashback: CashbackRepository,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async within(tx: Tx, steps: readonly CashbackStep[], causes: ReadonlyMap<string, Cause> = new Map()): Promise<void> {
    if (steps.length === 0) return;
    await this.cashback.insertSteps(tx, steps, this.clock.now());
    for (const { row, from } of steps) if (from !== row.state) cashbackByState.inc({ state: row.state });
    await this.outbox.addAll(
      tx,
      cashbackChanged,
      steps.map(({ row }) => ({
        subject: row.id,
        cause: causes.get(row.id),
        data: {
          cashbackId: row.id,
          orderId: row.orderId,
          memberId: row.memberId,
          merchantId: row.merchantId,
          amountMinor: leftOf(row) - row.declinedMinor,
          currency: row.currency,
          state: row.state,
          ...(row.reason !== null && { reason: row.reason }),
        },
      })),
    );
  }
}
