import type { Tx } from '@florin/database';
import { newId } from '@florin/kernel';
import type { NewPayment, Payment, PaymentStepRow } from './payment';
import type { PaymentAction, PaymentWish } from './payment-states';

const columns = `id, purpose, subject_id AS "subjectId", merchant_id AS "merchantId", member_id AS "memberId", order_id AS "orderId", currency,
  amount_minor AS "amountMinor", card_token AS "cardToken", provider_reference AS "providerReference", state, action, wants,
  decline_code AS "declineCode", attempts, cause`;

/** What is written back after something was learnt of a payment. */
export interface PaymentChange {
  payment: Payment;
  capturedMinor: number;
  nextAt: Date;
}

/** SQL of payments. Every function takes a set and costs one statement. */
export class PaymentsRepository {
  async insert(tx: Tx, processor: string, payments: readonly NewPayment[]): Promise<void> {
    if (payments.length === 0) return;
    await tx.execute(
      `INSERT INTO payment_transactions (id, purpose, subject_id, merchant_id, member_id, order_id, currency, amount_minor, card_token, wants, cause,
                                         processor, state, action)
       SELECT new.*, $12, 'requested', 'authorise'
       FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::bigint[], $9::text[], $10::text[], $11::jsonb[]) AS new`,
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
        processor,
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

  claim(tx: Tx, limit: number, leaseUntil: Date): Promise<Payment[]> {
    return tx.query<Payment>(
      `UPDATE payment_transactions SET lease_until = $2
       WHERE id IN (SELECT id FROM payment_transactions
                    WHERE action IS NOT NULL AND next_at <= now() AND (lease_until IS NULL OR lease_until < now())
                    ORDER BY next_at LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING ${columns}`,
      [limit, leaseUntil],
    );
  }

  async save(tx: Tx, changes: readonly PaymentChange[]): Promise<void> {
    if (changes.length === 0) return;
    await tx.execute(
      `UPDATE payment_transactions AS payment
       SET state = new.state, action = new.action, provider_reference = new.provider_reference, decline_code = new.decline_code,
           captured_minor = new.captured_minor, attempts = new.attempts, next_at = new.next_at, lease_until = NULL, updated_at = now()
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::integer[], $8::timestamptz[])
         AS new (id, state, action, provider_reference, decline_code, captured_minor, attempts, next_at)
       WHERE payment.id = new.id`,
      [
        changes.map(({ payment }) => payment.id),
        changes.map(({ payment }) => payment.state),
        changes.map(({ payment }) => payment.action),
        changes.map(({ payment }) => payment.providerReference),
        changes.map(({ payment }) => payment.declineCode),
        changes.map((change) => change.capturedMinor),
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
      `UPDATE payment_transactions AS payment SET wants = $2, action = coalesce(new.action, payment.action), next_at = now(), updated_at = now()
       FROM unnest($1::uuid[], $3::text[]) AS new (id, action) WHERE payment.id = new.id`,
      [ids, wants, actions],
    );
  }

  async insertSteps(tx: Tx, steps: readonly PaymentStepRow[]): Promise<void> {
    if (steps.length === 0) return;
    await tx.execute(
      `INSERT INTO payment_steps (id, payment_id, from_state, to_state, learned_from, detail)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])`,
      [
        steps.map(() => newId()),
        steps.map((step) => step.paymentId),
        steps.map((step) => step.fromState),
        steps.map((step) => step.toState),
        steps.map((step) => step.learnedFrom),
        steps.map((step) => step.detail),
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
}
