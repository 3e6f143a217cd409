import { newId } from '@florin/kernel';
import fc from 'fast-check';
import { type CohortLine, closePeriod, type Happened, programLines } from './close-period';
import { endOf, monthAfter, monthsBetween } from '../liability/months';
import { recognise } from './recognise';
import { expectRedemptions, one, redemptionPattern } from './redemption-curve';

const prior = { redemptionBps: 9_700, priorWeightPoints: 1_000, spreadBps: 500 };

/** Numbers in [0, 1) that are the same on every machine (Numerical Recipes' generator). */
function lcg(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

describe('recognising revenue', () => {
  const first = { priceMinor: 9_000n, issued: 10_000n, redeemed: 4_500n, expired: 0n, expected: 9_700n };

  it('DIF-WAL-1: KPMG example 10B: 4,500 of 9,700 expected points redeemed recognise 4,175 of 9,000', () => {
    const done = recognise(first, { redeemed: 0n, expired: 0n, expected: 9_700n }, 0n);
    expect(done).toEqual({ cumulativeMinor: 4_175n, redeemedMinor: 4_175n, expiredMinor: 0n, breakageMinor: 0n });
  });

  it.each([
    [9_900n, 3_552n, -160n],
    [9_200n, 4_140n, 428n],
  ])('DIF-WAL-1: KPMG example 10B: 8,500 in all of %s expected recognise %s more, %s of it a true-up', (...row) => {
    const [expected, more, trueUp] = row;
    const done = recognise({ ...first, redeemed: 8_500n, expected }, first, 4_175n);
    expect(done.cumulativeMinor - 4_175n).toBe(more);
    expect(done.redeemedMinor + done.breakageMinor).toBe(more);
    expect(done.breakageMinor).toBe(trueUp);
  });

  it('recognises the rest when the last points expire, and says that it is expiry', () => {
    const now = { ...first, expired: 5_500n, expected: 4_500n };
    const done = recognise(now, { redeemed: 4_500n, expired: 0n, expected: 9_700n }, 4_175n);
    expect(done).toMatchObject({ cumulativeMinor: 9_000n, redeemedMinor: 0n, expiredMinor: 4_825n, breakageMinor: 0n });
  });

  it('gives revenue back when clawbacks take more of the price than is left', () => {
    const now = { priceMinor: 3_000n, issued: 4_500n, redeemed: 4_500n, expired: 0n, expected: 4_500n };
    expect(recognise(now, first, 4_175n).cumulativeMinor).toBe(3_000n);
  });
});

describe('expecting redemptions', () => {
  it('goes by the prior alone while there is one cohort', () => {
    const cohort = { issued: 10_000n, expired: 0n, redeemedByAge: [4_500n] };
    expect(expectRedemptions([cohort], prior)[0]?.points).toBe(9_700n);
    const later = { ...cohort, redeemedByAge: [4_500n, 4_000n] };
    expect(expectRedemptions([later], { ...prior, redemptionBps: 9_900 })[0]?.points).toBe(9_900n);
    expect(expectRedemptions([later], { ...prior, redemptionBps: 9_200 })[0]?.points).toBe(9_200n);
  });

  it('DIF-WAL-1: completes young cohorts by chain-ladder from old ones', () => {
    const old = { issued: 1_000_000n, expired: 300_000n, redeemedByAge: [350_000n, 175_000n, 175_000n] };
    const middle = { issued: 1_000_000n, expired: 0n, redeemedByAge: [350_000n, 175_000n] };
    const young = { issued: 1_000_000n, expired: 0n, redeemedByAge: [350_000n] };
    // Of the old ones 70 % came back, half of that in the first month and three quarters by the second; nothing is left.
    expect(redemptionPattern([old, middle, young], prior)).toEqual([one / 2n, (one * 3n) / 4n, one]);
    const estimates = expectRedemptions([old, middle, young], { ...prior, priorWeightPoints: 0 });
    expect(estimates.map(({ points }) => points)).toEqual([700_000n, 700_000n, 700_000n]);
    expect(estimates[0]).toMatchObject({ low: 700_000n, high: 700_000n });
  });

  it('leans on the prior as far as its weight reaches', () => {
    const old = { issued: 1_000n, expired: 500n, redeemedByAge: [500n, 0n] };
    const young = { issued: 1_000n, expired: 0n, redeemedByAge: [0n] };
    const [, light] = expectRedemptions([old, young], { ...prior, priorWeightPoints: 0 });
    const [, heavy] = expectRedemptions([old, young], { ...prior, priorWeightPoints: 100_000_000 });
    // All of them redeemed in the first month, so nothing is to come; a thousand points say little beside the prior.
    expect([light?.points, heavy?.points]).toEqual([0n, 720n]);
    const slow = { ...old, redeemedByAge: [0n, 500n] };
    const points = [0, 1_000, 100_000_000].map(
      (priorWeightPoints) => expectRedemptions([slow, young], { ...prior, priorWeightPoints })[1]?.points,
    );
    expect(points).toEqual([500n, 735n, 970n]);
  });

  it('is not led by a handful of old points', () => {
    const handful = { issued: 1n, expired: 0n, redeemedByAge: [0n, 0n] };
    const cohort = { issued: 10_000n, expired: 0n, redeemedByAge: [4_500n] };
    expect(expectRedemptions([handful, cohort], prior)[1]?.points).toBe(9_700n);
  });

  it('DIF-WAL-1: its intervals hold what really comes about eight times in ten', () => {
    const random = lcg(20_261_121);
    let [inside, all, off] = [0, 0, 0];
    for (let world = 0; world < 60; world += 1) {
      // 14 months; half of the members redeem their 100 points in the end, each month four in ten of those who still will.
      const ages = Array.from({ length: 14 }, (_, index) => 13 - index);
      const truth = ages.map((age) => {
        const byAge = Array.from({ length: 40 }, () => 0n);
        for (let member = 0; member < 300; member += 1) {
          if (random() >= 0.5) continue;
          let month = 0;
          while (random() >= 0.4 && month < 39) month += 1;
          byAge[month] = (byAge[month] ?? 0n) + 100n;
        }
        return { seen: byAge.slice(0, age + 1), ultimate: byAge.reduce((sum, each) => sum + each, 0n) };
      });
      const curves = truth.map(({ seen }) => ({ issued: 30_000n, expired: 0n, redeemedByAge: seen }));
      const young = { redemptionBps: 5_000, priorWeightPoints: 10_000, spreadBps: 1_000 };
      expectRedemptions(curves, young).forEach(({ points, low, high }, index) => {
        const ultimate = truth[index]?.ultimate ?? 0n;
        // Of the old ones nothing more is to come, so that there is nothing to be wrong about.
        if (index < 8) return;
        all += 1;
        off += Math.abs(Number(points - ultimate)) / Number(ultimate);
        if (low <= ultimate && ultimate <= high) inside += 1;
      });
    }
    expect(inside / all).toBeGreaterThan(0.7);
    expect(inside / all).toBeLessThan(0.9);
    expect(off / all).toBeLessThan(0.05);
  });

  const curve = fc
    .record({
      issued: fc.bigInt(0n, 10n ** 9n),
      shares: fc.array(fc.nat({ max: 100 }), { minLength: 1, maxLength: 12 }),
    })
    .map(({ issued, shares }) => {
      let left = issued;
      const redeemedByAge = shares.map((share) => {
        const now = (left * BigInt(share)) / 300n;
        left -= now;
        return now;
      });
      return { issued, expired: left / 3n, redeemedByAge };
    });

  it('never expects less than was redeemed or more than can be, and answers the same twice', () => {
    fc.assert(
      fc.property(
        fc.array(curve, { minLength: 1, maxLength: 15 }),
        fc.nat({ max: 10_000 }),
        (cohorts, redemptionBps) => {
          const estimates = expectRedemptions(cohorts, { ...prior, redemptionBps });
          estimates.forEach(({ points, low, high }, index) => {
            const { issued, expired, redeemedByAge } = cohorts[index] ?? { issued: 0n, expired: 0n, redeemedByAge: [] };
            const redeemed = redeemedByAge.reduce((sum, each) => sum + each, 0n);
            expect(redeemed <= low && low <= points && points <= high && high <= issued - expired).toBe(true);
          });
          expect(expectRedemptions(cohorts, { ...prior, redemptionBps })).toEqual(estimates);
        },
      ),
    );
  });
});

describe('closing month after month', () => {
  const programId = newId();
  const steps = fc.array(
    fc.record({
      month: fc.nat({ max: 5 }),
      cohort: fc.nat({ max: 5 }),
      kind: fc.constantFrom('earned', 'redeemed', 'expired', 'clawed_back' as const),
      points: fc.nat({ max: 5_000 }),
      price: fc.nat({ max: 100_000 }),
    }),
    { minLength: 2, maxLength: 80 },
  );
  const months = ['2026-06', '2026-07', '2026-08', '2026-09', '2026-10', '2026-11'];

  /** A history in which nothing is redeemed that was not given. */
  function historyOf(wanted: { month: number; cohort: number; kind: string; points: number; price: number }[]) {
    const left = new Map<string, { points: number; price: number }>();
    return [...wanted]
      .sort((a, b) => a.month - b.month)
      .flatMap(({ month, cohort, kind, points, price }): Happened[] => {
        const [of, period] = [months[Math.min(cohort, month)] ?? '', months[month] ?? ''];
        const has = left.get(of) ?? { points: 0, price: 0 };
        const earned = kind === 'earned';
        const now = earned ? points : Math.min(points, has.points);
        const priceMinor = earned
          ? price
          : kind === 'clawed_back' && has.points > 0
            ? -Math.floor((has.price * now) / has.points)
            : 0;
        left.set(of, { points: has.points + (earned ? now : -now), price: has.price + priceMinor });
        const row = { programId, currency: 'EUR', cohort: of, period, late: of < period && earned, count: 1 };
        return now === 0 ? [] : [{ ...row, kind: kind as Happened['kind'], points: now, priceMinor }];
      });
  }

  it('DIF-WAL-1: every roll-forward foots, and what is left unrecognised is the price less the revenue', () => {
    fc.assert(
      fc.property(steps, fc.nat({ max: 5 }), (wanted, firstClosed) => {
        const history = historyOf(wanted);
        let before: CohortLine[] | undefined;
        for (const period of months.slice(firstClosed)) {
          const seen = history.filter((row) => row.period <= period);
          const lines = closePeriod(period, seen, new Map([[programId, prior]]), before);
          for (const line of lines) expect(line.closing_minor).toBe(line.price_minor - line.recognised_minor);
          for (const line of programLines(lines)) {
            const { opening_minor, additions_minor, clawed_back_minor, redeemed_minor, breakage_minor } = line;
            const moved = additions_minor - clawed_back_minor - redeemed_minor - breakage_minor - line.expired_minor;
            expect(opening_minor + moved).toBe(line.closing_minor);
            const earlier = programLines(before ?? [])[0]?.closing_minor ?? 0;
            expect(opening_minor).toBe(earlier);
            if (line.outstanding_points === 0) expect(line.closing_minor).toBe(0);
          }
          before = lines;
        }
      }),
    );
  });
});

it('counts months', () => {
  expect([monthAfter('2026-12'), monthAfter('2026-01')]).toEqual(['2027-01', '2026-02']);
  expect(monthsBetween('2025-11', '2026-02')).toBe(3);
  expect(endOf('2026-11').toISOString()).toBe('2026-11-30T23:59:59.999Z');
});
