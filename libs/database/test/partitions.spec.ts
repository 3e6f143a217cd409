import { randomUUID } from 'node:crypto';
import { register } from 'prom-client';
import {
  databaseMigrations,
  ensureDefaultPartition,
  ensureHashPartitions,
  Jobs,
  Partitions,
  Reads,
  type Transactions,
} from '../src';
import { addMonths } from '../src/partition-sql';
import { openFixture, type Fixture } from './fixture';

let fixture: Fixture;
let transactions: Transactions;
let partitions: Partitions;
let month: string;

const nameOf = (offset: number) => `clicks_${addMonths(month, offset).replace('-', '_')}`;

beforeEach(async () => {
  fixture = await openFixture({}, databaseMigrations);
  ({ transactions } = fixture);
  partitions = new Partitions(transactions);
  await transactions.run((tx) =>
    tx.execute(`
    CREATE TABLE members (id integer PRIMARY KEY);
    INSERT INTO members VALUES (1);
    CREATE TABLE clicks (
      id bigint GENERATED ALWAYS AS IDENTITY, member integer NOT NULL REFERENCES members, note text CHECK (note <> ''),
      shout text GENERATED ALWAYS AS (upper(note)) STORED, clicked_at timestamptz NOT NULL, PRIMARY KEY (id, clicked_at)
    ) PARTITION BY RANGE (clicked_at);
    CREATE INDEX clicks_member ON clicks (member);
    CREATE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'clicks only grow'; END $$;
    CREATE TRIGGER clicks_only_grow BEFORE UPDATE OR DELETE ON clicks FOR EACH ROW EXECUTE FUNCTION only_grows()`),
  );
  const [row] = await transactions.run((tx) =>
    tx.query<{ month: string }>(`SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM') AS month`),
  );
  month = row?.month ?? '';
});

afterEach(() => fixture.close());

const click = (offset: number, note = 'x') =>
  transactions.run((tx) =>
    tx.execute(`INSERT INTO clicks (member, note, clicked_at) VALUES (1, $2, $1)`, [
      `${addMonths(month, offset)}-15T12:00:00Z`,
      note,
    ]),
  );

const whereIs = (note: string) =>
  transactions.run((tx) =>
    tx.query<{ at: string; shout: string; id: number }>(
      'SELECT tableoid::regclass::text AS at, shout, id FROM clicks WHERE note = $1',
      [note],
    ),
  );

it('K8S-14: makes the months ahead once, also when two come at the same time', async () => {
  const made = await Promise.all([partitions.ensureMonthly('clicks', 3, 1), partitions.ensureMonthly('clicks', 3, 1)]);
  expect(made.flat().sort()).toEqual([-1, 0, 1, 2, 3].map(nameOf));
  expect(await partitions.ensureMonthly('clicks', 3, 1)).toEqual([]);
  expect(await partitions.ensureMonthly('clicks', 4)).toEqual([nameOf(4)]);
  await click(4, 'far ahead');
  expect((await whereIs('far ahead'))[0]?.at).toBe(nameOf(4));
});

it('a partition is whole: indexes, checks, keys, triggers and the identity of its parent', async () => {
  await partitions.ensureMonthly('clicks', 1);
  await click(0, 'one');
  await click(1, 'two');
  const ids = [...(await whereIs('one')), ...(await whereIs('two'))].map((row) => row.id);
  expect(new Set(ids).size).toBe(2);
  await expect(click(1, '')).rejects.toThrow('clicks_note_check');
  await expect(
    transactions.run((tx) => tx.execute(`INSERT INTO clicks (member, clicked_at) VALUES (2, now())`)),
  ).rejects.toThrow('foreign key');
  await expect(transactions.run((tx) => tx.execute(`DELETE FROM ${nameOf(1)}`))).rejects.toThrow('clicks only grow');
  const invalid = await transactions.run((tx) => tx.query('SELECT 1 FROM pg_index WHERE NOT indisvalid'));
  expect(invalid).toEqual([]);
  const indexes = await transactions.run((tx) =>
    tx.query<{ n: number }>('SELECT count(*)::int AS n FROM pg_indexes WHERE tablename = $1', [nameOf(1)]),
  );
  expect(indexes).toEqual([{ n: 2 }]); // attached, not made a second time
});

