import type { Tx } from '@florin/database';
import { newId } from '@florin/kernel';
import type { CapturePart } from '../processors/card-processor';
import { defaultProcessor } from '../processors/processors';
import type { NewPayment, Payment, PaymentStepRow } from './payment';
import type { PaymentAction, PaymentState, PaymentWish } from './payment-states';

const columns = `id, purpose, subject_id AS "subjectId", merchant_id AS "merchantId", member_id AS "memberId", order_id AS "orderId", currency,
  amount_minor AS "amountMinor", captured_minor AS "capturedMinor", capturing_minor AS "capturingMinor", refunded_minor AS "refundedMinor",
  processor, card_token AS "cardToken", provider_reference AS "providerReference", provider_authorisation AS "providerAuthorisation",
  state, action, wants, decline_code AS "declineCode", attempts, created_at AS "createdAt", cause`;

/** A payment of which something is to be asked, with the part that is next to be taken. */
export type DuePayment = Payment & { part: CapturePart | null };

/** What is written back after something was learnt of a payment. */
export interface PaymentChange {
  payment: Payment;
  nextAt: Date;
}

/** SQL of payments. Every function takes a set and costs one statement. */
export class PaymentsRepository {
  async insert(tx: Tx, payments: readonly (NewPayment & Pick<Payment, 'action'>)[]): Promise<void> {
    if (payments.length === 0) return;
    await tx.execute(
      `INSERT INTO payment_transactions (id, purpose, subject_id, merchant_id, member_id, order_id, currency, amount_minor, card_token, wants, cause,
                                         expires_at, description, created_by, processor, state, action)
       SELECT new.id, new.purpose, new.subject_id, new.merchant_id, new.member_id, new.order_id, new.currency, new.amount_minor, new.card_token, new.wants,
              new.cause, new.expires_at, new.description, new.created_by, coalesce(new.processor, routing.preferred, $17), 'requested', new.action
       FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::bigint[], $9::text[], $10::text[], $11::jsonb[],
                   $12::timestamptz[], $13::text[], $14::text[], $15::text[], $16::text[])
         AS new (id, purpose, subject_id, merchant_id, member_id, order_id, currency, amount_minor, card_token, wants, cause,
                 expires_at, description, created_by, processor, action)
       LEFT JOIN payment_processors AS routing ON routing.merchant_id = new.merchant_id AND routing.currency = new.currency`,
      [
        payments.map((payment) => payment.id),
        payments.map((payment) => payment.purpose),
        payments.map((payment) => payment.subjectId),
        payments.map((payment) => payment.merchantId),
        payments.map((payment) => payment.memberId),
        payments.map((payment) => payment.orderId),
        payments.map((payment) => payment.currency),
        payments.map((payment) => payment.amountMinor),
        payments.map((payment) => payment.cardToken),
        payments.map((payment) => payment.wants),
        payments.map((payment) => JSON.stringify(payment.cause)),
        payments.map((payment) => payment.expiresAt ?? null),
        payments.map((payment) => payment.description ?? null),
        payments.map((payment) => payment.createdBy ?? null),
        payments.map((payment) => payment.processor ?? null),
        payments.map((payment) => payment.action),
        defaultProcessor,
      ],
    );
  }

  read(tx: Tx, ids: readonly string[]): Promise<Payment[]> {
    return tx.query<Payment>(`SELECT ${columns} FROM payment_transactions WHERE id = ANY($1::uuid[])`, [ids]);
  }

  /** In id order, so that two sets wait for each other and never deadlock. */
  lock(tx: Tx, ids: readonly string[]): Promise<Payment[]> {
    return tx.query<Payment>(
      `SELECT ${columns} FROM payment_transactions WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE`,
      [ids],
    );
  }

