import type { JournalPlan } from './plan';

export type Every = 'once' | 'day' | 'week' | 'month';

/** A journal for later: kept as JSON while it waits for a second pair of eyes. */
export interface SchedulePlan {
  every: Every;
  starts_at: string;
  ends_at?: string | undefined;
  journal: JournalPlan;
}

/**
 * When an occurrence (the first is 0) is due, or nothing when there is none. Counted from the start, in UTC, so that the last
 * of January is followed by the last of February and then the 31st of March again.
 */
export function dueAt(every: Every, startsAt: Date, endsAt: Date | null, occurrence: number): Date | undefined {
  const due = new Date(startsAt);
  if (every === 'once' && occurrence > 0) return undefined;
  if (every === 'day') due.setUTCDate(due.getUTCDate() + occurrence);
  if (every === 'week') due.setUTCDate(due.getUTCDate() + 7 * occurrence);
  if (every === 'month') {
    const day = startsAt.getUTCDate();
    due.setUTCDate(1);
    due.setUTCMonth(due.getUTCMonth() + occurrence);
    const lastDay = new Date(Date.UTC(due.getUTCFullYear(), due.getUTCMonth() + 1, 0)).getUTCDate();
    due.setUTCDate(Math.min(day, lastDay));
  }
  return endsAt !== null && due > endsAt ? undefined : due;
}
