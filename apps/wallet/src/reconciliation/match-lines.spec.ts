import fc from 'fast-check';
import type { Candidate, OpenLine } from './match';
import { matchLines } from './match-lines';
import { type MatchingRule, rulesFor } from './matching-rules';
import { onlySubset } from './only-subset';

const line = (id: string, amountMinor: number, more: Partial<OpenLine> = {}): OpenLine => ({
  id,
  reference: `r-${id}`,
  bookedOn: '2026-11-20',
  amountMinor,
  feeMinor: 0,
  category: 'payment',
  endToEndId: null,
  providerReference: null,
  description: null,
  ...more,
});
const target = (id: string, amountMinor: number, more: Partial<Candidate> = {}): Candidate => ({
  kind: 'payment',
  id,
  amountMinor,
  on: '2026-11-19',
  references: [id],
  ...more,
});
const rule = (by: MatchingRule['by'], more: Partial<MatchingRule> = {}): MatchingRule => ({
  name: by,
  by,
  kinds: ['payment', 'refund', 'transfer'],
  categories: [],
  days_before: 7,
  days_after: 1,
  tolerance_minor: 0,
  most_fee_bps: 0,
  ...more,
});
const pairs = (lines: OpenLine[], targets: Candidate[], rules: MatchingRule[]) =>
  matchLines(lines, targets, rules).matches.map(({ rule: name, lines: ls, targets: ts }) => [
    name,
    ls
      .map(({ id }) => id)
      .sort()
      .join('+'),
    ts
      .map(({ id }) => id)
      .sort()
      .join('+'),
  ]);

describe('GAP-WAL-11: a rule', () => {
  it('takes a line to what it names, in whatever writing, with the fee between net and gross', () => {
    const named = line('l', 9_680, { feeMinor: 320, endToEndId: 'ABC123DEF' });
    const [match] = matchLines([named], [target('abc-123-def', 10_000)], [rule('reference')]).matches;
    expect(match).toMatchObject({
      lineMinor: 9_680,
      feeMinor: 320,
      targetMinor: 10_000,
      differenceMinor: 0,
      facts: { name: 'abc123def' },
    });
  });

  it('tells a payment from its refund by the sign, where both go by one name', () => {
    const name = { providerReference: 'pi_1' };
    const both = [
      target('p', 500, { references: ['pi_1'] }),
      target('r', -500, { kind: 'refund', references: ['pi_1'] }),
    ];
    expect(pairs([line('in', 500, name), line('out', -500, name)], both, [rule('reference')]).sort()).toEqual([
      ['reference', 'in', 'p'],
      ['reference', 'out', 'r'],
    ]);
  });

  it('leaves alone what differs by more than the tolerance, and books a difference within it', () => {
    const named = line('l', 995, { providerReference: 'p' });
    expect(pairs([named], [target('p', 1_000)], [rule('reference')])).toEqual([]);
    const [match] = matchLines([named], [target('p', 1_000)], [rule('reference', { tolerance_minor: 5 })]).matches;
    expect(match).toMatchObject({ differenceMinor: -5, feeMinor: 0 });
  });

  it('gathers several lines of one target, and only if they are worth it together', () => {
    const name = { providerReference: 'p' };
    expect(pairs([line('a', 600, name), line('b', 400, name)], [target('p', 1_000)], [rule('parts')])).toEqual([
      ['parts', 'a+b', 'p'],
    ]);
    expect(pairs([line('a', 600, name), line('b', 401, name)], [target('p', 1_000)], [rule('parts')])).toEqual([]);
  });

  it('matches by amount only where each is the other’s only possibility', () => {
    expect(pairs([line('a', 500)], [target('p', 500)], [rule('amount')])).toEqual([['amount', 'a', 'p']]);
    expect(pairs([line('a', 500), line('b', 500)], [target('p', 500)], [rule('amount')])).toEqual([]);
    expect(pairs([line('a', 500)], [target('p', 500), target('q', 500)], [rule('amount')])).toEqual([]);
    expect(pairs([line('a', 500)], [target('p', 500, { on: '2026-11-01' })], [rule('amount')])).toEqual([]);
  });

  it('finds the days that a payout is made of, less a fee that no line names', () => {
    const days = [
      target('a', 1_000, { on: '2026-11-17' }),
      target('b', 2_000, { on: '2026-11-18' }),
      target('c', 3_000, { on: '2026-11-18' }),
      target('d', 7_777),
    ];
    expect(pairs([line('l', 5_000)], days, [rule('sum')])).toEqual([['sum', 'l', 'b+c']]);
    const [match] = matchLines([line('l', 4_900)], days, [rule('sum', { most_fee_bps: 300 })]).matches;
    expect(match).toMatchObject({
      feeMinor: 100,
      targetMinor: 5_000,
      differenceMinor: 0,
      facts: { fee_worked_out: 100 },
    });
  });

  it('finds the only set that makes a sum, refunds included, and none where there are two', () => {
    const targets = [target('a', 1_100), target('b', 2_300), target('c', 4_700), target('d', -300, { kind: 'refund' })];
    expect(pairs([line('l', 5_500)], targets, [rule('sum')])).toEqual([['sum', 'l', 'a+c+d']]);
    expect(pairs([line('l', 3_400)], [...targets, target('e', 3_400 - 4_700)], [rule('sum')])).toEqual([]);
  });

  it('takes lines of a category for a cost, or for money on its way to another account', () => {
    const [fee, payout] = matchLines(
      [
        line('f', -25, { category: 'fee' }),
        line('p', -900, { category: 'payout', reference: 's' }),
        line('o', -1, { category: 'other' }),
      ],
      [],
      rulesFor('processor').toReversed(),
    ).matches;
    expect(fee).toMatchObject({ rule: 'charged', lineMinor: -25, feeMinor: 25, targetMinor: 0 });
    expect(payout).toMatchObject({ rule: 'paid-out', lineMinor: -900, feeMinor: 0, targetMinor: -900 });
  });
});

