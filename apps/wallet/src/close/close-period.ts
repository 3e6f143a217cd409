import { toNumber } from '../liability/exact';
import type { LotEventKind } from '../liability/lot';
import { laterMonth, type Month, monthsBetween } from '../liability/months';
import { type CohortPosition, recognise } from './recognise';
import { type CohortCurve, type Expectations, type Expected, expectRedemptions } from './redemption-curve';

/** What happened to the lots of one cohort in one accounting period, added up. */
export interface Happened {
  programId: string;
  currency: string;
  /** Month of issue. */
  cohort: Month;
  /** Month that it counts in. */
  period: Month;
  kind: LotEventKind;
  /** Dated into a month that was closed already, so that it counts in a later one. */
  late: boolean;
  count: number;
  points: number;
  /** Signed: what it adds to the price allocated to points. */
  priceMinor: number;
}

/** A cohort in the roll-forward of a period. opening + additions − clawed back − redeemed − breakage − expired = closing. */
export interface CohortLine {
  program_id: string;
  currency: string;
  cohort: Month;
  issued_points: number;
  redeemed_points: number;
  expired_points: number;
  outstanding_points: number;
  expected_points: number;
  expected_low_points: number;
  expected_high_points: number;
  price_minor: number;
  recognised_minor: number;
  opening_minor: number;
  additions_minor: number;
  clawed_back_minor: number;
  redeemed_minor: number;
  breakage_minor: number;
  expired_minor: number;
  closing_minor: number;
  /** Of additions less clawbacks, what is dated into months that were closed before. */
  prior_period_minor: number;
}

const bpsOf = 10_000n;

/**
 * The lines of every cohort for one period, from all that happened until its end and the lines of the close before. Without
 * one this is the first, and takes in whatever happened in the months before it.
 */
export function closePeriod(
  period: Month,
  happened: readonly Happened[],
  settings: ReadonlyMap<string, Expectations>,
  before: readonly CohortLine[] | undefined,
): CohortLine[] {
  const programs = groupBy(happened, ({ programId, currency }) => `${programId} ${currency}`);
  const known = new Map((before ?? []).map((line) => [keyOf(line.program_id, line.currency, line.cohort), line]));
  return [...programs.values()].flatMap((rows) => {
    const setting = settings.get(rows[0]?.programId ?? '');
    if (!setting) throw new Error(`program ${rows[0]?.programId} has no setting`);
    const cohorts = [...groupBy(rows, ({ cohort }) => cohort).values()].map((each) =>
      cohortOf(period, each, before === undefined),
    );
    const expected = expectRedemptions(
      cohorts.map(({ curve }) => curve),
      setting,
    );
    return cohorts.map((cohort, index) => lineOf(cohort, expected[index], setting, known.get(cohort.key)));
  });
}

interface Cohort {
  key: string;
  programId: string;
  currency: string;
  cohort: Month;
  curve: CohortCurve;
  position: Omit<CohortPosition, 'expected'>;
  additionsMinor: number;
  clawedBackMinor: number;
  latePriceMinor: number;
}

function cohortOf(period: Month, rows: readonly Happened[], isFirst: boolean): Cohort {
  const [{ programId, currency, cohort }] = rows as [Happened];
  const all = (kind: LotEventKind) => rows.filter((row) => row.kind === kind);
  const points = (kind: LotEventKind) => all(kind).reduce((sum, row) => sum + BigInt(row.points), 0n);
  const price = (some: readonly Happened[]) => some.reduce((sum, row) => sum + BigInt(row.priceMinor), 0n);
  const age = monthsBetween(cohort, laterMonth(period, cohort));
  const redeemedByAge = Array.from({ length: age + 1 }, () => 0n);
  for (const row of all('redeemed')) {
    const at = Math.min(Math.max(monthsBetween(cohort, row.period), 0), age);
    redeemedByAge[at] = (redeemedByAge[at] ?? 0n) + BigInt(row.points);
  }
  const inPeriod = rows.filter((row) => isFirst || row.period === period);
  const issued = points('earned') - points('clawed_back');
  const [redeemed, expired] = [points('redeemed'), points('expired')];
  return {
    key: keyOf(programId, currency, cohort),
    programId,
    currency,
    cohort,
    curve: { issued, expired, redeemedByAge },
    position: { priceMinor: price(rows), issued, redeemed, expired },
    additionsMinor: toNumber(price(inPeriod.filter(({ kind }) => kind === 'earned'))),
    clawedBackMinor: toNumber(-price(inPeriod.filter(({ kind }) => kind === 'clawed_back'))),
    latePriceMinor: toNumber(price(inPeriod.filter(({ late }) => late))),
  };
}