it('K8S-14: rows that fell into the default partition move to their month, even where a trigger forbids deleting', async () => {
  await transactions.run((tx) => ensureDefaultPartition(tx, 'clicks'));
  await click(1, 'stray');
  await click(9, 'far');
  expect((await whereIs('stray'))[0]?.at).toBe('clicks_default');
  const [before] = await whereIs('stray');
  await partitions.ensureMonthly('clicks', 2);
  expect(await whereIs('stray')).toEqual([{ at: nameOf(1), shout: 'STRAY', id: before?.id }]);
  expect((await whereIs('far'))[0]?.at).toBe('clicks_default');
  await expect(transactions.run((tx) => tx.execute('DELETE FROM clicks'))).rejects.toThrow('clicks only grow');
});

it('does not hold up writers of other months while it makes one', async () => {
  await transactions.run((tx) => ensureDefaultPartition(tx, 'clicks'));
  await partitions.ensureMonthly('clicks', 0);
  await transactions.run(async (tx) => {
    await tx.execute(`INSERT INTO clicks (member, note, clicked_at) VALUES (1, 'open', now())`);
    await partitions.ensureMonthly('clicks', 1); // on another connection, while this transaction holds its locks
  });
  expect((await whereIs('open')).length).toBe(1);
});

it('spreads rows over sixteen hash partitions', async () => {
  await transactions.run(async (tx) => {
    await tx.execute(
      'CREATE TABLE sessions (id uuid, user_id uuid NOT NULL, PRIMARY KEY (id, user_id)) PARTITION BY HASH (user_id)',
    );
    await ensureHashPartitions(tx, 'sessions', 16);
    await ensureHashPartitions(tx, 'sessions', 16);
    await tx.execute('INSERT INTO sessions SELECT unnest($1::uuid[]), unnest($1::uuid[])', [
      Array.from({ length: 1_000 }, () => randomUUID()),
    ]);
  });
  const rows = await transactions.run((tx) =>
    tx.query<{ at: string }>('SELECT DISTINCT tableoid::regclass::text AS at FROM sessions ORDER BY 1'),
  );
  expect(rows.map((row) => row.at)).toEqual(
    Array.from({ length: 16 }, (_, n) => `sessions_h${String(n).padStart(2, '0')}`),
  );
});

it('K8S-14, K8S-28: the upkeep job makes months ahead, archives old ones with their rows, and measures', async () => {
  await partitions.ensureMonthly('clicks', 0, 4);
  await transactions.run((tx) => ensureDefaultPartition(tx, 'clicks'));
  await click(-4, 'old');
  await click(12, 'stray');
  const reads = new Reads(fixture.dataSource, fixture.config);
  const jobs = new Jobs(fixture.dataSource, fixture.config, reads);
  const upkeep = () =>
    jobs.run('upkeep', (run) => partitions.maintain([{ table: 'clicks', monthsAhead: 2, keepMonths: 2 }], run));
  expect(await upkeep()).toMatchObject({
    outcome: 'done',
    result: { made: [nameOf(1), nameOf(2)], archived: [nameOf(-4), nameOf(-3)] },
  });
  expect(await upkeep()).toMatchObject({ result: { made: [], archived: [] } });
  await jobs.onApplicationShutdown();

  expect(await whereIs('old')).toEqual([]);
  expect(await transactions.run((tx) => tx.query(`SELECT note FROM archive.${nameOf(-4)}`))).toEqual([{ note: 'old' }]);
  const left = await partitions.inspect('clicks');
  expect(left.map(({ name }) => name)).toEqual([...[-2, -1, 0, 1, 2].map(nameOf), 'clicks_default'].sort());
  const metrics = await register.metrics();
  expect(metrics).toContain('database_partition_months_ahead{table="clicks"} 2');
  expect(metrics).toContain('database_partition_default_rows{table="clicks"} 1');
  expect(metrics).toMatch(new RegExp(`database_partition_bytes\\{table="clicks",partition="${nameOf(0)}"\\} [1-9]`));
});

it('archives nothing that is not a partition of the table', async () => {
  await expect(partitions.archive('clicks', 'members')).rejects.toMatchObject({
    kind: 'not_found',
    code: 'partition_not_found',
  });
  await expect(partitions.ensureMonthly('members', 1)).rejects.toThrow('not partitioned by range');
});
