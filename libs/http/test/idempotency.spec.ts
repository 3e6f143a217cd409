import { Body, Controller, Injectable, Param, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Caller, CurrentCaller, Requires } from '@florin/access';
import { CoalescingWriter, DatabaseConfig, openDataSource, Transactions, type Tx } from '@florin/database';
import { newId, Refusal, sleep } from '@florin/kernel';
import { testDatabase, type TestDatabase } from '@florin/testing';
import type { DataSource } from 'typeorm';
import {
  type Answered,
  BoundedText,
  created,
  Idempotency,
  idempotencyMigrations,
  Idempotent,
  IdempotencyRequest,
  type IdempotentRequest,
  idempotentRequest,
  IsMinor,
} from '../src';
import { startApp, TestIssuer } from './probe-app';

class PayDto {
  @IsMinor({ max: 1_000_000 })
  amount_minor: number;

  @BoundedText(20)
  note: string;
}

type Paid = { id: string; amount_minor: number };
type Payment = { request: IdempotentRequest; amount: number };

let database: TestDatabase;
let source: DataSource;
let transactions: Transactions;
const idempotency = new Idempotency();

async function pay(tx: Tx, amount: number): Promise<Paid> {
  const id = newId();
  await tx.execute('INSERT INTO payments (id, amount) VALUES ($1, $2)', [id, amount]);
  return { id, amount_minor: amount };
}

@Injectable()
class Writer {
  readonly coalescing = new CoalescingWriter<Payment, Answered<Paid>>(
    {
      name: 'payments',
      maxBatch: 100,
      maxQueue: 1_000,
      decide: (tx, items) =>
        idempotency.onceAll(
          tx,
          items.map((item) => ({ request: item.request, item: item.amount })),
          async (amounts) => {
            const answers = [];
            for (const amount of amounts) {
              if (amount === 13)
                answers.push({ ok: false as const, refusal: new Refusal('unprocessable', 'unlucky', 'Not thirteen.') });
              else answers.push({ ok: true as const, value: created(await pay(tx, amount)) });
            }
            return answers;
          },
        ),
    },
    transactions,
  );
}

@Controller('pay')
class PayController {
  constructor(private readonly writer: Writer) {}

  @Post(':account')
  @Requires('wallet.own:write')
  @Idempotent()
  one(
    @Body() body: PayDto,
    @Param('account') account: string,
    @CurrentCaller() caller: Caller,
    @IdempotencyRequest() request: IdempotentRequest,
  ) {
    return transactions.run((tx) =>
      idempotency.once(tx, request, async () => {
        if (body.note === 'slow') await sleep(300);
        if (body.note === 'refuse') throw new Refusal('unprocessable', 'no_money', 'No money.');
        return created({ ...(await pay(tx, body.amount_minor)), account, caller: caller.subject });
      }),
    );
  }

  @Post()
  @Requires('wallet.own:write')
  @Idempotent()
  many(@Body() body: PayDto, @IdempotencyRequest() request: IdempotentRequest) {
    return this.writer.coalescing.submit({ request, amount: body.amount_minor });
  }
}

let app: NestFastifyApplication;
let issuer: TestIssuer;
beforeAll(async () => {
  database = await testDatabase({ migrations: idempotencyMigrations });
  source = await openDataSource(DatabaseConfig.from({ DATABASE_URL: database.url }), 'probe');
  await source.query('CREATE TABLE payments (id uuid PRIMARY KEY, amount bigint NOT NULL)');
  transactions = new Transactions(source);
  issuer = await TestIssuer.create();
  app = await startApp(issuer, [PayController], {}, [Writer]);
});
beforeEach(() => source.query('TRUNCATE payments, idempotency_keys'));
afterAll(async () => {
  await app.close();
  await source.destroy();
  await database.drop();
});