function lineOf(
  { programId, currency, cohort, position, additionsMinor, clawedBackMinor, latePriceMinor }: Cohort,
  expected: Expected | undefined,
  setting: Expectations,
  before: CohortLine | undefined,
): CohortLine {
  if (!expected) throw new Error(`cohort ${cohort} of program ${programId} has no estimate`);
  const opening = before?.closing_minor ?? 0;
  const earlier = {
    redeemed: BigInt(before?.redeemed_points ?? 0),
    expired: BigInt(before?.expired_points ?? 0),
    expected: before ? BigInt(before.expected_points) : atIssue(position.issued, setting),
  };
  const done = recognise({ ...position, expected: expected.points }, earlier, BigInt(before?.recognised_minor ?? 0));
  const [redeemedMinor, breakageMinor, expiredMinor] = [
    toNumber(done.redeemedMinor),
    toNumber(done.breakageMinor),
    toNumber(done.expiredMinor),
  ];
  return {
    program_id: programId,
    currency,
    cohort,
    issued_points: toNumber(position.issued),
    redeemed_points: toNumber(position.redeemed),
    expired_points: toNumber(position.expired),
    outstanding_points: toNumber(position.issued - position.redeemed - position.expired),
    expected_points: toNumber(expected.points),
    expected_low_points: toNumber(expected.low),
    expected_high_points: toNumber(expected.high),
    price_minor: toNumber(position.priceMinor),
    recognised_minor: toNumber(done.cumulativeMinor),
    opening_minor: opening,
    additions_minor: additionsMinor,
    clawed_back_minor: clawedBackMinor,
    redeemed_minor: redeemedMinor,
    breakage_minor: breakageMinor,
    expired_minor: expiredMinor,
    closing_minor: opening + additionsMinor - clawedBackMinor - redeemedMinor - breakageMinor - expiredMinor,
    prior_period_minor: latePriceMinor,
  };
}

/** What was expected when the points were given: the part by which their selling price was weighted, rounded up. */
function atIssue(issued: bigint, { redemptionBps }: Expectations): bigint {
  return (issued * BigInt(redemptionBps) + bpsOf - 1n) / bpsOf;
}

export interface ProgramLine {
  program_id: string;
  currency: string;
  outstanding_points: number;
  expected_points: number;
  expected_low_points: number;
  expected_high_points: number;
  opening_minor: number;
  additions_minor: number;
  clawed_back_minor: number;
  redeemed_minor: number;
  breakage_minor: number;
  expired_minor: number;
  closing_minor: number;
  prior_period_minor: number;
}

const added = [
  'outstanding_points',
  'expected_points',
  'expected_low_points',
  'expected_high_points',
  'opening_minor',
  'additions_minor',
  'clawed_back_minor',
  'redeemed_minor',
  'breakage_minor',
  'expired_minor',
  'closing_minor',
  'prior_period_minor',
] as const;

/** The roll-forward of each program and currency: its cohorts added up. */
export function programLines(cohorts: readonly CohortLine[]): ProgramLine[] {
  return [...groupBy(cohorts, (line) => `${line.program_id} ${line.currency}`).values()].map((lines) => {
    const [{ program_id, currency }] = lines as [CohortLine];
    const sums = Object.fromEntries(added.map((name) => [name, lines.reduce((sum, line) => sum + line[name], 0)]));
    return { program_id, currency, ...(sums as Record<(typeof added)[number], number>) };
  });
}

const keyOf = (programId: string, currency: string, cohort: Month): string => `${programId} ${currency} ${cohort}`;

function groupBy<Row>(rows: readonly Row[], key: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(row);
    else groups.set(key(row), [row]);
  }
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
