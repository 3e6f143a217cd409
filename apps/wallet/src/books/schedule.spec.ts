import { dueAt } from './schedule';

const at = (text: string) => new Date(`${text}T10:30:00Z`);
const days = (every: Parameters<typeof dueAt>[0], start: string, count: number, end: string | null = null) =>
  Array.from({ length: count }, (_, index) =>
    dueAt(every, at(start), end === null ? null : at(end), index)
      ?.toISOString()
      .slice(0, 10),
  );

it('the last of a month stays the last, and comes back to its day', () => {
  expect(days('month', '2026-01-31', 5)).toEqual([
    '2026-01-31',
    '2026-02-28',
    '2026-03-31',
    '2026-04-30',
    '2026-05-31',
  ]);
  expect(days('month', '2027-11-30', 4)).toEqual(['2027-11-30', '2027-12-30', '2028-01-30', '2028-02-29']);
});

it('days and weeks pass months and years', () => {
  expect(days('day', '2026-12-30', 4)).toEqual(['2026-12-30', '2026-12-31', '2027-01-01', '2027-01-02']);
  expect(days('week', '2026-12-21', 3)).toEqual(['2026-12-21', '2026-12-28', '2027-01-04']);
});

it('ends after its only time, or at its end', () => {
  expect(days('once', '2026-05-05', 2)).toEqual(['2026-05-05', undefined]);
  expect(days('day', '2026-05-05', 3, '2026-05-06')).toEqual(['2026-05-05', '2026-05-06', undefined]);
});