const tokens = new Map<string, string>();
async function send(url: string, key: string | undefined, payload: object, claims: Record<string, unknown> = {}) {
  const name = JSON.stringify(claims);
  const token =
    tokens.get(name) ?? (await issuer.token({ roles: ['customer'], merchants: ['m-1'], sub: 'ada', ...claims }));
  tokens.set(name, token);
  const headers = { authorization: `Bearer ${token}`, ...(key !== undefined && { 'idempotency-key': key }) };
  const answer = await app.inject({ method: 'POST', url: `/api/v1${url}`, headers, payload });
  return {
    status: answer.statusCode,
    body: answer.json<Record<string, unknown>>(),
    text: answer.body,
    replayed: answer.headers['idempotent-replayed'],
  };
}
const count = async () => Number((await source.query<{ n: string }[]>('SELECT count(*) AS n FROM payments'))[0]?.n);

/** As a client does: told to come back (in flight, or a machine too busy), it comes back with the same key. */
async function untilAnswered(url: string, key: string, payload: object) {
  for (let tries = 0; tries < 200; tries += 1) {
    const answer = await send(url, key, payload);
    if (answer.status !== 409 && answer.status !== 503) return answer;
    await sleep(50);
  }
  throw new Error('never answered');
}

const five = { amount_minor: 5, note: 'a' };

describe('Idempotency-Key', () => {
  it('GW-09: the same request again gets the stored answer, word for word, and nothing happens twice', async () => {
    const first = await send('/pay/x', 'key-1', five);
    const again = await send('/pay/x', 'key-1', five);
    expect(first).toMatchObject({
      status: 201,
      replayed: undefined,
      body: { amount_minor: 5, account: 'x', caller: 'ada' },
    });
    expect(again).toEqual({ ...first, replayed: 'true' });
    expect(await count()).toBe(1);
  });

  it('GW-09: no key is 400, and so is one that is no key', async () => {
    expect(await send('/pay/x', undefined, five)).toMatchObject({
      status: 400,
      body: { code: 'idempotency_key_required' },
    });
    for (const key of ['with space', 'ü', 'x'.repeat(256)]) {
      expect(await send('/pay/x', key, five)).toMatchObject({ status: 400, body: { code: 'idempotency_key_invalid' } });
    }
    expect(await send('/pay/x', 'x'.repeat(255), five)).toMatchObject({ status: 201 });
  });

  it('GW-09: the same key with other input is 422; the order of the fields does not matter, the path does', async () => {
    await send('/pay/x', 'key-2', five);
    expect(await send('/pay/x', 'key-2', { ...five, amount_minor: 6 })).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
    expect(await send('/pay/y', 'key-2', five)).toMatchObject({ status: 422 });
    expect(await send('/pay/x', 'key-2', { note: 'a', amount_minor: 5 })).toMatchObject({
      status: 201,
      replayed: 'true',
    });
    expect(await count()).toBe(1);
  });

  it('GW-09: the key of somebody else, of another merchant or on another route is another key', async () => {
    await send('/pay/x', 'shared', five);
    expect((await send('/pay/x', 'shared', { ...five, amount_minor: 7 }, { sub: 'ben' })).status).toBe(201);
    expect((await send('/pay/x', 'shared', { ...five, amount_minor: 8 }, { merchants: ['m-2'] })).status).toBe(201);
    expect((await send('/pay', 'shared', { ...five, amount_minor: 9 })).status).toBe(201);
    expect(await count()).toBe(4);
  });

  it('GW-09: while the first is being worked on, the second is told so at once', async () => {
    const slow = { amount_minor: 5, note: 'slow' };
    const first = send('/pay/x', 'key-3', slow);
    await sleep(120);
    expect(await send('/pay/x', 'key-3', slow)).toMatchObject({ status: 409, body: { code: 'request_in_flight' } });
    expect((await first).status).toBe(201);
    expect(await send('/pay/x', 'key-3', slow)).toMatchObject({ status: 201, replayed: 'true' });
    expect(await count()).toBe(1);
  });

  it('GW-09: a refusal is not recorded, so a retry is judged afresh', async () => {
    expect((await send('/pay/x', 'key-4', { amount_minor: 5, note: 'refuse' })).status).toBe(422);
    expect(await source.query('SELECT 1 FROM idempotency_keys')).toEqual([]);
  });

  it('GW-09, GAP-WAL-04: a hundred racing copies of ten requests have ten effects', async () => {
    for (const url of ['/pay/race', '/pay']) {
      const copies = Array.from({ length: 100 }, (_, index) =>
        untilAnswered(url, `race-${index % 10}`, { amount_minor: 1 + (index % 10), note: 'a' }),
      );
      const answers = await Promise.all(copies);
      expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(10);
    }
    expect(await count()).toBe(20);
  });
});

