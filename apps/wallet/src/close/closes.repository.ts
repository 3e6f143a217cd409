import type { Tx } from '@florin/database';
import { newId } from '@florin/kernel';
import { carriedOfCohort } from '../liability/carried-lots';
import type { Month } from '../liability/months';
import type { CohortLine, Happened } from './close-period';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

/** One group of events with the sum of its events' hashes: whoever changes, adds or drops one changes it. */
export interface HashedHappened extends Happened {
  digest: string;
}

export interface CloseInputs {
  settings: { program_id: string; version: number }[];
  events: number;
}

export interface Close {
  id: string;
  merchantId: string;
  period: Month;
  state: 'prepared' | 'closed';
  inputs: CloseInputs;
  inputsHash: string;
  resultHash: string;
  previousId: string | null;
  previousHash: string | null;
  hash: string;
  preparedBy: string;
  preparedAt: Date;
  approvedBy: string | null;
  closedAt: Date | null;
}

const columns = `id, merchant_id AS "merchantId", period, state, inputs, inputs_hash AS "inputsHash", result_hash AS "resultHash",
  previous_id AS "previousId", previous_hash AS "previousHash", hash, prepared_by AS "preparedBy", prepared_at AS "preparedAt",
  approved_by AS "approvedBy", closed_at AS "closedAt"`;

const lineColumns = [
  'program_id',
  'currency',
  'cohort',
  'issued_points',
  'redeemed_points',
  'expired_points',
  'outstanding_points',
  'expected_points',
  'expected_low_points',
  'expected_high_points',
  'price_minor',
  'recognised_minor',
  'opening_minor',
  'additions_minor',
  'clawed_back_minor',
  'redeemed_minor',
  'breakage_minor',
  'expired_minor',
  'closing_minor',
  'prior_period_minor',
] as const satisfies readonly (keyof CohortLine)[];

/** SQL of closes. */
export class ClosesRepository {
  /** The months in which something of the merchant's counts, until that one. */
  async months(source: Queries, merchantId: string, period: Month): Promise<Month[]> {
    // From each month to the next through the index: the events in between are not looked at.
    const rows = await source.query<{ period: Month }>(
      `WITH RECURSIVE month (period) AS (
         SELECT min(period) FROM liability_events WHERE merchant_id = $1
         UNION ALL SELECT (SELECT min(event.period) FROM liability_events event WHERE merchant_id = $1 AND event.period > month.period)
         FROM month WHERE month.period IS NOT NULL
       ) SELECT period FROM month WHERE period <= $2`,
      [merchantId, period],
    );
    return rows.map((row) => row.period);
  }

  /** All that happened to the merchant's lots and counts in the month, in one pass over its events. */
  happenedIn(source: Queries, merchantId: string, period: Month): Promise<HashedHappened[]> {
    return source.query<HashedHappened>(
      `SELECT program_id AS "programId", currency, cohort, period, kind, late, count(*) AS count, sum(points)::bigint AS points,
         sum(price_minor)::bigint AS "priceMinor",
         sum(('x' || substr(md5(concat_ws('|', lot_id, source_id, points, price_minor)), 1, 15))::bit(60)::bigint::numeric)::text AS digest
       FROM liability_events WHERE merchant_id = $1 AND period = $2
       GROUP BY program_id, currency, cohort, period, kind, late`,
      [merchantId, period],
    );
  }

  async one(source: Queries, merchantId: string, id: string): Promise<Close | undefined> {
    const [row] = await source.query<Close>(`SELECT ${columns} FROM closes WHERE id = $1 AND merchant_id = $2`, [
      id,
      merchantId,
    ]);
    return row;
  }

  async ofPeriod(source: Queries, merchantId: string, period: Month): Promise<Close | undefined> {
    const [row] = await source.query<Close>(`SELECT ${columns} FROM closes WHERE merchant_id = $1 AND period = $2`, [
      merchantId,
      period,
    ]);
    return row;
  }

  list(source: Queries, merchantId: string, before: Month | undefined, limit: number): Promise<Close[]> {
    return source.query<Close>(
      `SELECT ${columns} FROM closes WHERE merchant_id = $1 AND ($2::text IS NULL OR period < $2) ORDER BY period DESC LIMIT $3`,
      [merchantId, before ?? null, limit],
    );
  }

