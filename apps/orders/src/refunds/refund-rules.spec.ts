import fc from 'fast-check';
import { priceOrder } from '../pricing/price-waterfall';
import {
  refundOfLine,
  refundOfTenders,
  type LineRefund,
  type SoldLine,
  type Tenders,
  type TenderSplit,
} from './refund-rules';

const bought = fc.array(
  fc.record({
    unitPriceMinor: fc.integer({ min: 0, max: 9_999 }),
    quantity: fc.integer({ min: 1, max: 7 }),
    taxRateBps: fc.constantFrom(0, 900, 2_100),
    taxIncluded: fc.boolean(),
  }),
  { minLength: 1, maxLength: 5 },
);

interface Order {
  lines: SoldLine[];
  tenders: Tenders;
  totalMinor: number;
}

function sell(lines: Parameters<typeof priceOrder>[0], percentBps: number, walletPart: number): Order {
  const price = priceOrder(lines, { kind: 'percent', percentBps });
  const walletMinor = Math.min(price.totalMinor, walletPart);
  return {
    totalMinor: price.totalMinor,
    tenders: { walletMinor, cardMinor: price.totalMinor - walletMinor, backWalletMinor: 0, backCardMinor: 0 },
    lines: price.lines.map((line, index) => ({
      quantity: lines[index]?.quantity ?? 0,
      totalMinor: line.totalMinor,
      taxMinor: line.taxMinor,
      backQuantity: 0,
      backTotalMinor: 0,
      backTaxMinor: 0,
    })),
  };
}

interface Done extends TenderSplit, LineRefund {
  index: number;
  quantity: number;
}

/** Refunds some units of one line and keeps the books. */
function refund(order: Order, index: number, quantity: number): Done {
  const line = order.lines[index] as SoldLine;
  const money = refundOfLine(line, quantity);
  const split = refundOfTenders(order.tenders, money.totalMinor);
  expect(split.walletMinor + split.cardMinor).toBe(money.totalMinor);
  expect(Math.min(split.walletMinor, split.cardMinor)).toBeGreaterThanOrEqual(0);
  const done = { index, quantity, ...money, ...split };
  book(order, done, 1);
  expect(line.backTotalMinor).toBeLessThanOrEqual(line.totalMinor);
  expect(line.backTaxMinor).toBeLessThanOrEqual(line.taxMinor);
  expect(order.tenders.backWalletMinor).toBeLessThanOrEqual(order.tenders.walletMinor);
  expect(order.tenders.backCardMinor).toBeLessThanOrEqual(order.tenders.cardMinor);
  return done;
}

/** A refund that the processor refused after others had been reckoned on top of it. */
function takeBack(order: Order, done: Done): void {
  book(order, done, -1);
}

function book(order: Order, done: Done, sign: 1 | -1): void {
  const line = order.lines[done.index] as SoldLine;
  line.backQuantity += sign * done.quantity;
  line.backTotalMinor += sign * done.totalMinor;
  line.backTaxMinor += sign * done.taxMinor;
  order.tenders.backWalletMinor += sign * done.walletMinor;
  order.tenders.backCardMinor += sign * done.cardMinor;
}

function unitsOf(order: Order): number[] {
  return order.lines.flatMap((line, index) => Array.from({ length: line.quantity }, () => index));
}

/** A permutation made from arbitrary numbers, so that the order of refunds is the adversary's choice. */
function shuffled<T>(items: T[], keys: number[]): T[] {
  return items
    .map((item, index) => ({ item, key: keys[index % keys.length] ?? 0 }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

const keys = fc.array(fc.nat(), { minLength: 1, maxLength: 40 });
const percent = fc.integer({ min: 1, max: 10_000 });

describe('refund rules', () => {
  it('GAP-ORD-08, CMP-ORD-3: unit by unit in any order gives back every line, its tax and every tender to the cent', () => {
    fc.assert(
      fc.property(bought, percent, fc.nat(60_000), keys, (lines, percentBps, wallet, order) => {
        const sold = sell(lines, percentBps, wallet);
        for (const index of shuffled(unitsOf(sold), order)) refund(sold, index, 1);
        for (const line of sold.lines)
          expect([line.backTotalMinor, line.backTaxMinor]).toEqual([line.totalMinor, line.taxMinor]);
        expect(sold.tenders.backWalletMinor).toBe(sold.tenders.walletMinor);
        expect(sold.tenders.backCardMinor).toBe(sold.tenders.cardMinor);
      }),
    );
  });

  it('GAP-ORD-06, CMP-ORD-3: what is back of a line depends only on how many units are back, not on how or when', () => {
    fc.assert(
      fc.property(bought, percent, keys, keys, fc.nat(), (lines, percentBps, one, other, cut) => {
        const [first, second] = [sell(lines, percentBps, 0), sell(lines, percentBps, 0)];
        const units = shuffled(unitsOf(first), one).slice(0, (cut % unitsOf(first).length) + 1);
        for (const index of units) refund(first, index, 1);
        for (const index of shuffled([...new Set(units)], other))
          refund(second, index, units.filter((unit) => unit === index).length);
        expect(second.lines).toEqual(first.lines);
      }),
    );
  });

  it('never gives back more than was paid, although earlier refunds fail while later ones stand, and the last one settles the rest', () => {
    fc.assert(
      fc.property(bought, percent, fc.nat(60_000), keys, (lines, percentBps, wallet, order) => {
        const sold = sell(lines, percentBps, wallet);
        const standing: Done[] = [];
        shuffled(unitsOf(sold), order).forEach((index, at) => {
          standing.push(refund(sold, index, 1));
          const fate = order[at % order.length] ?? 0;
          if (fate % 3 === 0) takeBack(sold, standing.splice(fate % standing.length, 1)[0] as Done);
        });
        sold.lines.forEach((line, index) => {
          if (line.backQuantity < line.quantity) refund(sold, index, line.quantity - line.backQuantity);
        });
        for (const line of sold.lines)
          expect([line.backTotalMinor, line.backTaxMinor]).toEqual([line.totalMinor, line.taxMinor]);
        expect([sold.tenders.backWalletMinor, sold.tenders.backCardMinor]).toEqual([
          sold.tenders.walletMinor,
          sold.tenders.cardMinor,
        ]);
      }),
    );
  });

  it('splits by what each tender paid and settles the odd cent over the running total', () => {
    const paid = { walletMinor: 1_000, cardMinor: 1_610, backWalletMinor: 0, backCardMinor: 0 };
    expect(refundOfTenders(paid, 1_305)).toEqual({ walletMinor: 500, cardMinor: 805 });
    expect(refundOfTenders({ ...paid, backWalletMinor: 500, backCardMinor: 805 }, 1_305)).toEqual({
      walletMinor: 500,
      cardMinor: 805,
    });
    expect(refundOfTenders({ walletMinor: 0, cardMinor: 10, backWalletMinor: 0, backCardMinor: 0 }, 3)).toEqual({
      walletMinor: 0,
      cardMinor: 3,
    });
  });

  it('gives a third of a price back in cents that add up', () => {
    const line = { quantity: 3, totalMinor: 100, taxMinor: 17, backQuantity: 0, backTotalMinor: 0, backTaxMinor: 0 };
    expect(refundOfLine(line, 1)).toEqual({ totalMinor: 33, taxMinor: 5 });
    expect(refundOfLine({ ...line, backQuantity: 1, backTotalMinor: 33, backTaxMinor: 5 }, 2)).toEqual({
      totalMinor: 67,
      taxMinor: 12,
    });
  });
});
