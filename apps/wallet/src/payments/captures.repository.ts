import type { Tx } from '@florin/database';
import type { Capture, CapturedPart } from './payment';

export interface EndedCapture {
  id: string;
  state: 'captured' | 'failed';
  providerReference: string | null;
  failureCode: string | null;
}

/** SQL of the parts in which payments are taken. Written under the lock of the payment. */
export class CapturesRepository {
  async insert(tx: Tx, capture: Capture, requestedBy: string): Promise<void> {
    await tx.execute(
      `WITH asked AS (UPDATE payment_transactions SET capturing_minor = capturing_minor + $3, updated_at = now() WHERE id = $2)
       INSERT INTO payment_captures (id, payment_id, amount_minor, final, state, requested_by) VALUES ($1, $2, $3, $4, 'requested', $5)`,
      [capture.id, capture.paymentId, capture.amountMinor, capture.isFinal, requestedBy],
    );
  }

  /** Those that were asked for and have not ended, oldest first. */
  requested(tx: Tx, paymentIds: readonly string[]): Promise<Capture[]> {
    return tx.query<Capture>(
      `SELECT id, payment_id AS "paymentId", amount_minor AS "amountMinor", final AS "isFinal" FROM payment_captures
       WHERE payment_id = ANY($1::uuid[]) AND state = 'requested' ORDER BY payment_id, id`,
      [paymentIds],
    );
  }

  /** Those of the processor's ids of captures that are written down as taken. */
  async known(tx: Tx, references: readonly string[]): Promise<Set<string>> {
    const rows = await tx.query<{ reference: string }>(
      `SELECT provider_reference AS reference FROM payment_captures WHERE provider_reference = ANY($1::text[]) AND state = 'captured'`,
      [references],
    );
    return new Set(rows.map(({ reference }) => reference));
  }

  async end(tx: Tx, ended: readonly EndedCapture[]): Promise<void> {
    if (ended.length === 0) return;
    await tx.execute(
      `UPDATE payment_captures AS capture
       SET state = new.state, provider_reference = new.provider_reference, failure_code = new.failure_code, settled_at = now()
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS new (id, state, provider_reference, failure_code) WHERE capture.id = new.id`,
      [
        ended.map(({ id }) => id),
        ended.map(({ state }) => state),
        ended.map(({ providerReference }) => providerReference),
        ended.map(({ failureCode }) => failureCode),
      ],
    );
  }

  /** What was taken without having been asked for in parts: all of a checkout or top-up, or by somebody at the processor. */
  async insertTaken(tx: Tx, taken: readonly (CapturedPart & { providerReference: string | null })[]): Promise<void> {
    if (taken.length === 0) return;
    await tx.execute(
      `INSERT INTO payment_captures (id, payment_id, amount_minor, provider_reference, final, state, settled_at)
       SELECT new.*, true, 'captured', now() FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[]) AS new`,
      [
        taken.map(({ id }) => id),
        taken.map(({ paymentId }) => paymentId),
        taken.map(({ amountMinor }) => amountMinor),
        taken.map(({ providerReference }) => providerReference),
      ],
    );
  }

  /**
   * Sets an amount of one capture aside for a refund: of the one that is named, or of the oldest that has as much left.
   * Gives its id; nothing when none has.
   */
  async setAside(tx: Tx, paymentId: string, amountMinor: number, captureId?: string): Promise<string | undefined> {
    const [capture] = await tx.query<{ id: string }>(
      `UPDATE payment_captures SET refunded_minor = refunded_minor + $2
       WHERE id = (SELECT id FROM payment_captures WHERE payment_id = $1 AND state = 'captured' AND amount_minor - refunded_minor >= $2
                     AND ($3::uuid IS NULL OR id = $3::uuid) ORDER BY id LIMIT 1 FOR UPDATE)
       RETURNING id`,
      [paymentId, amountMinor, captureId ?? null],
    );
    return capture?.id;
  }

  async putBack(tx: Tx, captureId: string, amountMinor: number): Promise<void> {
    await tx.execute('UPDATE payment_captures SET refunded_minor = refunded_minor - $2 WHERE id = $1', [
      captureId,
      amountMinor,
    ]);
  }
}
