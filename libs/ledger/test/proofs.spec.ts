import { sealChain, type Offender } from '../src';
import { type Bank, fresh, offenders, openBank, openPeople, type People, settled, transfer } from './fixture';

let bank: Bank;
let people: People;

beforeAll(async () => {
  bank = await openBank();
  people = await openPeople(bank, 1_000);
  const { world, alice, bob } = people;
  const hold = { key: fresh('hold'), account: alice, amountMinor: 500 };
  await bank.run((tx) => bank.ledger.hold(tx, [hold]));
  await bank.run((tx) =>
    bank.ledger.capture(tx, [
      { key: fresh('capture'), holdKey: hold.key, amountMinor: 100, postings: [{ account: bob, amountMinor: 100 }] },
    ]),
  );
  await bank.run((tx) =>
    bank.ledger.watch(tx, [{ account: alice, measure: 'posted', direction: 'below', thresholdMinor: 899 }]),
  );
  const [posted] = await bank.run((tx) =>
    bank.ledger.post(tx, [transfer(world, bob, 9), transfer(alice, bob, 7), transfer(bob, alice, 100_000)]),
  );
  await bank.run((tx) =>
    bank.ledger.reverse(tx, [{ key: fresh('reverse'), journalId: posted?.ok ? posted.journalId : '' }]),
  );
  await settled(bank);
  await bank.run((tx) => sealChain(tx, 100));
});
afterAll(() => bank.close());

/** What the proofs find after a change that the ledger itself would never make; the change is rolled back. */
async function found(change: string): Promise<Record<string, Offender[]>> {
  let seen: Record<string, Offender[]> = {};
  const undone = bank.run(async (tx) => {
    await tx.execute('SET LOCAL session_replication_role = replica');
    await tx.execute('ALTER TABLE ledger_accounts DROP CONSTRAINT ledger_accounts_no_overdraft');
    expect(await tx.execute(change)).toBeGreaterThan(0);
    seen = await offenders({ ...bank, run: (work) => work(tx) });
    throw new Error('undo');
  });
  await expect(undone).rejects.toThrow('undo');
  return seen;
}

it('finds nothing in a ledger that nobody tampered with', async () => {
  expect(await offenders(bank)).toEqual({});
});

const lastPosting = 'ctid = (SELECT ctid FROM ledger_postings ORDER BY inserted_at DESC, seq DESC LIMIT 1)';
const one = (table: string, condition: string) => `ctid = (SELECT min(ctid) FROM ${table} WHERE ${condition})`;

it.each([
  [
    'an amount is edited',
    `UPDATE ledger_postings SET amount = amount + 1 WHERE ${lastPosting}`,
    ['journals-balance', 'posted-equals-postings', 'running-balances', 'chain-intact'],
  ],
  [
    'a posting is dropped',
    `DELETE FROM ledger_postings WHERE ${lastPosting}`,
    ['journals-balance', 'journals-are-whole', 'posted-equals-postings'],
  ],
  [
    'a balance is edited',
    `UPDATE ledger_accounts SET posted = posted + 1 WHERE allow_negative`,
    ['posted-equals-postings'],
  ],
  [
    'a running balance is edited',
    `UPDATE ledger_postings SET balance_after = balance_after + 1 WHERE ${lastPosting}`,
    ['running-balances', 'chain-intact'],
  ],
  ['held money is forgotten', `UPDATE ledger_accounts SET held = 0 WHERE held > 0`, ['held-equals-open-holds']],
  [
    'a hold is reopened',
    `UPDATE ledger_holds SET captured = captured - 1 WHERE status = 'open'`,
    ['captures-match-holds', 'held-equals-open-holds'],
  ],
  [
    'a capture loses its hold',
    `UPDATE ledger_journals SET hold_id = NULL WHERE hold_id IS NOT NULL`,
    ['captures-match-holds', 'chain-intact'],
  ],
  [
    'a journal is dropped',
    `DELETE FROM ledger_journals WHERE ${one('ledger_journals', `kind = 'transfer'`)}`,
    ['journals-are-whole', 'keys-match-results', 'chain-intact'],
  ],
  ['a monitor forgets where it stands', `UPDATE ledger_monitors SET beyond = NOT beyond`, ['monitors-are-true']],
  [
    'an account forgets that it is watched',
    `UPDATE ledger_accounts SET monitored = false WHERE monitored`,
    ['monitors-are-true'],
  ],
  ['what a monitor told is edited', `UPDATE ledger_crossings SET value = value + 1000000`, ['monitors-are-true']],
  ['a reversal is unlinked', `DELETE FROM ledger_reversals`, ['reversals-mirror']],
  [
    'a key is dropped',
    `DELETE FROM ledger_keys WHERE ${one('ledger_keys', 'refusal IS NULL')}`,
    ['keys-match-results'],
  ],
  ['a no becomes a yes', `UPDATE ledger_keys SET refusal = NULL WHERE refusal IS NOT NULL`, ['keys-match-results']],
  [
    'an account is overdrawn',
    `UPDATE ledger_accounts SET held = posted + 1 WHERE NOT allow_negative AND held > 0`,
    ['no-overdraft', 'held-equals-open-holds'],
  ],
])('GAP-WAL-07: the proofs see it when %s, and name where', async (_, change, expected) => {
  const seen = await found(change);
  expect(Object.keys(seen)).toEqual(expect.arrayContaining(expected.map((name) => `ledger.${name}`)));
  for (const offender of Object.values(seen).flat())
    expect(offender).toEqual({
      subject: expect.stringMatching(/^(journal|account|hold|key|link|monitor):\S+$/),
      detail: expect.any(String),
    });
});
