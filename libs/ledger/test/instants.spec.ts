import { sleep } from '@florin/kernel';
import { type Bank, balanceOf, fresh, openBank, openPeople, transfer } from './fixture';

let bank: Bank;
beforeAll(async () => {
  bank = await openBank();
});
afterAll(() => bank.close());

const day = (text: string) => new Date(`${text}T00:00:00Z`);
const postedAt = async (code: string, instant: { effectiveAt?: Date; knownAt?: Date }) =>
  (await bank.run((tx) => bank.ledger.balancesAt(tx, [code], instant)))[0]?.posted;

/** The database's clock, with a pause on both sides so that what follows is later by a millisecond. */
async function moment(): Promise<Date> {
  await sleep(3);
  const [row] = await bank.run((tx) => tx.query<{ now: Date }>('SELECT clock_timestamp() AS now'));
  await sleep(3);
  return row?.now ?? new Date(0);
}

it('GAP-WAL-05: tells what a balance was, by effective date, by what was known then, and by both', async () => {
  const { world, alice } = await openPeople(bank);
  const before = await moment();
  await bank.run((tx) =>
    bank.ledger.post(tx, [
      transfer(world, alice, 100),
      { ...transfer(world, alice, 20), effectiveAt: day('2026-03-01') },
    ]),
  );
  const between = await moment();
  await bank.run((tx) => bank.ledger.post(tx, [{ ...transfer(world, alice, 3), effectiveAt: day('2026-02-01') }]));
  await bank.run((tx) => bank.ledger.post(tx, [{ ...transfer(world, alice, 4_000), effectiveAt: day('2999-01-01') }]));
  expect(await postedAt(alice, {})).toBe(4_123);
  expect(await postedAt(alice, { knownAt: before })).toBe(0);
  expect(await postedAt(alice, { knownAt: between })).toBe(120);
  expect(await postedAt(alice, { effectiveAt: day('2026-01-31') })).toBe(0);
  expect(await postedAt(alice, { effectiveAt: day('2026-02-01') })).toBe(3);
  expect(await postedAt(alice, { effectiveAt: day('2026-03-01') })).toBe(23);
  expect(await postedAt(alice, { effectiveAt: day('2026-03-01'), knownAt: between })).toBe(20);
  expect(await postedAt(alice, { effectiveAt: await moment() })).toBe(123);
  expect(await postedAt(alice, { effectiveAt: day('2999-01-01') })).toBe(4_123);
});

it('GAP-WAL-05: tells what was held and available at an instant, through parts and ends of holds', async () => {
  const { alice, bob } = await openPeople(bank, 1_000);
  const hold = { key: fresh('hold'), account: alice, amountMinor: 500 };
  const times = [await moment()];
  await bank.run((tx) => bank.ledger.hold(tx, [hold]));
  times.push(await moment());
  await bank.run((tx) =>
    bank.ledger.capture(tx, [
      { key: fresh('capture'), holdKey: hold.key, amountMinor: 100, postings: [{ account: bob, amountMinor: 100 }] },
    ]),
  );
  times.push(await moment());
  await bank.run((tx) => bank.ledger.void(tx, [{ key: fresh('void'), holdKey: hold.key }]));
  times.push(await moment());
  const seen = [];
  for (const knownAt of times) {
    const [balance] = await bank.run((tx) => bank.ledger.balancesAt(tx, [alice], { knownAt }));
    seen.push([balance?.posted, balance?.held, balance?.available]);
  }
  expect(seen).toEqual([
    [1_000, 0, 1_000],
    [1_000, 500, 500],
    [900, 400, 500],
    [900, 0, 900],
  ]);
});

