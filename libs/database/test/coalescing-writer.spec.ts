import { currentCause, Refusal, withCause, type Cause } from '@florin/kernel';
import { eventually } from '@florin/testing';
import { register } from 'prom-client';
import { CoalescingWriter, type CoalescingOptions, type Outcome, type Transactions } from '../src';
import { gate, openFixture, type Fixture } from './fixture';

let fixture: Fixture;
let transactions: Transactions;

beforeAll(async () => {
  fixture = await openFixture({ DATABASE_POOL_SIZE: '4', DATABASE_LOCK_TIMEOUT_MS: '400' });
  ({ transactions } = fixture);
  await transactions.run((tx) => tx.execute('CREATE TABLE points (n integer PRIMARY KEY)'));
});

afterAll(() => fixture.close());

beforeEach(async () => {
  await transactions.run((tx) => tx.execute('TRUNCATE points'));
});

const stored = async () =>
  (await transactions.run((tx) => tx.query<{ n: number }>('SELECT n FROM points ORDER BY n'))).map((row) => row.n);

/** Stores each number once; refuses odd ones; 13 violates nothing until it is written. */
function writer(
  options: Partial<CoalescingOptions<number, string>> = {},
  batches: number[][] = [],
): CoalescingWriter<number, string> {
  return new CoalescingWriter<number, string>(
    {
      name: 'points',
      maxBatch: 16,
      maxQueue: 1_000,
      decide: async (tx, items) => {
        batches.push([...items]);
        const even = items.filter((n) => n % 2 === 0 || n === 13);
        await tx.execute('INSERT INTO points SELECT unnest($1::int[])', [even.map((n) => (n === 13 ? 2 : n))]);
        return items.map((n): Outcome<string> =>
          even.includes(n)
            ? { ok: true, value: `stored ${n}` }
            : { ok: false, refusal: new Refusal('invalid', 'odd', `${n} is odd.`) },
        );
      },
      ...options,
    },
    transactions,
  );
}

const settled = (submissions: Promise<string>[]) =>
  Promise.all(
    submissions.map((one) => one.catch((error: unknown) => (error instanceof Refusal ? error.code : 'failed'))),
  );

it('lets requests that arrive together share a transaction, and answers each', async () => {
  const batches: number[][] = [];
  const points = writer({ concurrency: 1 }, batches);
  const numbers = Array.from({ length: 40 }, (_, index) => (index + 1) * 2);
  expect(await Promise.all(numbers.map((n) => points.submit(n)))).toEqual(numbers.map((n) => `stored ${n}`));
  expect(batches.map((batch) => batch.length)).toEqual([16, 16, 8]);
  expect(await stored()).toEqual(numbers);
});

it('a refused item leaves its neighbours alone', async () => {
  const points = writer();
  expect(await settled([points.submit(4), points.submit(5), points.submit(6)])).toEqual([
    'stored 4',
    'odd',
    'stored 6',
  ]);
  expect(await stored()).toEqual([4, 6]);
});

it('an item that makes the whole batch throw fails alone; its neighbours are written once', async () => {
  const batches: number[][] = [];
  const points = writer({ concurrency: 1 }, batches);
  const numbers = [2, 4, 6, 8, 13, 10, 12, 14];
  const answers = await settled(numbers.map((n) => points.submit(n)));
  expect(answers).toEqual(numbers.map((n) => (n === 13 ? 'failed' : `stored ${n}`)));
  expect(await stored()).toEqual([2, 4, 6, 8, 10, 12, 14]);
  expect(batches.length).toBeLessThan(numbers.length); // halved, not one by one
});

it('a batch that answers the wrong number of items writes nothing', async () => {
  const points = writer({
    decide: async (tx) =>
      [await tx.execute('INSERT INTO points VALUES (99)')].slice(1).map(() => ({ ok: true, value: '' })),
  });
  expect(await settled([points.submit(1), points.submit(3)])).toEqual(['failed', 'failed']);
  expect(await stored()).toEqual([]);
});

