import fc from 'fast-check';
import { netPositions, netTransfers } from './netting';

const partner = fc.constantFrom('operator', 'merchant:a', 'merchant:b', 'merchant:c', 'brand:d');
const owed = fc.array(
  fc
    .record({ debtor: partner, creditor: partner, amountMinor: fc.integer({ min: 1, max: 1_000_000 }) })
    .filter(({ debtor, creditor }) => debtor !== creditor),
  { maxLength: 40 },
);

it('DIF-WAL-6: a circle of debts needs no money, and a chain only its ends', () => {
  const owes = (debtor: string, creditor: string, amountMinor: number) => ({ debtor, creditor, amountMinor });
  expect(netTransfers([owes('a', 'b', 5), owes('b', 'c', 5), owes('c', 'a', 5)])).toEqual([]);
  expect(netTransfers([owes('a', 'b', 5), owes('b', 'c', 5)])).toEqual([owes('a', 'c', 5)]);
});

it('DIF-WAL-6: transfers give every partner exactly its net position, and nobody both pays and gets', () => {
  fc.assert(
    fc.property(owed, (entries) => {
      const positions = netPositions(entries);
      const transfers = netTransfers(entries);
      expect([...positions.values()].reduce((sum, amount) => sum + amount, 0)).toBe(0);
      expect(netPositions(transfers)).toEqual(positions);
      const [debtors, creditors] = [new Set(transfers.map((t) => t.debtor)), new Set(transfers.map((t) => t.creditor))];
      expect([...debtors].filter((each) => creditors.has(each))).toEqual([]);
      expect(transfers.length).toBeLessThan(Math.max(positions.size, 1));
      expect(transfers.every(({ amountMinor }) => amountMinor > 0)).toBe(true);
    }),
  );
});
