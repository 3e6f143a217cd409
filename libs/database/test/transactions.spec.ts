import { Bug, Refusal } from '@florin/kernel';
import { eventually } from '@florin/testing';
import { Column, DataSource, Entity, PrimaryColumn } from 'typeorm';
import { isCheckViolation, isForeignKeyViolation, isUniqueViolation, openDataSource, Transactions } from '../src';
import { gate, openFixture, type Fixture } from './fixture';

@Entity('notes')
class Note {
  @PrimaryColumn({ type: 'integer' })
  id: number;

  @Column({ type: 'text' })
  text: string;
}

let fixture: Fixture;
let transactions: Transactions;

beforeAll(async () => {
  fixture = await openFixture({
    DATABASE_POOL_SIZE: '4',
    DATABASE_LOCK_TIMEOUT_MS: '300',
    DATABASE_STATEMENT_TIMEOUT_MS: '1500',
    DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS: '2500',
  });
  ({ transactions } = fixture);
  await transactions.run((tx) =>
    tx.execute(`
    CREATE TABLE accounts (id integer PRIMARY KEY, balance bigint NOT NULL CONSTRAINT no_overdraft CHECK (balance >= 0), email text CONSTRAINT one_email UNIQUE);
    CREATE TABLE cards (id integer PRIMARY KEY, account integer NOT NULL CONSTRAINT of_account REFERENCES accounts);
    CREATE TABLE notes (id integer PRIMARY KEY, text text NOT NULL)`),
  );
});

afterAll(() => fixture.close());

beforeEach(async () => {
  await transactions.run((tx) =>
    tx.execute('TRUNCATE accounts, cards, notes; INSERT INTO accounts (id, balance) VALUES (1, 100), (2, 100)'),
  );
});

const balanceOf = async (id: number) =>
  (await transactions.run((tx) => tx.query<{ balance: number }>('SELECT balance FROM accounts WHERE id = $1', [id])))[0]
    ?.balance;

describe('a transaction', () => {
  it('commits what the work wrote and gives what it returned', async () => {
    const answer = await transactions.run(async (tx) => {
      const changed = await tx.execute('UPDATE accounts SET balance = balance + 5');
      const [row] = await tx.query<{ id: number; balance: number }>(
        'UPDATE accounts SET balance = balance - 1 WHERE id = $1 RETURNING id, balance',
        [1],
      );
      return { changed, row };
    });
    expect(answer).toEqual({ changed: 2, row: { id: 1, balance: 104 } });
    expect(await balanceOf(1)).toBe(104);
  });

  it('leaves nothing behind when the work throws, and throws the same error', async () => {
    const no = new Refusal('conflict', 'no', 'No.');
    await expect(
      transactions.run(async (tx) => {
        await tx.execute('UPDATE accounts SET balance = 0');
        throw no;
      }),
    ).rejects.toBe(no);
    expect(await balanceOf(1)).toBe(100);
  });

  it('does not report success when a statement failed and its error was swallowed', async () => {
    const work = transactions.run(async (tx) => {
      await tx.execute('UPDATE accounts SET balance = 7 WHERE id = 1');
      await tx.execute('UPDATE accounts SET balance = -1 WHERE id = 2').catch(() => undefined);
    });
    await expect(work).rejects.toThrow(Bug);
    expect(await balanceOf(1)).toBe(100);
  });

  it('refuses to be used after its end', async () => {
    let leaked: (() => Promise<unknown>) | undefined;
    await transactions.run(async (tx) => {
      leaked = () => tx.query('SELECT 1');
    });
    await expect(leaked?.()).rejects.toThrow(Bug);
  });

  it('runs its hooks once it is durable, never after a rollback, and survives a hook that throws', async () => {
    const seen: (number | undefined)[] = [];
    const hook = async () => void seen.push(await balanceOf(1));
    await transactions.run(async (tx) => {
      tx.afterCommit(() => Promise.reject(new Error('a hook that fails')));
      tx.afterCommit(hook);
      await tx.execute('UPDATE accounts SET balance = 3 WHERE id = 1');
    });
    await transactions
      .run(async (tx) => {
        tx.afterCommit(hook);
        throw new Error('no');
      })
      .catch(() => undefined);
    await eventually(() => seen.length > 0);
    expect(seen).toEqual([3]);
  });

  it('lets TypeORM work inside it: save joins, a nested transaction is a savepoint, all of it rolls back', async () => {
    const dataSource: DataSource = await openDataSource(fixture.config, 'orm-test', [Note]);
    const orm = new Transactions(dataSource);
    await orm.run(async (tx) => {
      await tx.manager.save(Object.assign(new Note(), { id: 1, text: 'kept' }));
      await tx.manager
        .transaction(async (inner) => {
          await inner.save(Object.assign(new Note(), { id: 2, text: 'undone' }));
          throw new Error('only this');
        })
        .catch(() => undefined);
      expect(await tx.query('SELECT id FROM notes')).toEqual([{ id: 1 }]);
    });
    await orm
      .run(async (tx) => {
        await tx.manager.save(Object.assign(new Note(), { id: 3, text: 'undone' }));
        throw new Error('all of it');
      })
      .catch(() => undefined);
    expect(await dataSource.getRepository(Note).find()).toEqual([{ id: 1, text: 'kept' }]);
    await dataSource.destroy();
  });

  it('sends statements that do not need each other in one go', async () => {
    const rows = await transactions.run((tx) =>
      Promise.all([1, 2, 1, 2, 1].map((id) => tx.query<{ id: number }>('SELECT id FROM accounts WHERE id = $1', [id]))),
    );
    expect(rows.flat().map((row) => row.id)).toEqual([1, 2, 1, 2, 1]);
  });
});

