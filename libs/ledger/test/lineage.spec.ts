import type { LineageCursor, LineageMatch, LineageMethod } from '../src';
import { type Bank, counted, fresh, openBank, openPeople, transfer } from './fixture';

let bank: Bank;
beforeAll(async () => {
  bank = await openBank();
});
afterAll(() => bank.close());

const post = (...inputs: ReturnType<typeof transfer>[]) => bank.run((tx) => bank.ledger.post(tx, inputs));
const page = (code: string, method: LineageMethod, limit = 100, after?: LineageCursor) =>
  bank.run((tx) => bank.ledger.lineage(tx, code, { method, after }, limit));
const short = (matches: LineageMatch[]) =>
  matches.map(({ credit, debit, amountMinor }) => `${credit.seq}>${debit.seq}:${amountMinor}`);

it('GAP-WAL-12: tells which credit paid which debit, with the journals behind both, and what the balance consists of', async () => {
  const { world, alice, bob } = await openPeople(bank);
  const topup = { ...transfer(world, alice, 100), kind: 'topup', reference: 'topup:1' };
  const cashback = { ...transfer(world, alice, 50), kind: 'cashback', reference: 'order:1' };
  const payment = { ...transfer(alice, bob, 120), kind: 'payment', reference: 'order:2' };
  const [first, , paid] = await post(topup, cashback, payment);
  const { matches, next } = await page(alice, 'fifo');
  expect(short(matches)).toEqual(['1>3:100', '2>3:20']);
  expect(next).toBeNull();
  expect(matches[0]).toEqual({
    credit: {
      seq: 1,
      journalId: first?.ok && first.journalId,
      kind: 'topup',
      reference: 'topup:1',
      amountMinor: 100,
      insertedAt: expect.any(Date),
    },
    debit: expect.objectContaining({
      seq: 3,
      journalId: paid?.ok && paid.journalId,
      kind: 'payment',
      amountMinor: -120,
    }),
    amountMinor: 100,
  });
  const consistsOf = (method: LineageMethod) => bank.run((tx) => bank.ledger.consistsOf(tx, alice, method));
  expect(await consistsOf('fifo')).toMatchObject([{ posting: { kind: 'cashback' }, leftMinor: 30 }]);
  expect(await consistsOf('lifo')).toMatchObject([{ posting: { kind: 'topup' }, leftMinor: 30 }]);
  expect(await consistsOf('proportional')).toMatchObject([{ leftMinor: 20 }, { leftMinor: 10 }]);
});

it('GAP-WAL-12: a reversed credit is taken back from itself', async () => {
  const { world, alice, bob } = await openPeople(bank, 10);
  const [wrong] = await post(transfer(world, alice, 40), transfer(world, alice, 7));
  await bank.run((tx) =>
    bank.ledger.reverse(tx, [{ key: fresh('reverse'), journalId: wrong?.ok ? wrong.journalId : '' }]),
  );
  await post(transfer(alice, bob, 12));
  expect(short((await page(alice, 'fifo')).matches)).toEqual(['2>4:40', '1>5:10', '3>5:2']);
});

it.each(['fifo', 'lifo', 'proportional'] as const)(
  'GAP-WAL-12: %s: pages of any size, over thousands of postings and times of emptiness, say what one page says',
  async (method) => {
    const { world, alice, bob } = await openPeople(bank);
    const steps = Array.from({ length: 2_400 }, (_, index) =>
      index % 800 < 400 ? transfer(world, alice, 1 + (index % 7)) : transfer(alice, bob, 1 + (index % 7)),
    );
    for (let first = 0; first < steps.length; first += 800) {
      await post(...steps.slice(first, first + 800));
      const [balance] = await bank.run((tx) => bank.ledger.balances(tx, [alice]));
      if (first === 800) await post(transfer(alice, bob, balance?.posted ?? 0));
    }
    const pages: LineageMatch[] = [];
    for (let after: LineageCursor | null | undefined; after !== null;) {
      const { matches, next } = await page(alice, method, 937, after);
      pages.push(...matches);
      after = next;
    }
    const lines = await bank.run(async (tx) => {
      const all = await bank.ledger.statement(tx, alice, { limit: 1_000 });
      for (let more = all; more.length > 0;)
        all.push(...(more = await bank.ledger.statement(tx, alice, { limit: 1_000, after: more.at(-1) })));
      return all;
    });
    const used = new Map<number, number>();
    for (const { credit, debit, amountMinor } of pages) {
      used.set(credit.seq, (used.get(credit.seq) ?? 0) + amountMinor);
      used.set(debit.seq, (used.get(debit.seq) ?? 0) - amountMinor);
    }
    const rests = await bank.run((tx) => bank.ledger.consistsOf(tx, alice, method));
    for (const rest of rests) used.set(rest.posting.seq, (used.get(rest.posting.seq) ?? 0) + rest.leftMinor);
    expect(lines.map((line) => used.get(line.seq))).toEqual(lines.map((line) => line.amountMinor));
    expect(new Set(pages.map((match) => `${match.credit.seq} ${match.debit.seq}`)).size).toBe(pages.length);
  },
);

it('GAP-WAL-12: starts where the account was last empty, and refuses a walk without end', async () => {
  const { world, alice, bob } = await openPeople(bank);
  for (let round = 0; round < 3; round += 1)
    await post(...Array.from({ length: 499 }, () => transfer(world, alice, 1)), transfer(alice, bob, 499));
  await post(transfer(world, alice, 3), transfer(alice, bob, 2));
  const statements = await bank.run(async (plain) => {
    const { tx, statements } = counted(plain);
    const { matches } = await bank.ledger.lineage(tx, alice, { method: 'lifo', after: { seq: 1_502, place: 0 } }, 10);
    expect(short(matches)).toEqual(['1501>1502:2']);
    return statements;
  });
  expect(statements).toHaveLength(2);
  const { alice: crowded } = await openPeople(bank, 1);
  await bank
    .run(async (tx) => {
      await tx.execute('SET LOCAL session_replication_role = replica');
      await tx.execute(
        `WITH many AS (SELECT generate_series(2, 101001) AS seq),
       journals AS (INSERT INTO ledger_journals (id, inserted_at, effective_at, tx_order, kind, key)
         SELECT md5('walk' || seq)::uuid, clock, clock, 1, 'many', 'many:' || seq FROM many, (SELECT date_trunc('second', now() + interval '2 s') AS clock) at)
       INSERT INTO ledger_postings (account_id, inserted_at, seq, journal_id, amount, balance_after, effective_at)
       SELECT (SELECT id FROM ledger_accounts WHERE code = $1), date_trunc('second', now() + interval '2 s'), seq, md5('walk' || seq)::uuid, 1, seq, now() FROM many`,
        [crowded],
      );
      await expect(bank.ledger.consistsOf(tx, crowded, 'fifo')).rejects.toMatchObject({
        code: 'ledger_lineage_too_long',
      });
      throw new Error('undo');
    })
    .catch((error: unknown) => expect(String(error)).toContain('undo'));
  await expect(page('nobody', 'fifo')).rejects.toMatchObject({ code: 'ledger_account_unknown' });
});
