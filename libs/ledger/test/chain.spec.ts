import { sealChain, rebaseChain, verifyChain } from '../src';
import { type Bank, openBank, openPeople, type People, settled, transfer } from './fixture';

let bank: Bank;
let people: People;
const openAll = async () => {
  bank = await openBank();
  people = await openPeople(bank, 1_000);
};

const post = (count: number) =>
  bank.run((tx) =>
    bank.ledger.post(
      tx,
      Array.from({ length: count }, () => transfer(people.world, people.alice, 7)),
    ),
  );
const seal = (limit = 100) => bank.run((tx) => sealChain(tx, limit));
const verify = () => bank.run((tx) => verifyChain(tx));

/** Changes history as somebody with the database's own powers could. */
const tamper = (sql: string) =>
  bank.run(async (tx) => {
    await tx.execute('SET LOCAL session_replication_role = replica');
    await tx.execute(sql);
  });

describe('sealing', () => {
  beforeEach(openAll);
  afterEach(() => bank.close());

  it('GAP-WAL-07: seals what is committed, whole transactions in links of the size asked, and verifies', async () => {
    await post(5);
    await post(3);
    await settled(bank);
    expect(await seal(2)).toEqual({ seq: 1, journals: 6 });
    expect(await seal(2)).toEqual({ seq: 2, journals: 3 });
    expect(await seal()).toBeNull();
    await post(2);
    expect(await verify()).toMatchObject({
      intact: true,
      links: 2,
      sealed: 9,
      unsealed: 2,
      faults: [],
      head: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('GAP-WAL-07: never seals past a transaction that is still open, and takes it later', async () => {
    await settled(bank);
    let finish: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (finish = resolve));
    let started: () => void = () => undefined;
    const open = new Promise<void>((resolve) => (started = resolve));
    const slow = bank.run(async (tx) => {
      await bank.ledger.post(tx, [transfer(people.world, people.bob, 1)]);
      started();
      await gate;
    });
    await open;
    await bank.run((tx) =>
      bank.ledger.open(tx, [
        { code: 'other', asset: 'EUR' },
        { code: 'outside', asset: 'EUR', allowNegative: true },
      ]),
    );
    await bank.run((tx) => bank.ledger.post(tx, [transfer('outside', 'other', 1)]));
    expect(await seal()).toEqual({ seq: 1, journals: 1 });
    expect(await seal()).toBeNull();
    finish();
    await slow;
    await settled(bank);
    expect(await seal()).toEqual({ seq: 2, journals: 2 });
    expect(await verify()).toMatchObject({ intact: true, unsealed: 0 });
  });

  it('GAP-WAL-07: many sealers at once make one chain', async () => {
    for (let round = 0; round < 4; round += 1) {
      await Promise.all([post(3), seal(2), seal(2), post(2), seal(5), seal(1)]);
    }
    await settled(bank);
    while ((await seal()) !== null);
    expect(await verify()).toMatchObject({ intact: true, sealed: 21, unsealed: 0 });
  });

  it('goes on after a dump was restored where transaction numbers start again', async () => {
    await tamper('UPDATE ledger_chain_origin SET shift = 1000000');
    await post(2);
    await settled(bank);
    await seal();
    await tamper('UPDATE ledger_chain_origin SET shift = 0');
    await post(2);
    await expect(seal()).rejects.toThrow('rebaseChain');
    await bank.run((tx) => rebaseChain(tx));
    await post(1);
    await settled(bank);
    while ((await seal()) !== null);
    expect(await verify()).toMatchObject({ intact: true, sealed: 6, unsealed: 0 });
  });
});

describe('a chain of two links', () => {
  beforeAll(async () => {
    await openAll();
    await post(5);
    await settled(bank);
    await seal(2);
    await post(3);
    await settled(bank);
    await seal(2);
  });
  afterAll(() => bank.close());

  it.each([
    [
      'an amount',
      'UPDATE ledger_postings SET amount = amount + 1 WHERE ctid = (SELECT max(ctid) FROM ledger_postings)',
      'journal_changed',
    ],
    [
      'a reference',
      `UPDATE ledger_journals SET reference = 'else' WHERE id = (SELECT max(id::text)::uuid FROM ledger_journals)`,
      'journal_changed',
    ],
    [
      'an effective date',
      `UPDATE ledger_journals SET effective_at = effective_at + interval '1 microsecond' WHERE id = (SELECT max(id::text)::uuid FROM ledger_journals)`,
      'journal_changed',
    ],
    [
      'a posting less',
      'DELETE FROM ledger_postings WHERE ctid = (SELECT max(ctid) FROM ledger_postings)',
      'journal_changed',
    ],
    [
      'a journal less',
      'DELETE FROM ledger_journals WHERE id = (SELECT max(id::text)::uuid FROM ledger_journals)',
      'journal_missing',
    ],
    [
      'a journal more',
      `INSERT INTO ledger_journals (id, inserted_at, effective_at, tx_order, kind, key)
       SELECT gen_random_uuid(), inserted_at, effective_at, tx_order, kind, 'forged' FROM ledger_journals LIMIT 1`,
      'journal_added',
    ],
    [
      'a digest',
      `UPDATE ledger_chain SET digests = set_byte(digests, 0, (get_byte(digests, 0) + 1) % 256) WHERE seq = 2`,
      'link_broken',
    ],
    ['a link less', 'DELETE FROM ledger_chain WHERE seq = 1', 'link_broken'],
  ])('GAP-WAL-07: finds %s in sealed history and names it', async (_, sql, fault) => {
    const undone = bank.run(async (tx) => {
      await tx.execute('SET LOCAL session_replication_role = replica');
      expect(await tx.execute(sql)).toBe(1);
      const report = await verifyChain(tx);
      expect(report.intact).toBe(false);
      expect(report.faults[0]).toMatchObject({ fault, journalId: fault === 'link_broken' ? null : expect.any(String) });
      throw new Error('undo');
    });
    await expect(undone).rejects.toThrow('undo');
    expect((await verify()).intact).toBe(true);
  });
});