  /** Those that were authorised and not taken in time; passes over what somebody else is writing to. */
  lockExpired(tx: Tx, at: Date, limit: number): Promise<Payment[]> {
    return tx.query<Payment>(
      `SELECT ${columns} FROM payment_transactions
       WHERE state IN ('authorised', 'partially_captured') AND expires_at <= $1 AND wants NOT IN ('voided', 'expired') AND capturing_minor = 0
       ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [at, limit],
    );
  }

  claim(tx: Tx, limit: number, leaseUntil: Date): Promise<DuePayment[]> {
    return tx.query<DuePayment>(
      `UPDATE payment_transactions AS payment SET lease_until = $2
       WHERE id IN (SELECT id FROM payment_transactions
                    WHERE action IS NOT NULL AND next_at <= now() AND (lease_until IS NULL OR lease_until < now())
                    ORDER BY next_at LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING ${columns}, (SELECT json_build_object('id', part.id, 'amountMinor', part.amount_minor, 'isFinal', part.final)
                              FROM payment_captures AS part WHERE payment.capturing_minor > 0 AND part.payment_id = payment.id AND part.state = 'requested'
                              ORDER BY part.id LIMIT 1) AS part`,
      [limit, leaseUntil],
    );
  }

  async save(tx: Tx, changes: readonly PaymentChange[]): Promise<void> {
    if (changes.length === 0) return;
    await tx.execute(
      `UPDATE payment_transactions AS payment
       SET state = new.state, action = new.action, provider_reference = new.provider_reference, provider_authorisation = new.provider_authorisation,
           decline_code = new.decline_code, captured_minor = new.captured_minor, capturing_minor = new.capturing_minor, attempts = new.attempts,
           next_at = new.next_at, lease_until = NULL, updated_at = now()
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::integer[], $10::timestamptz[])
         AS new (id, state, action, provider_reference, provider_authorisation, decline_code, captured_minor, capturing_minor, attempts, next_at)
       WHERE payment.id = new.id`,
      [
        changes.map(({ payment }) => payment.id),
        changes.map(({ payment }) => payment.state),
        changes.map(({ payment }) => payment.action),
        changes.map(({ payment }) => payment.providerReference),
        changes.map(({ payment }) => payment.providerAuthorisation),
        changes.map(({ payment }) => payment.declineCode),
        changes.map(({ payment }) => payment.capturedMinor),
        changes.map(({ payment }) => payment.capturingMinor),
        changes.map(({ payment }) => payment.attempts),
        changes.map((change) => change.nextAt),
      ],
    );
  }

  async want(
    tx: Tx,
    ids: readonly string[],
    wants: PaymentWish,
    actions: readonly (PaymentAction | null)[],
  ): Promise<void> {
    await tx.execute(
      `UPDATE payment_transactions AS payment
       SET wants = $2, action = coalesce(new.action, payment.action), next_at = now(), asked_at = now(), updated_at = now()
       FROM unnest($1::uuid[], $3::text[]) AS new (id, action) WHERE payment.id = new.id`,
      [ids, wants, actions],
    );
  }

  async act(tx: Tx, ids: readonly string[], action: PaymentAction): Promise<void> {
    if (ids.length === 0) return;
    await tx.execute(
      'UPDATE payment_transactions SET action = $2, next_at = now(), asked_at = now(), updated_at = now() WHERE id = ANY($1::uuid[])',
      [ids, action],
    );
  }

  async insertSteps(tx: Tx, steps: readonly PaymentStepRow[]): Promise<void> {
    if (steps.length === 0) return;
    await tx.execute(
      `INSERT INTO payment_steps (id, payment_id, refund_id, from_state, to_state, learned_from, detail, actor, reason, amount_before_minor, amount_after_minor)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bigint[], $11::bigint[])`,
      [
        steps.map(() => newId()),
        steps.map((step) => step.paymentId),
        steps.map((step) => step.refundId ?? null),
        steps.map((step) => step.fromState),
        steps.map((step) => step.toState),
        steps.map((step) => step.learnedFrom),
        steps.map((step) => step.detail),
        steps.map((step) => step.actor),
        steps.map((step) => step.reason ?? null),
        steps.map((step) => step.before),
        steps.map((step) => step.after),
      ],
    );
  }

  /** Sets aside what is about to be given back; the CHECK refuses more than was captured. */
  async addRefunded(tx: Tx, id: string, amountMinor: number): Promise<void> {
    await tx.execute(
      'UPDATE payment_transactions SET refunded_minor = refunded_minor + $2, updated_at = now() WHERE id = $1',
      [id, amountMinor],
    );
  }

  /** Writes down what statements say was paid out for payments. */
  async settle(
    tx: Tx,
    settled: readonly { id: string; state: PaymentState; amountMinor: number; feeMinor: number | null; at: Date }[],
  ): Promise<void> {
    if (settled.length === 0) return;
    await tx.execute(
      `UPDATE payment_transactions AS payment
       SET state = new.state, settled_minor = payment.settled_minor + new.amount_minor, settled_at = new.at, updated_at = now(),
           fee_minor = coalesce(payment.fee_minor + coalesce(new.fee_minor, 0), new.fee_minor)
       FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[], $5::timestamptz[]) AS new (id, state, amount_minor, fee_minor, at)
       WHERE payment.id = new.id`,
      [
        settled.map(({ id }) => id),
        settled.map(({ state }) => state),
        settled.map(({ amountMinor }) => amountMinor),
        settled.map(({ feeMinor }) => feeMinor),
        settled.map(({ at }) => at),
      ],
    );
  }
}
