import { payoutChanged, type PayoutChangedState } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { Outbox } from '@florin/messaging';
import { Injectable } from '@nestjs/common';
import { Limits } from '../limits/limits';
import { BookWithdrawals } from './book-withdrawals';
import { payoutsByState } from './metrics';
import { type Move, payoutOf, type Withdrawal } from './withdrawal';
import type { WithdrawalState } from './withdrawal-states';
import { WithdrawalsRepository } from './withdrawals.repository';

/** What each state is called where it is told. What is held has been approved; who waits wants to hear that. */
const toldAs: Record<WithdrawalState, PayoutChangedState> = {
  requested: 'requested',
  held: 'approved',
  submitted: 'submitted',
  unknown: 'unknown',
  paid: 'paid',
  failed: 'failed',
  returned: 'returned',
  cancelled: 'cancelled',
  rejected: 'rejected',
};

/** What the member's limits know the withdrawal by. */
export const limitKey = (id: string): string => `withdrawal:${id}`;

const isOff = ({ to }: Move): boolean => ['cancelled', 'rejected', 'failed', 'returned'].includes(to.state);

/** A step, or what a person or a webhook said that was not one yet: an approval of two, a doubt. */
const isWorthNoting = ({ from, to, why }: Move): boolean =>
  from.state !== to.state || why.learnedFrom === 'person' || why.learnedFrom === 'webhook';

/** Writes down where withdrawals went: row, step, books and event in one transaction. Everything that moves one comes through here. */
@Injectable()
export class MoveWithdrawals {
  constructor(
    private readonly withdrawals: WithdrawalsRepository,
    private readonly books: BookWithdrawals,
    private readonly limits: Limits,
    private readonly outbox: Outbox,
  ) {}

  /** The rows, locked in id order. */
  lock(tx: Tx, ids: readonly string[]): Promise<Withdrawal[]> {
    return this.withdrawals.lock(tx, ids);
  }

  async write(tx: Tx, moves: readonly Move[]): Promise<void> {
    const moved = moves.filter(({ from, to }) => from.state !== to.state);
    await this.limits.giveBack(
      tx,
      moved.filter(isOff).map(({ to }) => limitKey(to.id)),
    );
    const booked = await this.books.follow(tx, moves);
    await this.withdrawals.save(tx, booked);
    await Promise.all([this.note(tx, booked.filter(isWorthNoting)), this.tell(tx, moved)]);
  }

  /** A withdrawal that has just been asked for, as its first step. */
  async begin(tx: Tx, withdrawal: Withdrawal): Promise<void> {
    await this.withdrawals.insert(tx, withdrawal);
    const why = { learnedFrom: 'request' as const, actor: withdrawal.memberId };
    const begun: Move = { from: withdrawal, to: withdrawal, why };
    await Promise.all([this.note(tx, [begun]), this.tell(tx, [begun])]);
  }

  private note(tx: Tx, moves: readonly Move[]): Promise<void> {
    return this.withdrawals.insertSteps(
      tx,
      moves.map(({ from, to, why }) => ({
        ...why,
        withdrawalId: to.id,
        fromState: from.state,
        toState: to.state,
        detail: why.detail ?? (to.failureCode === from.failureCode ? undefined : (to.failureCode ?? undefined)),
      })),
    );
  }

  private async tell(tx: Tx, moves: readonly Move[]): Promise<void> {
    await this.outbox.addAll(
      tx,
      payoutChanged,
      moves
        // Asking again for what never arrived is nobody's news.
        .filter(({ from, to }) => !(from.state === 'unknown' && to.state === 'held'))
        .map(({ to }) => ({
          subject: to.id,
          merchantId: to.merchantId,
          cause: to.cause ?? undefined,
          data: {
            withdrawalId: to.id,
            memberId: to.memberId,
            merchantId: to.merchantId,
            currency: to.currency,
            amountMinor: to.amountMinor,
            feeMinor: to.feeMinor,
            payoutMinor: payoutOf(to),
            state: toldAs[to.state],
            ...(to.failureCode !== null && { reasonCode: to.failureCode }),
          },
        })),
    );
    for (const { to } of moves) payoutsByState.inc({ state: to.state });
  }
}