describe('contention', () => {
  it('runs the work again after a deadlock, and both come through', async () => {
    const met = [gate(), gate()] as const;
    let tries = 0;
    const cross = (first: number, second: number, mine: 0 | 1) =>
      transactions.run(async (tx) => {
        tries += 1;
        await tx.execute('UPDATE accounts SET balance = balance + 1 WHERE id = $1', [first]);
        met[mine].open();
        await met[mine === 0 ? 1 : 0].opened;
        // Without the deadlock timeout first, the lock timeout would speak.
        await tx.execute('SET LOCAL lock_timeout = 0; SELECT 1');
        await tx.execute('UPDATE accounts SET balance = balance + 1 WHERE id = $1', [second]);
      });
    await Promise.all([cross(1, 2, 0), cross(2, 1, 1)]);
    expect(tries).toBe(3);
    expect(await balanceOf(1)).toBe(102);
  });

  it('runs serializable work again until it fits', async () => {
    const read = [gate(), gate()] as const;
    const add = (mine: 0 | 1) =>
      transactions.run(
        async (tx) => {
          const [row] = await tx.query<{ total: number }>('SELECT sum(balance)::bigint AS total FROM accounts');
          read[mine].open();
          await read[mine === 0 ? 1 : 0].opened;
          await tx.execute('UPDATE accounts SET balance = $2 WHERE id = $1', [mine + 1, row?.total ?? 0]);
        },
        { isolation: 'SERIALIZABLE' },
      );
    await Promise.all([add(0), add(1)]);
    expect([await balanceOf(1), await balanceOf(2)].sort((a = 0, b = 0) => a - b)).toEqual([200, 300]);
  });

  it('gives up after three more tries and says when to come back', async () => {
    let tries = 0;
    const work = transactions.run(async (tx) => {
      tries += 1;
      await tx.execute(`DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$`);
    });
    await expect(work).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'database_contention',
      details: { retryAfterSeconds: 1 },
    });
    expect(tries).toBe(4);
  });

  it('answers unavailable when a row stays locked past the lock timeout', async () => {
    const locked = gate();
    const done = gate();
    const holder = transactions.run(async (tx) => {
      await tx.query('SELECT 1 FROM accounts WHERE id = 1 FOR UPDATE');
      locked.open();
      await done.opened;
    });
    await locked.opened;
    await expect(
      transactions.run((tx) => tx.execute('UPDATE accounts SET balance = 0 WHERE id = 1')),
    ).rejects.toMatchObject({ code: 'database_busy' });
    done.open();
    await holder;
  });

  it('cuts a statement that takes too long', async () => {
    await expect(transactions.run((tx) => tx.query('SELECT pg_sleep(5)'))).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'database_timeout',
    });
  });

  it('K8S-24: lets no more connections out than the pool has; those who wait too long are told to come back', async () => {
    const done = gate();
    let inside = 0;
    const holders = [1, 2, 3, 4].map(() =>
      transactions.run(async (tx) => {
        await tx.query('SELECT 1');
        inside += 1;
        const beat = setInterval(() => void tx.query('SELECT 1'), 500); // a transaction that works is not idle
        await done.opened;
        clearInterval(beat);
      }),
    );
    await eventually(() => inside === 4);
    const refused = transactions.run((tx) => tx.query('SELECT 1'));
    await expect(refused).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'database_unavailable',
      details: { retryAfterSeconds: 2 },
    });
    const waiting = transactions.run((tx) => tx.query<{ n: number }>('SELECT 1 AS n'));
    done.open();
    expect(await waiting).toEqual([{ n: 1 }]);
    await Promise.all(holders);
  });

  it('ends a transaction that does nothing, and the pool goes on', async () => {
    const work = transactions.run(async (tx) => {
      await tx.execute('UPDATE accounts SET balance = 1 WHERE id = 1');
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      await tx.execute('UPDATE accounts SET balance = 2 WHERE id = 1');
    });
    await expect(work).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await balanceOf(1)).toBe(100);
  });
});

describe('what PostgreSQL refuses', () => {
  const refused = (sql: string) =>
    transactions
      .run((tx) => tx.execute(sql))
      .then(
        () => undefined,
        (error: unknown) => error,
      );

  it('is told apart by kind and constraint', async () => {
    await transactions.run((tx) => tx.execute(`UPDATE accounts SET email = 'a@b.c' WHERE id = 1`));
    const unique = await refused(`UPDATE accounts SET email = 'a@b.c' WHERE id = 2`);
    expect([
      isUniqueViolation(unique),
      isUniqueViolation(unique, 'one_email'),
      isUniqueViolation(unique, 'other'),
    ]).toEqual([true, true, false]);
    const check = await refused('UPDATE accounts SET balance = balance - 101');
    expect([isCheckViolation(check, 'no_overdraft'), isUniqueViolation(check)]).toEqual([true, false]);
    const foreign = await refused('INSERT INTO cards VALUES (1, 99)');
    expect([isForeignKeyViolation(foreign, 'of_account'), isCheckViolation(foreign)]).toEqual([true, false]);
  });

  it('is recognised through TypeORM too', async () => {
    const error = await transactions
      .run((tx) => tx.manager.query('INSERT INTO accounts VALUES (1, 1)'))
      .catch((caught: unknown) => caught);
    expect(isUniqueViolation(error, 'accounts_pkey')).toBe(true);
  });
});