describe('GAP-WAL-11: whatever the lines, the payments and the rules', () => {
  const amount = fc.integer({ min: -20, max: 20 }).map((n) => n * 50);
  const day = fc.integer({ min: 10, max: 28 }).map((n) => `2026-11-${n}`);
  const name = fc.constantFrom('n1', 'n2', 'n3', 'n4');
  const lines = fc
    .array(
      fc.record({
        amountMinor: amount,
        bookedOn: day,
        providerReference: fc.option(name, { nil: null }),
        feeMinor: fc.constantFrom(0, 0, 50),
      }),
      { maxLength: 25 },
    )
    .map((all) => all.map((one, index) => line(`l${index}`, one.amountMinor, one)));
  const targets = fc
    .array(
      fc.record({
        amountMinor: amount.filter((n) => n !== 0),
        on: day,
        references: fc.array(name, { maxLength: 2 }),
        kind: fc.constantFrom('payment' as const, 'refund' as const),
      }),
      { maxLength: 25 },
    )
    .map((all) => all.map((one, index) => target(`t${index}`, one.amountMinor, one)));
  const rules = fc.shuffledSubarray([
    rule('reference', { tolerance_minor: 50 }),
    rule('parts'),
    rule('sum', { most_fee_bps: 500 }),
    rule('amount', { most_fee_bps: 1_000 }),
    rule('fee', { categories: ['fee'] }),
  ]);

  it('nothing is matched twice, nothing is lost, and the sums agree', () =>
    fc.assert(
      fc.property(lines, targets, rules, (ls, ts, rs) => {
        const { matches, left, unused } = matchLines(ls, ts, rs);
        const usedLines = matches.flatMap((match) => match.lines);
        const usedTargets = matches.flatMap((match) => match.targets);
        expect(new Set(usedLines).size).toBe(usedLines.length);
        expect(new Set(usedTargets).size).toBe(usedTargets.length);
        expect([...usedLines, ...left].map(({ id }) => id).sort()).toEqual(ls.map(({ id }) => id).sort());
        expect([...usedTargets, ...unused].map(({ id }) => id).sort()).toEqual(ts.map(({ id }) => id).sort());
        for (const match of matches) {
          const sum = (items: { amountMinor: number }[]) =>
            items.reduce((total, { amountMinor }) => total + amountMinor, 0);
          expect(match.lineMinor).toBe(sum(match.lines));
          expect(match.targetMinor).toBe(sum(match.targets));
          expect(match.lineMinor + match.feeMinor).toBe(match.targetMinor + match.differenceMinor);
          const by = rs.find((one) => one.name === match.rule);
          expect(Math.abs(match.differenceMinor)).toBeLessThanOrEqual(by?.tolerance_minor ?? 0);
        }
      }),
      { numRuns: 500 },
    ));

  it('the answer does not depend on the order in which they come', () =>
    fc.assert(
      fc.property(lines, targets, rules, fc.infiniteStream(fc.nat()), (ls, ts, rs, random) => {
        const shuffled = <T>(items: T[]) =>
          items
            .map((item) => ({ item, at: random.next().value ?? 0 }))
            .sort((a, b) => a.at - b.at)
            .map(({ item }) => item);
        const told = (matches: ReturnType<typeof matchLines>['matches']) =>
          matches.map((match) => [
            match.rule,
            match.lines.map(({ id }) => id).sort(),
            match.targets.map(({ id }) => id).sort(),
            match.facts,
          ]);
        expect(told(matchLines(shuffled(ls), shuffled(ts), rs).matches)).toEqual(told(matchLines(ls, ts, rs).matches));
      }),
      { numRuns: 300 },
    ));

  it('the only set that makes a sum is the one that trying all of them finds', () =>
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 9 }),
        fc.integer({ min: -20, max: 20 }),
        (numbers, sum) => {
          const all = Array.from({ length: 2 ** numbers.length }, (_, mask) =>
            numbers.flatMap((_n, index) => ((mask >> index) & 1 ? [index] : [])),
          );
          const making = all.filter(
            (set) => set.length > 0 && set.reduce((total, index) => total + (numbers[index] ?? 0), 0) === sum,
          );
          expect(onlySubset(numbers, sum)).toEqual(making.length === 1 ? making[0] : undefined);
        },
      ),
      { numRuns: 500 },
    ));

  it('five thousand lines find their payments by name at once', () => {
    const ls = Array.from({ length: 5_000 }, (_, n) => line(`l${n}`, 1_000 + n, { providerReference: `pi_${n}` }));
    const ts = Array.from({ length: 20_000 }, (_, n) => target(`t${n}`, 1_000 + n, { references: [`pi_${n}`] }));
    expect(matchLines(ls, ts, rulesFor('bank')).matches).toHaveLength(5_000);
  });
});
