import type { Tx } from '@florin/database';
import type { Payment } from './payment';

/** A line of a processor's statement about one payment. */
export interface SettlementLine {
  merchantId: string;
  /** Of the line itself: it counts once per merchant. */
  reference: string;
  /** Our id, or the processor's id of the payment or of its capture. */
  paymentId?: string | undefined;
  providerReference?: string | undefined;
  /** Gross, in minor units. */
  amountMinor: number;
  feeMinor: number | null;
  currency: string;
  at: Date;
}

/** SQL of what statements say about payments. Every function takes a set and costs one statement. */
export class SettlementsRepository {
  /** The payment of each line, by our id or the processor's; nothing where there is none of that merchant. */
  async paymentsOf(tx: Tx, lines: readonly SettlementLine[]): Promise<(string | null)[]> {
    const rows = await tx.query<{ id: string | null }>(
      `SELECT coalesce(
         (SELECT id FROM payment_transactions AS payment WHERE payment.id = line.payment_id AND payment.merchant_id = line.merchant_id),
         (SELECT id FROM payment_transactions AS payment
          WHERE payment.provider_reference = line.provider_reference AND payment.merchant_id = line.merchant_id ORDER BY id LIMIT 1),
         (SELECT payment.id FROM payment_captures AS capture JOIN payment_transactions AS payment ON payment.id = capture.payment_id
          WHERE capture.provider_reference = line.provider_reference AND payment.merchant_id = line.merchant_id ORDER BY capture.id LIMIT 1)) AS id
       FROM unnest($1::uuid[], $2::uuid[], $3::text[]) WITH ORDINALITY AS line (merchant_id, payment_id, provider_reference, place)
       ORDER BY line.place`,
      [
        lines.map(({ merchantId }) => merchantId),
        lines.map(({ paymentId }) => paymentId ?? null),
        lines.map(({ providerReference }) => providerReference ?? null),
      ],
    );
    return rows.map(({ id }) => id);
  }

  /** Keys (`<merchant> <reference>`) of lines that were counted before. */
  async known(tx: Tx, lines: readonly SettlementLine[]): Promise<Set<string>> {
    const rows = await tx.query<{ key: string }>(
      `SELECT merchant_id || ' ' || reference AS key FROM payment_settlements
       WHERE (merchant_id, reference) IN (SELECT * FROM unnest($1::uuid[], $2::text[]))`,
      [lines.map(({ merchantId }) => merchantId), lines.map(({ reference }) => reference)],
    );
    return new Set(rows.map(({ key }) => key));
  }

  async settledOf(tx: Tx, paymentIds: readonly string[]): Promise<Map<string, number>> {
    const rows = await tx.query<{ id: string; settledMinor: number }>(
      'SELECT id, settled_minor AS "settledMinor" FROM payment_transactions WHERE id = ANY($1::uuid[])',
      [paymentIds],
    );
    return new Map(rows.map(({ id, settledMinor }) => [id, settledMinor]));
  }

  async insert(tx: Tx, settled: readonly { line: SettlementLine; payment: Payment }[]): Promise<void> {
    await tx.execute(
      `INSERT INTO payment_settlements (merchant_id, reference, payment_id, amount_minor, fee_minor, settled_at)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[], $5::bigint[], $6::timestamptz[])`,
      [
        settled.map(({ line }) => line.merchantId),
        settled.map(({ line }) => line.reference),
        settled.map(({ payment }) => payment.id),
        settled.map(({ line }) => line.amountMinor),
        settled.map(({ line }) => line.feeMinor),
        settled.map(({ line }) => line.at),
      ],
    );
  }
}
