import type { Tx } from '@florin/database';
import { newId } from '@florin/kernel';
import { Injectable } from '@nestjs/common';

/** What the matches settled, by the references that they settled it under. */
const theirs = `SELECT 'reconciliation:' || match_id || ':' || target_id FROM reconciliation_match_targets
  WHERE match_id = ANY($2::uuid[]) AND kind = 'payment' AND NOT undone`;

/** Takes back what matches settled: the payments are captured, as before, and a step of each says why. */
@Injectable()
export class UnsettlePayments {
  async within(tx: Tx, merchantId: string, matchIds: readonly string[]): Promise<void> {
    // In id order and before anything is posted, as whoever changes a payment does.
    const settled = await tx.query<{ id: string }>(
      `SELECT id FROM payment_transactions WHERE id IN (
         SELECT payment_id FROM payment_settlements WHERE merchant_id = $1 AND reference IN (${theirs})) ORDER BY id FOR UPDATE`,
      [merchantId, matchIds],
    );
    if (settled.length === 0) return;
    const moved = await tx.query<{ id: string; capturedMinor: number }>(
      `WITH gone AS (
         DELETE FROM payment_settlements WHERE merchant_id = $1 AND reference IN (${theirs}) RETURNING payment_id, amount_minor, fee_minor)
       UPDATE payment_transactions AS payment
       SET state = 'captured', settled_minor = payment.settled_minor - gone.amount_minor, settled_at = NULL, updated_at = now(),
           fee_minor = nullif(payment.fee_minor - coalesce(gone.fee_minor, 0), 0)
       FROM gone WHERE payment.id = gone.payment_id RETURNING payment.id, payment.captured_minor AS "capturedMinor"`,
      [merchantId, matchIds],
    );
    await tx.execute(
      `INSERT INTO payment_steps (id, payment_id, from_state, to_state, learned_from, detail, amount_before_minor, amount_after_minor)
       SELECT new.id, new.payment_id, 'settled', 'captured', 'settlement', 'the match was undone', new.amount, new.amount
       FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS new (id, payment_id, amount)`,
      [moved.map(() => newId()), moved.map(({ id }) => id), moved.map(({ capturedMinor }) => capturedMinor)],
    );
  }
}
