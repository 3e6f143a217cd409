import fc from 'fast-check';
import { clawBack, type LineStanding, takeFromLots } from './clawback-rules';

const line = fc.record({
  totalMinor: fc.integer({ min: 1, max: 1_000_000 }),
  points: fc.integer({ min: 0, max: 100_000 }),
});
const fresh = (input: { totalMinor: number; points: number }): LineStanding => ({
  lineId: 'l',
  refundedMinor: 0,
  clawedPoints: 0,
  ...input,
});

/** Cuts a total into parts at the given places. */
function parts(total: number, cuts: readonly number[]): number[] {
  const places = [0, ...[...cuts].map((cut) => cut % (total + 1)).sort((a, b) => a - b), total];
  return places.slice(1).map((place, index) => place - (places[index] ?? 0));
}

const refundAll = (start: LineStanding, amounts: readonly number[]): LineStanding =>
  amounts.reduce((at, amount) => clawBack(at, amount).after, start);

it('CMP-LOY-1, GAP-LOY-10: gives back exactly the points of a refunded line, in whatever parts and order', () => {
  fc.assert(
    fc.property(line, fc.array(fc.nat(), { maxLength: 8 }), (input, cuts) => {
      const amounts = parts(input.totalMinor, cuts);
      const end = refundAll(fresh(input), amounts);
      expect(end.clawedPoints).toBe(input.points);
      expect(refundAll(fresh(input), [...amounts].reverse())).toEqual(end);
    }),
  );
});

it('CMP-LOY-1: never takes back more than was earned, and a part never below what a smaller part took', () => {
  fc.assert(
    fc.property(line, fc.array(fc.nat(), { maxLength: 8 }), (input, cuts) => {
      let at = fresh(input);
      for (const amount of parts(input.totalMinor, cuts)) {
        const { after, points } = clawBack(at, amount);
        expect(points).toBeGreaterThanOrEqual(0);
        expect(after.clawedPoints).toBeLessThanOrEqual(input.points);
        at = after;
      }
    }),
  );
});

it('refuses to refund a line above what it cost', () => {
  expect(() => clawBack(fresh({ totalMinor: 100, points: 1 }), 101)).toThrow('above what it cost');
});

it('GAP-LOY-02: takes from the order’s own lot first, then first expiring first, and says what was spent already', () => {
  const lots = [
    { id: 'soon', orderId: 'a', remaining: 5 },
    { id: 'own', orderId: 'b', remaining: 3 },
    { id: 'late', orderId: 'c', remaining: 4 },
  ];
  expect(takeFromLots(lots, 'b', 6)).toEqual({
    changed: [
      { id: 'own', orderId: 'b', remaining: 0 },
      { id: 'soon', orderId: 'a', remaining: 2 },
    ],
    missing: 0,
  });
  expect(takeFromLots(lots, 'b', 20).missing).toBe(8);
});