it('refuses at once when the queue is full, with a time to come back, and takes work again afterwards', async () => {
  const open = gate();
  const points = writer({
    maxBatch: 1,
    maxQueue: 3,
    concurrency: 1,
    decide: async (_tx, items) => {
      await open.opened;
      return items.map((n): Outcome<string> => ({ ok: true, value: `${n}` }));
    },
  });
  const first = points.submit(0);
  await new Promise((resolve) => setTimeout(resolve, 20)); // the first is under way, so three more may wait
  const waiting = [1, 2, 3].map((n) => points.submit(n));
  await expect(points.submit(4)).rejects.toMatchObject({
    kind: 'unavailable',
    code: 'overloaded',
    details: { retryAfterSeconds: 1 },
  });
  open.open();
  expect(await Promise.all([first, ...waiting])).toEqual(['0', '1', '2', '3']);
  expect(await points.submit(5)).toBe('5');
});

it('keeps as many batches under way as it may, and no more', async () => {
  let running = 0;
  let most = 0;
  const points = writer({
    maxBatch: 2,
    concurrency: 3,
    decide: async (tx, items) => {
      most = Math.max(most, (running += 1));
      await tx.query('SELECT pg_sleep(0.02)');
      running -= 1;
      return items.map((n): Outcome<string> => ({ ok: true, value: `${n}` }));
    },
  });
  await Promise.all(Array.from({ length: 24 }, (_, n) => points.submit(n)));
  await points.drained();
  expect(most).toBe(3);
});

it('carries the cause of each request to its own item, and lets none of them leak into the batch', async () => {
  const seen: { causes: (Cause | undefined)[]; ambient: Cause | undefined }[] = [];
  const points = writer({
    decide: async (_tx, items, causes) => {
      seen.push({ causes, ambient: currentCause() });
      return items.map((n): Outcome<string> => ({ ok: true, value: `${n}` }));
    },
  });
  const submit = (n: number, correlationId: string) => withCause({ correlationId }, () => points.submit(n));
  await Promise.all([submit(1, 'one'), submit(2, 'two'), points.submit(3)]);
  expect(seen).toEqual([
    { causes: [{ correlationId: 'one' }, { correlationId: 'two' }, undefined], ambient: undefined },
  ]);
});

it('an item whose row is locked elsewhere waits alone: the rest of its batch goes through', async () => {
  await transactions.run((tx) => tx.execute('INSERT INTO points VALUES (1)'));
  const locked = gate();
  const done = gate();
  const holder = transactions.run(async (tx) => {
    await tx.query('SELECT 1 FROM points WHERE n = 1 FOR UPDATE');
    locked.open();
    await done.opened;
  });
  await locked.opened;
  const points = writer({
    concurrency: 1,
    decide: async (tx, items) => {
      for (const n of items)
        await tx.execute('INSERT INTO points VALUES ($1) ON CONFLICT (n) DO UPDATE SET n = EXCLUDED.n', [n]);
      return items.map((n): Outcome<string> => ({ ok: true, value: `${n}` }));
    },
  });
  expect(await settled([2, 1, 3].map((n) => points.submit(n)))).toEqual(['2', 'database_busy', '3']);
  done.open();
  await holder;
});

it('tells batch size, queue depth and latency to Prometheus', async () => {
  await writer({ name: 'measured' }).submit(2);
  await eventually(async () =>
    (await register.metrics()).includes('coalescing_submit_seconds_count{writer="measured"} 1'),
  );
  const text = await register.metrics();
  expect(text).toContain('coalescing_batch_size_bucket{le="1",writer="measured"} 1');
  expect(text).toContain('coalescing_queue_depth{writer="measured"} 0');
  expect(text).toMatch(/database_pool_in_use\{pool="database-test"\} \d/);
  expect(text).toMatch(/database_pool_waiting\{pool="database-test"\} \d/);
  expect(text).toMatch(/database_transaction_seconds_count\{service="database-test",outcome="committed"\} \d/);
});
