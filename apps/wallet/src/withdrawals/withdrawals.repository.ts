import type { Tx } from '@florin/database';
import { newId } from '@florin/kernel';
import type { Move, Reason, Withdrawal } from './withdrawal';
import { columns } from './withdrawal-columns';
import type { WithdrawalState } from './withdrawal-states';

export interface StepRow extends Reason {
  withdrawalId: string;
  fromState: WithdrawalState;
  toState: WithdrawalState;
}

/** SQL of withdrawals. */
export class WithdrawalsRepository {
  async insert(tx: Tx, one: Withdrawal): Promise<void> {
    await tx.execute(
      `INSERT INTO wallet_withdrawals (id, merchant_id, member_id, beneficiary_id, currency, amount_minor, fee_minor, state, settings_version,
                                       approvals_needed, approved_at, provider, cause, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
      [
        one.id,
        one.merchantId,
        one.memberId,
        one.beneficiaryId,
        one.currency,
        one.amountMinor,
        one.feeMinor,
        one.state,
        one.settingsVersion,
        one.approvalsNeeded,
        one.approvedAt,
        one.provider,
        JSON.stringify(one.cause),
        one.createdAt,
      ],
    );
  }

  /** In id order, so that two sets wait for each other and never deadlock. */
  lock(tx: Tx, ids: readonly string[]): Promise<Withdrawal[]> {
    return tx.query<Withdrawal>(
      `SELECT ${columns} FROM wallet_withdrawals WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE`,
      [ids],
    );
  }

  /** Whoever held the lease has had their answer; whoever decides without one leaves it alone by giving no time. */
  async save(tx: Tx, moves: readonly Move[]): Promise<void> {
    if (moves.length === 0) return;
    await tx.execute(
      `UPDATE wallet_withdrawals AS withdrawal
       SET state = new.state, action = new.action, approvals_given = new.approvals_given, approved_at = new.approved_at,
           provider_reference = new.provider_reference, failure_code = new.failure_code, journal_id = new.journal_id, is_late = new.is_late,
           attempts = new.attempts, next_at = coalesce(new.next_at, withdrawal.next_at),
           lease_until = CASE WHEN new.next_at IS NULL THEN withdrawal.lease_until END, updated_at = now(),
           settled_at = CASE WHEN new.state IN ('requested', 'held', 'submitted', 'unknown') THEN NULL ELSE coalesce(withdrawal.settled_at, now()) END
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::smallint[], $5::timestamptz[], $6::text[], $7::text[], $8::uuid[], $9::boolean[], $10::integer[],
                   $11::timestamptz[])
         AS new (id, state, action, approvals_given, approved_at, provider_reference, failure_code, journal_id, is_late, attempts, next_at)
       WHERE withdrawal.id = new.id`,
      [
        moves.map(({ to }) => to.id),
        moves.map(({ to }) => to.state),
        moves.map(({ to }) => to.action),
        moves.map(({ to }) => to.approvalsGiven),
        moves.map(({ to }) => to.approvedAt),
        moves.map(({ to }) => to.providerReference),
        moves.map(({ to }) => to.failureCode),
        moves.map(({ to }) => to.journalId),
        moves.map(({ to }) => to.isLate),
        moves.map(({ to }) => to.attempts),
        moves.map(({ nextAt }) => nextAt ?? null),
      ],
    );
  }

  async insertSteps(tx: Tx, steps: readonly StepRow[]): Promise<void> {
    if (steps.length === 0) return;
    await tx.execute(
      `INSERT INTO withdrawal_steps (id, withdrawal_id, from_state, to_state, learned_from, actor, evidence, detail)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])`,
      [
        steps.map(() => newId()),
        steps.map((step) => step.withdrawalId),
        steps.map((step) => step.fromState),
        steps.map((step) => step.toState),
        steps.map((step) => step.learnedFrom),
        steps.map((step) => step.actor ?? null),
        steps.map((step) => step.evidence ?? null),
        steps.map((step) => step.detail ?? null),
      ],
    );
  }

  /** The key of the table: one decision per person, and none by the one whose money it is. */
  async insertDecision(
    tx: Tx,
    { id, memberId }: Withdrawal,
    by: string,
    decision: 'approved' | 'rejected',
    reason: string | undefined,
  ): Promise<boolean> {
    const inserted = await tx.execute(
      `INSERT INTO withdrawal_approvals (withdrawal_id, approver_id, requester_id, decision, reason) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING`,
      [id, by, memberId, decision, reason ?? null],
    );
    return inserted > 0;
  }
}
