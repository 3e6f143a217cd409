import type { Tx } from '@florin/database';
import type { JournalPlan } from './plan';
import type { Every } from './schedule';
import type { ScheduleDto, ScheduleRunDto } from './schedule.dto';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

export interface DueSchedule {
  id: string;
  merchantId: string;
  plan: JournalPlan;
  reason: string;
  every: Every;
  startsAt: Date;
  endsAt: Date | null;
  occurrence: number;
  nextAt: Date;
  createdBy: string;
  approvedBy: string | null;
}

export interface ScheduleRun {
  scheduleId: string;
  occurrence: number;
  dueAt: Date;
  journalId: string | null;
  refusal: string | null;
  detail: string | null;
}

const shown = `id, every, starts_at, ends_at, plan AS journal, reason, state, occurrence, next_at, created_by, approved_by`;

/** SQL of journals that come by themselves. */
export class SchedulesRepository {
  async insert(tx: Tx, schedule: Omit<DueSchedule, 'occurrence' | 'nextAt'>): Promise<void> {
    await tx.execute(
      `INSERT INTO ledger_schedules (id, merchant_id, plan, reason, every, starts_at, ends_at, next_at, created_by, approved_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $6, $8, $9)`,
      [
        schedule.id,
        schedule.merchantId,
        JSON.stringify(schedule.plan),
        schedule.reason,
        schedule.every,
        schedule.startsAt,
        schedule.endsAt,
        schedule.createdBy,
        schedule.approvedBy,
      ],
    );
  }

  async one(source: Queries, merchantId: string, id: string): Promise<ScheduleDto | undefined> {
    const [schedule] = await source.query<ScheduleDto>(
      `SELECT ${shown} FROM ledger_schedules WHERE id = $1 AND merchant_id = $2`,
      [id, merchantId],
    );
    return schedule;
  }

  list(
    source: Queries,
    merchantId: string,
    state: string | undefined,
    beforeId: string | undefined,
    limit: number,
  ): Promise<ScheduleDto[]> {
    return source.query<ScheduleDto>(
      `SELECT ${shown} FROM ledger_schedules
       WHERE merchant_id = $1 AND ($2::text IS NULL OR state = $2) AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`,
      [merchantId, state ?? null, beforeId ?? null, limit],
    );
  }

  runs(source: Queries, id: string, before: number | undefined, limit: number): Promise<ScheduleRunDto[]> {
    return source.query<ScheduleRunDto>(
      `SELECT occurrence, due_at, ran_at, journal_id, refusal, detail FROM ledger_schedule_runs
       WHERE schedule_id = $1 AND ($2::integer IS NULL OR occurrence < $2) ORDER BY occurrence DESC LIMIT $3`,
      [id, before ?? null, limit],
    );
  }

  /** Moves it from one state to the other; false when it was not in the first, or is not the merchant's. */
  async turn(tx: Tx, merchantId: string, id: string, from: string, to: string): Promise<boolean> {
    const turned = await tx.execute(
      `UPDATE ledger_schedules SET state = $4, next_at = CASE WHEN $4 <> 'ended' THEN next_at END
       WHERE id = $1 AND merchant_id = $2 AND state = ANY(string_to_array($3, ','))`,
      [id, merchantId, from, to],
    );
    return turned === 1;
  }

  due(tx: Tx, now: Date, limit: number): Promise<DueSchedule[]> {
    return tx.query<DueSchedule>(
      `SELECT id, merchant_id AS "merchantId", plan, reason, every, starts_at AS "startsAt", ends_at AS "endsAt", occurrence,
         next_at AS "nextAt", created_by AS "createdBy", approved_by AS "approvedBy"
       FROM ledger_schedules WHERE state = 'active' AND next_at <= $1 ORDER BY next_at LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [now, limit],
    );
  }

  async advance(tx: Tx, moved: readonly { id: string; nextAt: Date | undefined }[]): Promise<void> {
    await tx.execute(
      `UPDATE ledger_schedules AS schedule SET occurrence = occurrence + 1, next_at = new.next_at,
         state = CASE WHEN new.next_at IS NULL THEN 'ended' ELSE state END
       FROM unnest($1::uuid[], $2::timestamptz[]) AS new (id, next_at) WHERE schedule.id = new.id`,
      [moved.map(({ id }) => id), moved.map(({ nextAt }) => nextAt ?? null)],
    );
  }

  async noteRuns(tx: Tx, runs: readonly ScheduleRun[]): Promise<void> {
    await tx.execute(
      `INSERT INTO ledger_schedule_runs (schedule_id, occurrence, due_at, journal_id, refusal, detail)
       SELECT * FROM unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::uuid[], $5::text[], $6::text[])`,
      [
        runs.map((run) => run.scheduleId),
        runs.map((run) => run.occurrence),
        runs.map((run) => run.dueAt),
        runs.map((run) => run.journalId),
        runs.map((run) => run.refusal),
        runs.map((run) => run.detail),
      ],
    );
  }
}