describe('a set that shares one transaction', () => {
  it('GW-09: answers each by itself: new, repeated, other input, refused', async () => {
    const before = await send('/pay', 'known', { amount_minor: 1, note: 'a' });
    const [again, reused, fresh, unlucky, twin] = await Promise.all([
      send('/pay', 'known', { amount_minor: 1, note: 'a' }),
      send('/pay', 'known', { amount_minor: 2, note: 'a' }),
      send('/pay', 'fresh', { amount_minor: 3, note: 'a' }),
      send('/pay', 'unlucky', { amount_minor: 13, note: 'a' }),
      send('/pay', 'fresh', { amount_minor: 3, note: 'a' }),
    ]);
    expect(again).toEqual({ ...before, replayed: 'true' });
    expect(reused.status).toBe(422);
    expect([fresh.status, twin.status, twin.text]).toEqual([201, 201, fresh.text]);
    expect([fresh.replayed, twin.replayed].sort()).toEqual(['true', undefined]);
    expect(unlucky).toMatchObject({ status: 422, body: { code: 'unlucky' } });
    expect(await count()).toBe(2);
  });

  it('GW-09: reads once and writes once, however many there are', async () => {
    const statements: string[] = [];
    await transactions.run(async (tx) => {
      const counted = {
        query: <Row>(sql: string, params?: readonly unknown[]) => (
          statements.push(sql.trim().slice(0, 6)),
          tx.query<Row>(sql, params)
        ),
      };
      const entries = Array.from({ length: 200 }, (_, index) => ({
        request: idempotentRequest('s', `k-${index}`, index),
        item: index,
      }));
      const outcomes = await idempotency.onceAll(counted, entries, (items) =>
        Promise.resolve(items.map((item) => ({ ok: true as const, value: created({ item }) }))),
      );
      expect(outcomes.every((outcome) => outcome.ok)).toBe(true);
    });
    expect(statements).toEqual(['SELECT', 'INSERT']);
  });

  it('GW-09: a transaction that slips past the lock meets the primary key, tries again and finds the answer', async () => {
    const request = idempotentRequest('s', 'slip', 1);
    let tries = 0;
    const answer = await transactions.run((tx) =>
      idempotency.once(tx, request, async () => {
        tries += 1;
        // What another process commits between our look and our record.
        await source.query(
          "INSERT INTO idempotency_keys (id, scope, key, input_hash, status, body) VALUES ($1, 's', 'slip', $2, 201, '{\"by\":\"other\"}')",
          [request.id, request.inputHash],
        );
        await pay(tx, 99);
        return created({ by: 'us' });
      }),
    );
    expect([tries, answer.replayed, answer.body]).toEqual([1, true, { by: 'other' }]);
    expect(await count()).toBe(0);
  });

  it('GW-09: the record goes away with the work that it belongs to', async () => {
    const request = idempotentRequest('s', 'rolled-back', 1);
    const work = transactions.run(async (tx) => {
      await idempotency.once(tx, request, () => Promise.resolve(created({})));
      throw new Error('crash before commit');
    });
    await expect(work).rejects.toThrow('crash before commit');
    expect(await source.query('SELECT 1 FROM idempotency_keys')).toEqual([]);
  });

  it('forgets old answers, in bounded steps', async () => {
    await source.query(
      "INSERT INTO idempotency_keys (id, scope, key, input_hash, status, body, created_at) SELECT repeat(md5(n::text), 2), 's', n::text, 'h', 200, '{}', now() - make_interval(hours => n) FROM generate_series(1, 10) n",
    );
    expect(await transactions.run((tx) => idempotency.clean(tx, 5, 3))).toBe(3);
    expect(await transactions.run((tx) => idempotency.clean(tx, 5))).toBe(3);
    expect((await source.query<unknown[]>('SELECT 1 FROM idempotency_keys')).length).toBe(4);
  });
});
