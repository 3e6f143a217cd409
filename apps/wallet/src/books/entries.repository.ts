import { databaseError, type Tx } from '@florin/database';

export interface Entry {
  id: string;
  merchantId: string;
  journalId: string;
  key: string;
  kind: 'manual' | 'reversal' | 'scheduled';
  amountMinor: number;
  reason: string;
  createdBy: string;
  approvedBy: string | null;
  proposalId: string | null;
  scheduleId: string | null;
  occurrence: number | null;
}

/** SQL of who wrote which journal by hand, and why. */
export class EntriesRepository {
  async insert(tx: Tx, entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    await tx.execute(
      `INSERT INTO ledger_entries (id, merchant_id, journal_id, key, kind, amount_minor, reason, created_by, approved_by, proposal_id, schedule_id, occurrence)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::uuid[], $11::uuid[], $12::integer[])`,
      [
        entries.map((entry) => entry.id),
        entries.map((entry) => entry.merchantId),
        entries.map((entry) => entry.journalId),
        entries.map((entry) => entry.key),
        entries.map((entry) => entry.kind),
        entries.map((entry) => entry.amountMinor),
        entries.map((entry) => entry.reason),
        entries.map((entry) => entry.createdBy),
        entries.map((entry) => entry.approvedBy),
        entries.map((entry) => entry.proposalId),
        entries.map((entry) => entry.scheduleId),
        entries.map((entry) => entry.occurrence),
      ],
    );
  }
}

/** Whether a write failed because it counts in a month that was closed for one of its accounts. */
export function isClosedMonth(error: unknown): boolean {
  return databaseError(error)?.constraint === 'close_month_is_closed';
}
