import type { Caller } from '@florin/access';
import { isCheckViolation, Transactions, type Tx } from '@florin/database';
import { type Answered, Idempotency, type IdempotentRequest, ok } from '@florin/http';
import { type Clock, Refusal } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { MoveWithdrawals } from './move-withdrawals';
import type { Reason, Withdrawal } from './withdrawal';
import type { WithdrawalDetailDto } from './withdrawal.dto';
import { withdrawalNotFound, WithdrawalQueries } from './withdrawal-queries';
import { WithdrawalsRepository } from './withdrawals.repository';

type Decide = (tx: Tx, withdrawal: Withdrawal) => Promise<{ to: Withdrawal; why: Reason }>;

/** People decide about a withdrawal while it waits: staff approve or reject it, the member takes it back. The first of them wins. */
@Injectable()
export class DecideWithdrawal {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly withdrawals: WithdrawalsRepository,
    private readonly moveWithdrawals: MoveWithdrawals,
    private readonly queries: WithdrawalQueries,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** One approval. With the last that is needed it is held. Refuses one's own (403), a second of the same person and one too late (409). */
  approve(
    caller: Caller,
    request: IdempotentRequest,
    id: string,
    reason: string | undefined,
  ): Promise<Answered<WithdrawalDetailDto>> {
    return this.decided(caller, request, id, async (tx, withdrawal) => {
      await this.note(tx, withdrawal, caller.subject, 'approved', reason);
      const approvalsGiven = withdrawal.approvalsGiven + 1;
      const isEnough = approvalsGiven >= withdrawal.approvalsNeeded;
      return {
        to: {
          ...withdrawal,
          approvalsGiven,
          ...(isEnough && { state: 'held' as const, approvedAt: this.clock.now() }),
        },
        why: { learnedFrom: 'person', actor: caller.subject, detail: reason },
      };
    });
  }

  /** Ends it; the money is free again. Refuses like approve. */
  reject(
    caller: Caller,
    request: IdempotentRequest,
    id: string,
    reason: string,
  ): Promise<Answered<WithdrawalDetailDto>> {
    return this.decided(caller, request, id, async (tx, withdrawal) => {
      await this.note(tx, withdrawal, caller.subject, 'rejected', reason);
      return {
        to: { ...withdrawal, state: 'rejected' },
        why: { learnedFrom: 'person', actor: caller.subject, detail: reason },
      };
    });
  }

  /** The member changes their mind, as long as nobody has approved it. */
  cancel(caller: Caller, request: IdempotentRequest, id: string): Promise<Answered<WithdrawalDetailDto>> {
    return this.decided(caller, request, id, (_, withdrawal) => {
      if (withdrawal.memberId !== caller.subject) throw withdrawalNotFound();
      return Promise.resolve({
        to: { ...withdrawal, state: 'cancelled' },
        why: { learnedFrom: 'person', actor: caller.subject },
      });
    });
  }

  private async decided(
    caller: Caller,
    request: IdempotentRequest,
    id: string,
    decide: Decide,
  ): Promise<Answered<WithdrawalDetailDto>> {
    try {
      return await this.transactions.run((tx) =>
        this.idempotency.once(tx, request, async () => {
          const [from] = await this.moveWithdrawals.lock(tx, [id]);
          if (from?.merchantId !== caller.merchantId) throw withdrawalNotFound();
          // Whose it is not hears of no state: the owner is checked before it.
          const { to, why } = await decide(tx, from);
          if (from.state !== 'requested')
            throw new Refusal('conflict', 'withdrawal_decided', `The withdrawal is ${from.state} already.`);
          await this.moveWithdrawals.write(tx, [{ from, to, why }]);
          return ok(await this.queries.saved(tx, caller.merchantId, id));
        }),
      );
    } catch (error) {
      if (isCheckViolation(error, 'approvals_by_others'))
        throw new Refusal('forbidden', 'own_withdrawal', 'Somebody else has to decide about your own withdrawal.');
      throw error;
    }
  }

  private async note(
    tx: Tx,
    withdrawal: Withdrawal,
    by: string,
    decision: 'approved' | 'rejected',
    reason: string | undefined,
  ): Promise<void> {
    if (!(await this.withdrawals.insertDecision(tx, withdrawal, by, decision, reason)))
      throw new Refusal(
        'conflict',
        'already_decided',
        'You have decided about this withdrawal. It takes somebody else.',
      );
  }
}
