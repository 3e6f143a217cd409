import fc from 'fast-check';
import { Allotment, type LineageMethod } from './lineage-methods';

interface Coin {
  seq: number;
}

/** The matches as `credit>debit:amount`, posting by posting. */
function told(method: LineageMethod, amounts: readonly (number | [amount: number, reverses: number])[]): string[] {
  const allotment = new Allotment<Coin>(method);
  return amounts.flatMap((each, index) => {
    const [amount, reverses] = Array.isArray(each) ? each : [each, null];
    return allotment
      .add({ seq: index + 1 }, amount, reverses)
      .map((part) => `${part.credit.seq}>${part.debit.seq}:${part.amount}`);
  });
}

it('GAP-WAL-12: pays debits from the oldest credits, from the latest, or in proportion to what is left', () => {
  const history = [100, 50, -60, 30, -80];
  expect(told('fifo', history)).toEqual(['1>3:60', '1>5:40', '2>5:40']);
  expect(told('lifo', history)).toEqual(['2>3:50', '1>3:10', '4>5:30', '1>5:50']);
  expect(told('proportional', history)).toEqual(['1>3:40', '2>3:20', '1>5:40', '2>5:20', '4>5:20']);
});

it('GAP-WAL-12: splits what does not divide evenly by the largest remainders, the oldest first', () => {
  expect(told('proportional', [1, 1, 1, -2])).toEqual(['1>4:1', '2>4:1']);
  expect(told('proportional', [5, 3, 2, -7])).toEqual(['1>4:4', '2>4:2', '3>4:1']);
  const huge = 9_007_199_254_740_990;
  expect(told('proportional', [huge - 1, 1, -(huge / 2)])).toEqual([`1>3:${huge / 2}`]);
});

it('GAP-WAL-12: a debit above all credits waits for the next ones, and a reversal takes back its own credit first', () => {
  expect(told('fifo', [10, -25, 5, 20])).toEqual(['1>2:10', '3>2:5', '4>2:10']);
  expect(told('fifo', [10, 20, 30, [-20, 2]])).toEqual(['2>4:20']);
  expect(told('lifo', [10, 20, -15, [-10, 1]])).toEqual(['2>3:15', '1>4:10']);
  expect(told('fifo', [10, 20, -15, [-10, 1]])).toEqual(['1>3:10', '2>3:5', '2>4:10']);
});

/** Every minor unit as a coin in a row, the other way to do it: fifo takes coins from the front, lifo from the back. */
function coinByCoin(method: 'fifo' | 'lifo', amounts: readonly number[]): Record<string, number> {
  const coins: number[] = [];
  const waiting: number[] = [];
  const sums: Record<string, number> = {};
  const note = (credit: number, debit: number) => {
    sums[`${credit}>${debit}`] = (sums[`${credit}>${debit}`] ?? 0) + 1;
  };
  amounts.forEach((amount, index) => {
    for (let unit = 0; unit < Math.abs(amount); unit += 1) {
      if (amount > 0) {
        const debit = waiting.shift();
        if (debit === undefined) coins.push(index + 1);
        else note(index + 1, debit);
      } else {
        const credit = method === 'fifo' ? coins.shift() : coins.pop();
        if (credit === undefined) waiting.push(index + 1);
        else note(credit, index + 1);
      }
    }
  });
  return sums;
}

const histories = fc.array(
  fc.integer({ min: -40, max: 40 }).filter((amount) => amount !== 0),
  { minLength: 2, maxLength: 60 },
);

it('GAP-WAL-12: says of any history what moving coin by coin says', () => {
  fc.assert(
    fc.property(histories, fc.constantFrom('fifo' as const, 'lifo' as const), (amounts, method) => {
      const sums: Record<string, number> = {};
      const allotment = new Allotment<Coin>(method);
      amounts.forEach((amount, index) => {
        for (const part of allotment.add({ seq: index + 1 }, amount))
          sums[`${part.credit.seq}>${part.debit.seq}`] =
            (sums[`${part.credit.seq}>${part.debit.seq}`] ?? 0) + part.amount;
      });
      expect(sums).toEqual(coinByCoin(method, amounts));
    }),
  );
});

it('GAP-WAL-12: by every method, matches and rests sum to every posting and to the balance, after each posting', () => {
  fc.assert(
    fc.property(
      histories,
      fc.constantFrom<LineageMethod>('fifo', 'lifo', 'proportional'),
      fc.array(fc.nat(20), { maxLength: 60 }),
      (amounts, method, reversals) => {
        const allotment = new Allotment<Coin>(method);
        const used = new Map<number, number>();
        let balance = 0;
        amounts.forEach((amount, index) => {
          balance += amount;
          for (const part of allotment.add({ seq: index + 1 }, amount, reversals[index] ?? null)) {
            expect(part.amount).toBeGreaterThan(0);
            for (const { seq } of [part.credit, part.debit]) used.set(seq, (used.get(seq) ?? 0) + part.amount);
          }
          const rests = allotment.rests();
          expect(rests.reduce((sum, rest) => sum + rest.left, 0)).toBe(balance);
          const left = new Map(rests.map((rest) => [rest.item.seq, Math.abs(rest.left)]));
          amounts.slice(0, index + 1).forEach((each, at) => {
            expect((used.get(at + 1) ?? 0) + (left.get(at + 1) ?? 0)).toBe(Math.abs(each));
          });
        });
      },
    ),
    { numRuns: 200 },
  );
});
