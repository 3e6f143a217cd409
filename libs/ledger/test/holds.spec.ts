import { FixedClock } from '@florin/kernel';
import { Ledger } from '../src';
import { type Bank, balanceOf, fresh, openBank, openPeople, transfer } from './fixture';

const clock = new FixedClock(new Date('2026-06-01T12:00:00Z'));
const inAnHour = new Date('2026-06-01T13:00:00Z');
let bank: Bank;
beforeAll(async () => {
  bank = await openBank(new Ledger(clock));
});
afterAll(() => bank.close());

const holdOf = (account: string, amountMinor: number, expiresAt = inAnHour) => ({
  key: fresh('hold'),
  account,
  amountMinor,
  expiresAt,
  reference: 'order:1',
});
const to = (account: string, amountMinor: number) => [{ account, amountMinor }];
const codes = (answers: { ok: boolean; code?: string }[]) => answers.map((answer) => (answer.ok ? 'ok' : answer.code));

it('CMP-WAL-1, GAP-WAL-02: of six holds of 1,000 on 5,000 the sixth is refused, and held money cannot be spent', async () => {
  const { alice, bob } = await openPeople(bank, 5_000);
  const holds = Array.from({ length: 6 }, () => holdOf(alice, 1_000));
  expect(codes(await bank.run((tx) => bank.ledger.hold(tx, holds)))).toEqual([
    'ok',
    'ok',
    'ok',
    'ok',
    'ok',
    'insufficient_funds',
  ]);
  expect(await balanceOf(bank, alice)).toEqual([5_000, 5_000, 0]);
  expect(codes(await bank.run((tx) => bank.ledger.post(tx, [transfer(alice, bob, 1)])))).toEqual([
    'insufficient_funds',
  ]);
});

it('CMP-WAL-2: a refused hold can be neither captured nor voided', async () => {
  const { alice, bob } = await openPeople(bank, 500);
  const refused = holdOf(alice, 501);
  expect(codes(await bank.run((tx) => bank.ledger.hold(tx, [refused])))).toEqual(['insufficient_funds']);
  const capture = { key: fresh('capture'), holdKey: refused.key, amountMinor: 501, postings: to(bob, 501) };
  expect(codes(await bank.run((tx) => bank.ledger.capture(tx, [capture])))).toEqual(['hold_unknown']);
  expect(codes(await bank.run((tx) => bank.ledger.void(tx, [{ key: fresh('void'), holdKey: refused.key }])))).toEqual([
    'hold_unknown',
  ]);
  expect(await balanceOf(bank, alice)).toEqual([500, 0, 500]);
});

it('GAP-WAL-02, CMP-WAL-4: captures a hold in parts, never above it, and gives back the rest when asked', async () => {
  const { alice, bob } = await openPeople(bank, 1_000);
  const hold = holdOf(alice, 600);
  await bank.run((tx) => bank.ledger.hold(tx, [hold]));
  const capture = (amountMinor: number, final = false) => ({
    key: fresh('capture'),
    holdKey: hold.key,
    amountMinor,
    postings: to(bob, amountMinor),
    final,
  });
  expect(codes(await bank.run((tx) => bank.ledger.capture(tx, [capture(200), capture(401), capture(100)])))).toEqual([
    'ok',
    'hold_exceeded',
    'ok',
  ]);
  expect(await balanceOf(bank, alice)).toEqual([700, 300, 400]);
  expect(codes(await bank.run((tx) => bank.ledger.capture(tx, [capture(50, true)])))).toEqual(['ok']);
  expect(await balanceOf(bank, alice)).toEqual([650, 0, 650]);
  expect(await balanceOf(bank, bob)).toEqual([350, 0, 350]);
  expect(codes(await bank.run((tx) => bank.ledger.capture(tx, [capture(1)])))).toEqual(['hold_closed']);
});

