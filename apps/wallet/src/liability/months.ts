import { Refusal } from '@florin/kernel';

/** A calendar month in UTC, `2026-11`. Months compare as text. */
export type Month = string;

const numberOf = (month: Month): number => Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1;

export const monthOf = (at: Date): Month => at.toISOString().slice(0, 7);
export const beginningOf = (month: Month): Date => new Date(`${month}-01T00:00:00.000Z`);
export const monthsBetween = (from: Month, to: Month): number => numberOf(to) - numberOf(from);

export function monthAfter(month: Month): Month {
  const next = numberOf(month) + 1;
  return `${String(Math.floor(next / 12)).padStart(4, '0')}-${String((next % 12) + 1).padStart(2, '0')}`;
}

/** The last instant that belongs to the month: when its closing journals count. */
export const endOf = (month: Month): Date => new Date(beginningOf(monthAfter(month)).getTime() - 1);

export function laterMonth(one: Month, other: Month): Month {
  return one > other ? one : other;
}

/** Refuses what has not ended. */
export function requireEnded(month: Month, now: Date): void {
  if (now.getTime() <= endOf(month).getTime())
    throw new Refusal('unprocessable', 'period_not_over', `${month} is not over yet: a month is closed after its end.`);
}

export function monthBefore(month: Month): Month {
  const before = numberOf(month) - 1;
  return `${String(Math.floor(before / 12)).padStart(4, '0')}-${String((before % 12) + 1).padStart(2, '0')}`;
}
