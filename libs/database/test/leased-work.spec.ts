import { eventually, startPostgres } from '@florin/testing';
import {
  DatabaseConfig,
  LeasedWork,
  openDataSource,
  Transactions,
  type Finished,
  type LeasedWorkOptions,
  type Tx,
} from '../src';
import { gate, openFixture, type Fixture } from './fixture';

interface Mail {
  id: number;
}

let fixture: Fixture;

beforeAll(async () => {
  fixture = await openFixture({ DATABASE_POOL_SIZE: '6' });
  await makeTable(fixture.transactions);
});

afterAll(() => fixture.close());

beforeEach(async () => {
  await fixture.transactions.run((tx) => tx.execute('TRUNCATE mails RESTART IDENTITY'));
});

const makeTable = (transactions: Transactions) =>
  transactions.run((tx) =>
    tx.execute(
      "CREATE TABLE mails (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state text NOT NULL DEFAULT 'due', lease_until timestamptz, answer text)",
    ),
  );

const add = (count: number, transactions = fixture.transactions) =>
  transactions.run((tx) => tx.execute("INSERT INTO mails (state) SELECT 'due' FROM generate_series(1, $1)", [count]));

const states = async (transactions = fixture.transactions) => {
  const rows = await transactions.run((tx) =>
    tx.query<{ state: string; n: number }>('SELECT state, count(*)::int AS n FROM mails GROUP BY state'),
  );
  return Object.fromEntries(rows.map((row) => [row.state, row.n]));
};

const claim = (tx: Tx, limit: number, leaseUntil: Date) =>
  tx.query<Mail>(
    `UPDATE mails SET lease_until = $2 WHERE id IN
       (SELECT id FROM mails WHERE state = 'due' AND (lease_until IS NULL OR lease_until < now()) ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING id`,
    [limit, leaseUntil],
  );

const finish = async (tx: Tx, done: Finished<Mail, string>[]) => {
  await tx.execute(
    `UPDATE mails SET state = x.state, answer = x.answer FROM unnest($1::bigint[], $2::text[], $3::text[]) AS x(id, state, answer) WHERE mails.id = x.id AND mails.state = 'due'`,
    [
      done.map(({ item }) => item.id),
      done.map(({ error }) => (error ? 'failed' : 'sent')),
      done.map(({ result, error }) => result ?? error?.message),
    ],
  );
};

function work(
  options: Partial<LeasedWorkOptions<Mail, string>>,
  transactions = fixture.transactions,
): LeasedWork<Mail, string> {
  return new LeasedWork<Mail, string>(
    { name: 'mails', claim, finish, perform: async () => 'ok', concurrency: 8, batch: 20, pollMs: 50, ...options },
    transactions,
  );
}

it('performs every row once, with two workers and no more at once than allowed', async () => {
  await add(200);
  const performed: number[] = [];
  let now = 0;
  let most = 0;
  const perform = async ({ id }: Mail) => {
    most = Math.max(most, (now += 1));
    await new Promise((resolve) => setTimeout(resolve, 5));
    performed.push(id);
    now -= 1;
    return 'ok';
  };
  const workers = [work({ perform, concurrency: 4 }), work({ perform, concurrency: 4 })];
  for (const one of workers) one.start();
  await eventually(async () => (await states())['sent'] === 200);
  await Promise.all(workers.map((one) => one.stop()));
  expect(performed.sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  expect(most).toBeLessThanOrEqual(8);
});

it('gives an error to finish, and the others their result', async () => {
  await add(5);
  const mails = work({
    perform: ({ id }) => (id === 3 ? Promise.reject(new Error('mailbox full')) : Promise.resolve('ok')),
  });
  mails.start();
  await eventually(async () => !('due' in (await states())));
  await mails.stop();
  expect(await states()).toEqual({ sent: 4, failed: 1 });
  expect(await fixture.transactions.run((tx) => tx.query('SELECT answer FROM mails WHERE id = 3'))).toEqual([
    { answer: 'mailbox full' },
  ]);
});

it('starts at once when it is woken', async () => {
  const mails = work({ pollMs: 60_000 });
  mails.start();
  await new Promise((resolve) => setTimeout(resolve, 100)); // it has looked, found nothing, and rests for a minute
  await fixture.transactions.run(async (tx) => {
    await tx.execute("INSERT INTO mails (state) VALUES ('due')");
    tx.afterCommit(() => mails.wake());
  });
  await eventually(async () => (await states())['sent'] === 1);
  await mails.stop();
});

it('a worker that dies leaves its rows to the next one, once their lease is over', async () => {
  await add(3);
  const dead = work({ leaseMs: 400, perform: () => new Promise<string>(() => undefined) });
  dead.start();
  await eventually(
    async () =>
      (await fixture.transactions.run((tx) => tx.query('SELECT 1 FROM mails WHERE lease_until IS NOT NULL'))).length ===
      3,
  );
  await dead.stop(0);
  const next = work({});
  next.start();
  await eventually(async () => (await states())['sent'] === 3);
  await next.stop();
});

it('a slow effect holds up nobody, and stopping waits for it', async () => {
  await add(20);
  const slow = gate();
  const mails = work({
    concurrency: 2,
    batch: 2,
    perform: async ({ id }) => {
      if (id === 1) await slow.opened;
      return 'ok';
    },
  });
  mails.start();
  await eventually(async () => (await states())['sent'] === 19);
  const stopped = mails.stop();
  setTimeout(slow.open, 100);
  await stopped;
  expect(await states()).toEqual({ sent: 20 });
});

it('an outcome that cannot be written does not take its neighbours along', async () => {
  await add(6);
  const mails = work({
    leaseMs: 60_000,
    finish: async (tx, done) => {
      if (done.some(({ item }) => item.id === 2)) throw new Error('no such column');
      await finish(tx, done);
    },
  });
  mails.start();
  await eventually(async () => (await states())['sent'] === 5);
  await mails.stop();
  expect(await states()).toEqual({ sent: 5, due: 1 });
});

it('keeps an outcome while PostgreSQL is away, and performs nothing twice', async () => {
  const server = await startPostgres({ durable: false });
  const dataSource = await openDataSource(
    DatabaseConfig.from({ DATABASE_URL: server.url(), DATABASE_POOL_SIZE: '4' }),
    'leased-test',
  );
  const transactions = new Transactions(dataSource);
  await makeTable(transactions);
  await add(4, transactions);
  const performed: number[] = [];
  const away = gate();
  const mails = work(
    {
      perform: async ({ id }) => {
        performed.push(id);
        await away.opened;
        return 'ok';
      },
    },
    transactions,
  );
  mails.start();
  await eventually(() => performed.length === 4);
  await server.kill();
  away.open();
  await new Promise((resolve) => setTimeout(resolve, 300));
  await server.start();
  await eventually(async () => (await states(transactions).catch((): Record<string, number> => ({})))['sent'] === 4);
  await mails.stop();
  expect(performed.length).toBe(4);
  await dataSource.destroy();
  await server.stop();
}, 60_000);
