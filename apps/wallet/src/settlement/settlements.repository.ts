import type { Tx } from '@florin/database';
import type { Partner } from './partners';
import type { TransferDto } from './settlement.dto';

export interface Entry {
  redemptionId: string;
  lotId: string;
  debtor: Partner;
  creditor: Partner;
  programId: string;
  currency: string;
  points: number;
  amountMinor: number;
  period: string;
  redeemedAt: Date;
}

/** What one partner owes another for the points of one program in a month. */
export interface OwedLine {
  debtor: Partner;
  creditor: Partner;
  programId: string;
  redemptions: number;
  points: number;
  amountMinor: number;
}

export interface Invoice {
  id: string;
  number: string;
  creditor: Partner;
  debtor: Partner;
  totalMinor: number;
  lines: readonly OwedLine[];
}

export interface Transfer {
  id: string;
  debtor: Partner;
  creditor: Partner;
  amountMinor: number;
}

/** SQL of settlements. */
export class SettlementsRepository {
  async insertEntries(tx: Tx, entries: readonly Entry[]): Promise<void> {
    await tx.execute(
      `INSERT INTO settlement_entries (redemption_id, lot_id, debtor, creditor, program_id, currency, points, amount_minor, period, redeemed_at)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::bigint[], $8::bigint[], $9::text[], $10::timestamptz[])`,
      [
        entries.map((entry) => entry.redemptionId),
        entries.map((entry) => entry.lotId),
        entries.map((entry) => entry.debtor),
        entries.map((entry) => entry.creditor),
        entries.map((entry) => entry.programId),
        entries.map((entry) => entry.currency),
        entries.map((entry) => entry.points),
        entries.map((entry) => entry.amountMinor),
        entries.map((entry) => entry.period),
        entries.map((entry) => entry.redeemedAt),
      ],
    );
  }

  /** Takes the settlement's place; false when the month is settled already. */
  async begin(tx: Tx, id: string, period: string, currency: string, issuedBy: string, at: Date): Promise<boolean> {
    const inserted = await tx.execute(
      'INSERT INTO settlements (id, period, currency, issued_by, issued_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (period, currency) DO NOTHING',
      [id, period, currency, issuedBy, at],
    );
    return inserted === 1;
  }

  /** Takes in every entry up to the month that no settlement has yet; gives what is owed, added up per pair and program. */
  take(tx: Tx, settlementId: string, period: string, currency: string): Promise<OwedLine[]> {
    return tx.query<OwedLine>(
      `WITH taken AS (
         UPDATE settlement_entries SET settlement_id = $1 WHERE settlement_id IS NULL AND currency = $3 AND period <= $2
         RETURNING debtor, creditor, program_id, redemption_id, points, amount_minor
       )
       SELECT debtor, creditor, program_id AS "programId", count(DISTINCT redemption_id)::bigint AS redemptions,
         sum(points)::bigint AS points, sum(amount_minor)::bigint AS "amountMinor"
       FROM taken GROUP BY 1, 2, 3 ORDER BY 2, 1, 3`,
      [settlementId, period, currency],
    );
  }

  /** So many numbers of a creditor and year, without gaps: the first of them. */
  async takeNumbers(tx: Tx, creditor: Partner, year: number, count: number): Promise<number> {
    const [row] = await tx.query<{ last: number }>(
      `INSERT INTO settlement_numbers (creditor, year, last) VALUES ($1, $2, $3)
       ON CONFLICT (creditor, year) DO UPDATE SET last = settlement_numbers.last + $3 RETURNING last`,
      [creditor, year, count],
    );
    return (row?.last ?? count) - count + 1;
  }

  async insertInvoices(tx: Tx, settlementId: string, currency: string, at: Date, invoices: readonly Invoice[]) {
    await tx.execute(
      `INSERT INTO settlement_invoices (id, settlement_id, creditor, debtor, number, currency, total_minor, issued_at)
       SELECT id, $1, creditor, debtor, number, $2, total, $3 FROM unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::bigint[])
         AS invoice (id, creditor, debtor, number, total)`,
      [
        settlementId,
        currency,
        at,
        invoices.map(({ id }) => id),
        invoices.map(({ creditor }) => creditor),
        invoices.map(({ debtor }) => debtor),
        invoices.map(({ number }) => number),
        invoices.map(({ totalMinor }) => totalMinor),
      ],
    );
    const lines = invoices.flatMap(({ id, lines: own }) =>
      own.map((line, index) => ({ ...line, id, line: index + 1 })),
    );
    await tx.execute(
      `INSERT INTO settlement_invoice_lines (invoice_id, line, program_id, redemptions, points, amount_minor)
       SELECT * FROM unnest($1::uuid[], $2::integer[], $3::uuid[], $4::bigint[], $5::bigint[], $6::bigint[])`,
      [
        lines.map(({ id }) => id),
        lines.map(({ line }) => line),
        lines.map(({ programId }) => programId),
        lines.map(({ redemptions }) => redemptions),
        lines.map(({ points }) => points),
        lines.map(({ amountMinor }) => amountMinor),
      ],
    );
  }

  async insertTransfers(tx: Tx, settlementId: string, currency: string, transfers: readonly Transfer[]) {
    await tx.execute(
      `INSERT INTO settlement_transfers (id, settlement_id, debtor, creditor, currency, amount_minor, state)
       SELECT id, $1, debtor, creditor, $2, amount, 'open' FROM unnest($3::uuid[], $4::text[], $5::text[], $6::bigint[])
         AS transfer (id, debtor, creditor, amount)`,
      [
        settlementId,
        currency,
        transfers.map(({ id }) => id),
        transfers.map(({ debtor }) => debtor),
        transfers.map(({ creditor }) => creditor),
        transfers.map(({ amountMinor }) => amountMinor),
      ],
    );
  }

  async lockTransfer(tx: Tx, id: string): Promise<TransferDto | undefined> {
    const [transfer] = await tx.query<TransferDto>(
      `SELECT id, debtor, creditor, currency, amount_minor, state, reference, paid_at FROM settlement_transfers WHERE id = $1 FOR UPDATE`,
      [id],
    );
    return transfer;
  }

  async markPaid(tx: Tx, id: string, reference: string, paidBy: string, at: Date): Promise<void> {
    await tx.execute(
      `UPDATE settlement_transfers SET state = 'paid', reference = $2, paid_by = $3, paid_at = $4 WHERE id = $1`,
      [id, reference, paidBy, at],
    );
  }
}
