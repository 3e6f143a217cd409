import type { Tx } from '@florin/database';
import { allocate, assert } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { SettlePayments } from '../payments/settle-payments';
import { LearnPayoutOutcome } from '../payouts/learn-payout-outcome';
import type { StatementAccount } from './account-settings';
import type { Candidate, Match } from './match';
import { UnsettlePayments } from './unsettle-payments';

interface Named {
  id: string;
  match: Match;
}

/** Tells whoever owns what was matched: a payment is settled, a payout went out or came back. They book nothing of the statement's money. */
@Injectable()
export class TellOwners {
  constructor(
    private readonly settlePayments: SettlePayments,
    private readonly unsettlePayments: UnsettlePayments,
    private readonly learnPayoutOutcome: LearnPayoutOutcome,
  ) {}

  async matched(tx: Tx, account: StatementAccount, matches: readonly Named[]): Promise<void> {
    await this.settle(tx, account, matches);
    const out = matches.flatMap(({ match }) => payoutsOf(match));
    if (out.length > 0) await this.learnPayoutOutcome.fromStatement(tx, out);
  }

  /** Payments are captured again. What was learnt of a payout stays: the bank did show it. */
  async undone(tx: Tx, merchantId: string, matchIds: readonly string[]): Promise<void> {
    await this.unsettlePayments.within(tx, merchantId, matchIds);
  }

  private async settle(tx: Tx, account: StatementAccount, matches: readonly Named[]): Promise<void> {
    const lines = matches.flatMap(({ id, match }) => {
      const payments = match.targets.filter(({ kind }) => kind === 'payment');
      const fees = allocate(
        payments.length === match.targets.length ? match.feeMinor : 0,
        payments.map(({ amountMinor }) => amountMinor),
      );
      return payments.map((payment, index) => ({
        merchantId: account.merchantId,
        reference: settlementOf(id, payment),
        paymentId: payment.id,
        amountMinor: payment.amountMinor,
        feeMinor: fees[index] ?? 0,
        currency: account.currency,
        at: new Date(match.lines[0]?.bookedOn ?? payment.on),
      }));
    });
    if (lines.length === 0) return;
    for (const { outcome, paymentId } of await this.settlePayments.within(tx, lines))
      assert(outcome === 'settled', `a payment that waits can be settled: ${paymentId} is ${outcome}`);
  }
}

/** A payment is settled once per match. */
const settlementOf = (matchId: string, { id }: Candidate): string => `reconciliation:${matchId}:${id}`;

interface PayoutSeen {
  reference: string;
  fact: 'paid' | 'returned';
  lineId: string;
}

function payoutsOf({ lines, targets }: Match): PayoutSeen[] {
  const lineId = lines[0]?.id ?? '';
  return targets.flatMap(({ kind, id: reference }): PayoutSeen[] => {
    if (kind === 'payout') return [{ reference, fact: 'paid', lineId }];
    return kind === 'payout_return' ? [{ reference, fact: 'returned', lineId }] : [];
  });
}