  lines(source: Queries, closeId: string): Promise<CohortLine[]> {
    return source.query<CohortLine>(
      `SELECT ${lineColumns.join(', ')} FROM close_lines WHERE close_id = $1 ORDER BY program_id, currency, cohort`,
      [closeId],
    );
  }

  linesAfter(
    source: Queries,
    closeId: string,
    after: { program_id: string; currency: string; cohort: string } | undefined,
    limit: number,
  ): Promise<CohortLine[]> {
    return source.query<CohortLine>(
      `SELECT ${lineColumns.join(', ')} FROM close_lines
       WHERE close_id = $1 AND ($2::uuid IS NULL OR (program_id, currency, cohort) > ($2::uuid, $3::char(3), $4::text))
       ORDER BY program_id, currency, cohort LIMIT $5`,
      [closeId, after?.program_id ?? null, after?.currency ?? null, after?.cohort ?? null, limit],
    );
  }

  /** Writes the close as prepared, in place of what was prepared for the month before. */
  async prepare(tx: Tx, close: Close, lines: readonly CohortLine[]): Promise<void> {
    await tx.execute(
      `INSERT INTO closes (id, merchant_id, period, state, inputs, inputs_hash, result_hash, previous_id, previous_hash, hash, prepared_by, prepared_at)
       VALUES ($1, $2, $3, 'prepared', $4, $5, $6, $7, $8, $9, $10, $11)
       ON CONFLICT (merchant_id, period) DO UPDATE SET inputs = excluded.inputs, inputs_hash = excluded.inputs_hash, result_hash = excluded.result_hash,
         previous_id = excluded.previous_id, previous_hash = excluded.previous_hash, hash = excluded.hash,
         prepared_by = excluded.prepared_by, prepared_at = excluded.prepared_at`,
      [
        close.id,
        close.merchantId,
        close.period,
        JSON.stringify(close.inputs),
        close.inputsHash,
        close.resultHash,
        close.previousId,
        close.previousHash,
        close.hash,
        close.preparedBy,
        close.preparedAt,
      ],
    );
    await tx.execute('DELETE FROM close_lines WHERE close_id = $1', [close.id]);
    await tx.execute(
      `INSERT INTO close_lines (close_id, ${lineColumns.join(', ')})
       SELECT $1, ${lineColumns.join(', ')} FROM json_populate_recordset(NULL::close_lines, $2::json)`,
      [close.id, JSON.stringify(lines)],
    );
    await this.step(tx, close, 'prepared', close.preparedBy, close.preparedAt);
  }

  /** Ends the close and locks the month; the lines stay from here on. */
  async close(tx: Tx, close: Close, approvedBy: string, at: Date): Promise<void> {
    await tx.execute(`UPDATE closes SET state = 'closed', approved_by = $2, closed_at = $3 WHERE id = $1`, [
      close.id,
      approvedBy,
      at,
    ]);
    await tx.execute('UPDATE liability_books SET closed_through = $2 WHERE merchant_id = $1', [
      close.merchantId,
      close.period,
    ]);
    await this.step(tx, close, 'closed', approvedBy, at);
  }

  /** Writes into the lots of a cohort what they carry of it from this close on; only into those of which that changed. */
  spreadOverLots(
    tx: Tx,
    { id, merchantId, period }: Pick<Close, 'id' | 'merchantId' | 'period'>,
    { program_id, cohort }: Pick<CohortLine, 'program_id' | 'cohort'>,
  ): Promise<number> {
    return tx.execute(
      `WITH ${carriedOfCohort}
       UPDATE liability_lots lot SET unrecognised_minor = carried.minor
       FROM carried WHERE lot.id = carried.id AND lot.unrecognised_minor <> carried.minor`,
      [merchantId, id, period, 'infinity', program_id, cohort],
    );
  }

  private async step(tx: Tx, close: Close, step: string, by: string, at: Date): Promise<void> {
    await tx.execute(
      'INSERT INTO close_steps (id, close_id, step, hash, taken_by, taken_at) VALUES ($1, $2, $3, $4, $5, $6)',
      [newId(), close.id, step, close.hash, by, at],
    );
  }
}