it('GAP-WAL-06: a reversal is a new journal linked to the old one, at its effective date when asked, once', async () => {
  const { world, alice } = await openPeople(bank);
  const input = { ...transfer(world, alice, 70), effectiveAt: day('2026-03-05'), reference: 'topup:9' };
  const [posted, other] = await bank.run((tx) => bank.ledger.post(tx, [input, transfer(world, alice, 5)]));
  if (!posted?.ok || !other?.ok) throw new Error('both are posted');
  const reverse = { key: fresh('reverse'), journalId: posted.journalId, effectiveAt: 'original' as const };
  const [reversed] = await bank.run((tx) => bank.ledger.reverse(tx, [reverse]));
  if (!reversed?.ok) throw new Error('it is reversed');
  expect(await balanceOf(bank, alice)).toEqual([5, 0, 5]);
  expect(await postedAt(alice, { effectiveAt: day('2026-03-05') })).toBe(0);
  const [original, reversal] = await Promise.all(
    [posted.journalId, reversed.journalId].map(
      async (id) => (await bank.run((tx) => bank.ledger.journals(tx, { ids: [id] })))[0],
    ),
  );
  expect(original).toMatchObject({ reversedBy: reversed.journalId, reverses: null });
  expect(reversal).toMatchObject({
    reverses: posted.journalId,
    kind: 'reversal',
    reference: 'topup:9',
    effectiveAt: day('2026-03-05'),
  });
  const answers = await bank.run((tx) =>
    bank.ledger.reverse(tx, [
      reverse,
      { key: fresh('reverse'), journalId: posted.journalId },
      { key: fresh('reverse'), journalId: other.journalId },
      { key: fresh('reverse'), journalId: other.journalId },
      { key: fresh('reverse'), journalId: '0193a0f0-0000-7000-8000-000000000000' },
      { key: fresh('reverse'), journalId: 'nonsense' },
    ]),
  );
  expect(answers.map((answer) => (answer.ok ? answer.replayed : answer.code))).toEqual([
    true,
    'already_reversed',
    false,
    'already_reversed',
    'journal_unknown',
    'invalid',
  ]);
  expect(await balanceOf(bank, alice)).toEqual([0, 0, 0]);
});

it('GAP-WAL-06: parallel reversals of one journal have one winner, and money that is spent cannot be taken back', async () => {
  const { world, alice, bob } = await openPeople(bank);
  const [posted] = await bank.run((tx) => bank.ledger.post(tx, [transfer(world, alice, 70)]));
  const journalId = posted?.ok ? posted.journalId : '';
  await bank.run((tx) => bank.ledger.post(tx, [transfer(alice, bob, 1)]));
  const early = await bank.run((tx) => bank.ledger.reverse(tx, [{ key: fresh('reverse'), journalId }]));
  expect(early).toMatchObject([{ ok: false, code: 'insufficient_funds' }]);
  await bank.run((tx) => bank.ledger.post(tx, [transfer(world, alice, 1_000)]));
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => bank.run((tx) => bank.ledger.reverse(tx, [{ key: fresh('reverse'), journalId }]))),
  );
  expect(answers.flat().filter((answer) => answer.ok)).toHaveLength(1);
  expect(await balanceOf(bank, alice)).toEqual([999, 0, 999]);
});

it('GAP-WAL-15: a statement shows every posting with the true balance after it, page by page', async () => {
  const { world, alice, bob } = await openPeople(bank, 100);
  await bank.run((tx) =>
    bank.ledger.post(tx, [transfer(alice, bob, 30), transfer(world, alice, 5), transfer(alice, bob, 75)]),
  );
  const lines = [];
  for (
    let after: { seq: number; insertedAt: Date } | undefined, page;
    (page = await bank.run((tx) => bank.ledger.statement(tx, alice, { limit: 3, after }))).length > 0;
    after = page.at(-1)
  ) {
    lines.push(...page);
  }
  expect(lines.map((line) => [line.seq, line.amountMinor, line.balanceMinor])).toEqual([
    [4, -75, 0],
    [3, 5, 75],
    [2, -30, 70],
    [1, 100, 100],
  ]);
});

it('CMP-WAL-9: holds can be listed, also those that timed out', async () => {
  const { alice } = await openPeople(bank, 100);
  const hold = { key: fresh('hold'), account: alice, amountMinor: 10, expiresAt: day('2026-01-01') };
  await bank.run((tx) => bank.ledger.hold(tx, [hold, { key: fresh('hold'), account: alice, amountMinor: 20 }]));
  await bank.run((tx) => bank.ledger.expireHolds(tx, day('2026-01-02'), 10));
  const listed = await bank.run((tx) => bank.ledger.holds(tx, { account: alice, status: 'expired' }));
  expect(listed).toEqual([
    expect.objectContaining({
      key: hold.key,
      account: alice,
      amountMinor: 10,
      capturedMinor: 0,
      closedAt: expect.any(Date),
    }),
  ]);
  expect(await bank.run((tx) => bank.ledger.holds(tx, { account: alice }, 1))).toMatchObject([
    { amountMinor: 20, status: 'open' },
  ]);
  expect(await bank.run((tx) => bank.ledger.holds(tx, { holdKey: hold.key }))).toEqual(listed);
});
