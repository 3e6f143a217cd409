import { topupCompleted } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { assert } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { Outbox } from '@florin/messaging';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { clearingAccount, walletAccount } from '../accounts/money-accounts';
import { Limits } from '../limits/limits';
import type { Payment } from '../payments/payment';
import { PaymentOutcomes } from '../payments/payment-outcomes';
import { cameToNothing } from '../payments/payment-states';
import { topupKey, TopupsRepository } from './topups.repository';

/** Credits wallets with what was captured for them, in the transaction in which the capture is written. */
@Injectable()
export class SettleTopups implements OnModuleInit {
  constructor(
    private readonly outcomes: PaymentOutcomes,
    private readonly topups: TopupsRepository,
    private readonly limits: Limits,
    private readonly ledger: Ledger,
    private readonly outbox: Outbox,
  ) {}

  onModuleInit(): void {
    this.outcomes.on('topup', (tx, payments) => this.within(tx, payments));
  }

  async within(tx: Tx, payments: readonly Payment[]): Promise<void> {
    const failed = payments.filter(({ state }) => cameToNothing(state));
    await this.topups.settle(
      tx,
      failed.map(({ subjectId }) => subjectId),
      'failed',
      failed.map(({ declineCode }) => declineCode),
    );
    // One of which somebody took a part only, at the processor, is left to a person.
    const captured = payments.filter(
      ({ state, capturedMinor, amountMinor }) => state === 'captured' && capturedMinor === amountMinor,
    );
    // Limits before the ledger, as everywhere: so nobody waits for each other.
    await this.limits.giveBack(
      tx,
      failed.map(({ subjectId }) => topupKey(subjectId)),
    );
    await this.limits.arrived(
      tx,
      captured.map(({ subjectId }) => topupKey(subjectId)),
    );
    const settled = await this.topups.settle(
      tx,
      captured.map(({ subjectId }) => subjectId),
      'completed',
      captured.map(() => null),
    );
    const paid = captured.filter(({ subjectId }) => settled.has(subjectId));
    if (paid.length === 0) return;
    const posted = await this.ledger.post(
      tx,
      paid.map(({ subjectId, merchantId, memberId, currency, amountMinor }) => ({
        key: topupKey(subjectId),
        kind: 'topup',
        reference: topupKey(subjectId),
        postings: [
          { account: clearingAccount(merchantId, currency), amountMinor: -amountMinor },
          { account: walletAccount({ merchantId, memberId, currency }), amountMinor },
        ],
      })),
    );
    for (const answer of posted)
      assert(answer.ok, `a captured top-up is always postable: ${answer.ok ? '' : answer.detail}`);
    await this.outbox.addAll(
      tx,
      topupCompleted,
      paid.map(({ subjectId, merchantId, memberId, currency, amountMinor, cause }) => ({
        subject: subjectId,
        cause: cause ?? undefined,
        data: { topupId: subjectId, memberId, merchantId, amountMinor, currency },
      })),
    );
  }
}
