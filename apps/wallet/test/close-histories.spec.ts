import fc from 'fast-check';
import type { CloseDto } from '../src/close/close.dto';
import { type Given, month, Program } from './points';

let koffie: Program;
beforeAll(async () => (koffie = await Program.open()));
afterAll(() => koffie.house.close());

const months = ['2026-07', '2026-08', '2026-09', '2026-10'];
const step = fc.record({
  month: fc.nat({ max: 3 }),
  /** Told a month later than it happened, when that month is closed. */
  isLate: fc.boolean(),
  kind: fc.constantFrom('earned', 'earned', 'redeemed', 'expired', 'clawed_back'),
  lot: fc.nat(),
  points: fc.integer({ min: 1, max: 900 }),
  priceMinor: fc.nat({ max: 90_000 }),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** What the model knows of a lot: how many points are left. */
interface Known {
  given: Given;
  left: number;
}

/** Does what the step says to the shop, as far as there is something to do it to. */
function live(shop: Program, { month: index, isLate, kind, lot, points, priceMinor }: Step, lots: Known[]): void {
  const at = month(months[isLate ? Math.max(index - 1, 0) : index] ?? '');
  if (kind === 'earned') {
    lots.push({ given: shop.earn(at, points, priceMinor), left: points });
    return;
  }
  const known = lots[lot % Math.max(lots.length, 1)];
  const taken = Math.min(points, known?.left ?? 0);
  if (!known || taken === 0) return;
  known.left -= taken;
  if (kind === 'redeemed') shop.redeem(at, known.given, taken);
  else if (kind === 'expired') shop.expire(at, known.given, taken);
  else shop.clawBack(at, known.given, taken);
}

it('DIF-WAL-1: whatever happens over the months, they foot, verify, and lots, ledger and liability agree', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 60 }), async (steps) => {
      const shop = koffie.another();
      const lots: Known[] = [];
      const closes: CloseDto[] = [];
      for (const [index, name] of months.entries()) {
        for (const each of steps.filter((one) => one.month === index)) live(shop, each, lots);
        closes.push(await shop.close(name));
      }
      let opening = 0;
      for (const close of closes) {
        const [line] = close.programs;
        expect(line?.opening_minor ?? 0).toBe(opening);
        opening = line?.closing_minor ?? 0;
        expect((await shop.verify(close)).checks.filter(({ ok }) => !ok)).toEqual([]);
      }
      const owed = await shop.owed('?by=member');
      const left = lots.reduce((sum, each) => sum + each.left, 0);
      expect([await shop.carried(), await shop.balance('contract-liability')]).toEqual([opening, opening]);
      expect(owed.data.reduce((sum, { owed_minor }) => sum + owed_minor, 0)).toBe(opening);
      expect(owed.data.reduce((sum, { points }) => sum + points, 0)).toBe(left);
      if (left === 0) expect(opening).toBe(0);
    }),
    { numRuns: 12 },
  );
  expect(await koffie.house.faultsInBooks()).toEqual([]);
}, 180_000);
