import { newId } from '@florin/kernel';
import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { TaxApart1763400000003 } from '../src/migrations/1763400000003-tax-apart';
import { House } from './house';

let house: House;
let merchantId: string;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());
beforeEach(() => (merchantId = newId()));

const today = () => new Date().toISOString().slice(0, 10);
const path = '/api/v1/analytics/revenue';
const refundedLine = (taxMinor: number) => ({
  ...{ lineId: newId(), variantId: newId(), quantity: 1, totalMinor: 300 },
  taxMinor,
});

it('ANA-04, ANA-26: revenue is what orders sold less what they gave back, beside what the wallet took and gave', async () => {
  house.completed(merchantId, 2_610, { discountMinor: 290, taxMinor: 453 });
  house.completed(merchantId, 1_000, { discountMinor: 10, taxMinor: 74 });
  house.refunded(merchantId, 600, { lines: [refundedLine(40), refundedLine(57)] });
  house.captured(merchantId, 1_000, 2_610);
  house.givenBack(merchantId, 200, 400);
  expect(await house.revenue(merchantId)).toMatchObject({
    to: today(),
    totals: [
      {
        currency: 'EUR',
        orders: 2,
        sales_minor: 3_610,
        imported_orders: 0,
        imported_minor: 0,
        discount_minor: 300,
        tax_minor: 527,
        refunds: 1,
        refunds_minor: 600,
        refunded_tax_minor: 97,
        net_minor: 3_010,
        net_tax_minor: 430,
        captured_minor: 3_610,
        given_back_minor: 600,
      },
    ],
    data: [{ period: today(), currency: 'EUR', orders: 2, net_minor: 3_010 }],
  });
});

it('history that was brought over is counted apart from sales', async () => {
  house.completed(merchantId, 50_000, { origin: 'import', discountMinor: 900, taxMinor: 8_678 });
  house.completed(merchantId, 700, { discountMinor: 70, taxMinor: 121 });
  const [totals] = (await house.revenue(merchantId)).totals;
  expect(totals).toMatchObject({
    orders: 1,
    sales_minor: 700,
    imported_orders: 1,
    imported_minor: 50_000,
    imported_discount_minor: 900,
    imported_tax_minor: 8_678,
    discount_minor: 70,
    tax_minor: 121,
    net_minor: 700,
    net_tax_minor: 121,
  });
});

it('what was counted before tax was kept apart is put right from the events', async () => {
  house.completed(merchantId, 50_000, { origin: 'import', discountMinor: 900, taxMinor: 8_678 });
  house.completed(merchantId, 700, { discountMinor: 70, taxMinor: 121 });
  house.refunded(merchantId, 600, { lines: [refundedLine(40), refundedLine(57)] });
  const { totals } = await house.revenue(merchantId);
  const runner = house.service.app.get(DataSource).createQueryRunner();
  const migration = new TaxApart1763400000003();
  await migration.down(runner);
  const [before] = await house.service.query('SELECT tax_minor FROM daily_revenue WHERE merchant_id = $1', [
    merchantId,
  ]);
  expect(Number(before?.['tax_minor'])).toBe(8_799);
  await migration.up(runner);
  await runner.release();
  expect((await house.revenue(merchantId)).totals).toEqual(totals);
});

it('each currency is a series of its own', async () => {
  house.completed(merchantId, 500);
  house.completed(merchantId, 900, { currency: 'USD' });
  const { totals } = await house.revenue(merchantId);
  expect(totals.map(({ currency, sales_minor }) => [currency, sales_minor])).toEqual([
    ['EUR', 500],
    ['USD', 900],
  ]);
});

it('days are UTC: the last moment of one and the first of the next are two days, whatever the offset they are told in', async () => {
  house.completed(merchantId, 1, { completedAt: '2026-03-31T23:59:59.999Z' });
  house.completed(merchantId, 2, { completedAt: '2026-04-01T00:00:00.000Z' });
  house.completed(merchantId, 4, { completedAt: '2026-04-01T01:30:00.000+02:00' });
  const { data, totals } = await house.revenue(merchantId, { from: '2026-03-31', to: '2026-04-01' });
  expect(data.map(({ period, sales_minor }) => [period, sales_minor])).toEqual([
    ['2026-03-31', 5],
    ['2026-04-01', 2],
  ]);
  expect(totals).toMatchObject([{ sales_minor: 7 }]);
  const first = await house.revenue(merchantId, { from: '2026-03-31', to: '2026-03-31' });
  expect(first.totals).toMatchObject([{ sales_minor: 5 }]);
});