it('links a capture to its hold and takes over its reference; the postings must sum to the amount', async () => {
  const { alice, bob } = await openPeople(bank, 1_000);
  const [hold] = await bank.run((tx) => bank.ledger.hold(tx, [holdOf(alice, 600)]));
  const holdId = hold?.ok ? hold.holdId : '';
  const wrong = { key: fresh('capture'), holdId, amountMinor: 100, postings: to(bob, 99) };
  const right = { key: fresh('capture'), holdId: holdId.toUpperCase(), amountMinor: 100, postings: to(bob, 100) };
  expect(codes(await bank.run((tx) => bank.ledger.capture(tx, [wrong, right])))).toEqual(['unbalanced', 'ok']);
  const rows = await bank.run((tx) =>
    tx.query('SELECT kind, reference FROM ledger_journals WHERE hold_id = $1', [holdId]),
  );
  expect(rows).toEqual([{ kind: 'capture', reference: 'order:1' }]);
});

it('GAP-WAL-02: a void gives back what is left and answers with the hold, again when it is repeated', async () => {
  const { alice, bob } = await openPeople(bank, 1_000);
  const hold = holdOf(alice, 600);
  const [held] = await bank.run((tx) => bank.ledger.hold(tx, [hold]));
  await bank.run((tx) =>
    bank.ledger.capture(tx, [{ key: fresh('capture'), holdKey: hold.key, amountMinor: 100, postings: to(bob, 100) }]),
  );
  const release = { key: fresh('void'), holdKey: hold.key };
  const [first] = await bank.run((tx) => bank.ledger.void(tx, [release]));
  const [again] = await bank.run((tx) => bank.ledger.void(tx, [release]));
  expect(first).toEqual({ ...held, replayed: false });
  expect(again).toEqual({ ...held, replayed: true });
  expect(await balanceOf(bank, alice)).toEqual([900, 0, 900]);
  expect(codes(await bank.run((tx) => bank.ledger.void(tx, [{ key: fresh('void'), holdKey: hold.key }])))).toEqual([
    'hold_closed',
  ]);
});

it('GAP-WAL-02, CMP-WAL-9: a hold times out: no capture any more, and expireHolds gives the money back once', async () => {
  const { alice, bob } = await openPeople(bank, 1_000);
  const [short, long] = [holdOf(alice, 300, new Date('2026-06-01T12:30:00Z')), holdOf(alice, 200)];
  await bank.run((tx) => bank.ledger.hold(tx, [short, long]));
  const moment = new Date('2026-06-01T12:30:00Z');
  const capture = { key: fresh('capture'), holdKey: short.key, amountMinor: 300, postings: to(bob, 300) };
  const late = new Ledger(new FixedClock(moment));
  expect(codes(await bank.run((tx) => late.capture(tx, [capture])))).toEqual(['hold_expired']);
  const expired = await bank.run((tx) => bank.ledger.expireHolds(tx, moment, 100));
  expect(expired).toEqual([
    expect.objectContaining({ key: short.key, account: alice, releasedMinor: 300, reference: 'order:1' }),
  ]);
  expect(await bank.run((tx) => bank.ledger.expireHolds(tx, moment, 100))).toEqual([]);
  expect(await balanceOf(bank, alice)).toEqual([1_000, 200, 800]);
});

it('holds, captures and voids in one set see each other in order', async () => {
  const { alice, bob } = await openPeople(bank, 100);
  const hold = holdOf(alice, 100);
  const answers = await bank.run((tx) =>
    bank.ledger.apply(tx, [
      { operation: 'hold', input: hold },
      {
        operation: 'capture',
        input: { key: fresh('capture'), holdKey: hold.key, amountMinor: 40, postings: to(bob, 40) },
      },
      { operation: 'void', input: { key: fresh('void'), holdKey: hold.key } },
      { operation: 'post', input: transfer(alice, bob, 60) },
    ]),
  );
  expect(codes(answers)).toEqual(['ok', 'ok', 'ok', 'ok']);
  expect(await balanceOf(bank, alice)).toEqual([0, 0, 0]);
});