it.each([
  ['week', ['2026-03-30', '2026-04-06']],
  ['month', ['2026-03-01', '2026-04-01']],
])('adds days up by %s', async (interval, periods) => {
  for (const day of ['2026-03-31', '2026-04-02', '2026-04-07'])
    house.completed(merchantId, 100, { completedAt: `${day}T12:00:00.000Z` });
  const { data } = await house.revenue(merchantId, { from: '2026-03-01', to: '2026-04-30', interval });
  expect(data.map(({ period }) => period)).toEqual(periods);
  expect(data.map(({ orders }) => orders)).toEqual(interval === 'week' ? [2, 1] : [1, 2]);
});

it('refuses a span that is turned round, and one that is too long', async () => {
  const staff = house.staff(merchantId);
  const asked = async (from: string, to: string) => (await staff.get(path, { query: { from, to } })).status;
  expect(await asked('2026-04-02', '2026-04-01')).toBe(400);
  expect(await asked('2020-01-01', '2026-04-01')).toBe(400);
  expect(await asked('2026-04-01', '2026-04-01')).toBe(200);
});

it('a merchant sees their own revenue and no other', async () => {
  house.completed(merchantId, 500);
  expect((await house.revenue(newId())).totals).toEqual([]);
  expect((await house.revenue(merchantId)).totals).toMatchObject([{ sales_minor: 500 }]);
  for (const role of ['customer', 'support_agent', 'catalog_manager'])
    expect((await house.staff(merchantId, role).get(path)).status).toBe(403);
  expect((await house.service.http.get(path)).status).toBe(401);
  const narrowed = house.staff(merchantId);
  expect((await narrowed.get(path, { headers: { 'x-merchant-id': newId() } })).status).toBe(403);
});

it('GAP-ANA-01, CMP-ANA-3: whatever is said, in any order and some of it twice, the sums are those of what happened', async () => {
  const happening = fc.record({
    kind: fc.constantFrom('completed', 'imported', 'refunded', 'captured', 'given back'),
    amount: fc.integer({ min: 0, max: 1_000_000 }),
    card: fc.integer({ min: 0, max: 1_000_000 }),
    day: fc.integer({ min: 1, max: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 1, maxLength: 40 }), async (happened) => {
      const shop = newId();
      for (const { kind, amount, card, day } of happened) {
        const at = `2026-05-0${day}T12:00:00.000Z`;
        if (kind === 'refunded') house.refunded(shop, amount, { refundedAt: at });
        if (kind === 'captured') house.captured(shop, amount, card, { capturedAt: at });
        if (kind === 'given back') house.givenBack(shop, amount, card);
        if (kind !== 'completed' && kind !== 'imported') continue;
        const origin = kind === 'imported' ? 'import' : 'checkout';
        const id = newId();
        const order = { orderId: newId(), origin, completedAt: at } as const;
        house.completed(shop, amount, order, id);
        house.completed(shop, amount, order, id);
      }
      const sum = (kind: string, of: (each: (typeof happened)[number]) => number) =>
        happened.filter((each) => each.kind === kind).reduce((total, each) => total + of(each), 0);
      const { totals, data } = await house.revenue(shop, { from: '2026-05-01', to: today() });
      expect(totals).toMatchObject([
        {
          orders: sum('completed', () => 1),
          sales_minor: sum('completed', ({ amount }) => amount),
          imported_minor: sum('imported', ({ amount }) => amount),
          refunds: sum('refunded', () => 1),
          refunds_minor: sum('refunded', ({ amount }) => amount),
          net_minor: sum('completed', ({ amount }) => amount) - sum('refunded', ({ amount }) => amount),
          captured_minor: sum('captured', ({ amount, card }) => amount + card),
          given_back_minor: sum('given back', ({ amount, card }) => amount + card),
        },
      ]);
      expect(data.reduce((total, { net_minor }) => total + net_minor, 0)).toBe(totals[0]?.net_minor);
      for (const day of [1, 2, 3]) {
        const onDay = happened.filter((each) => each.kind === 'completed' && each.day === day);
        const period = data.find((each) => each.period === `2026-05-0${day}`);
        expect(period?.sales_minor ?? 0).toBe(onDay.reduce((total, { amount }) => total + amount, 0));
      }
    }),
    { numRuns: 15 },
  );
});
