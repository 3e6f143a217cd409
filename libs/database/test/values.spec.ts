import type { Transactions } from '../src';
import { openFixture, type Fixture } from './fixture';

let fixture: Fixture;
let transactions: Transactions;

beforeAll(async () => {
  fixture = await openFixture({ DATABASE_POOL_SIZE: '4' });
  ({ transactions } = fixture);
  await transactions.run((tx) => tx.execute('CREATE TABLE memos (id integer PRIMARY KEY, text text NOT NULL)'));
});

afterAll(() => fixture.close());

describe('values', () => {
  it('gives a bigint as an exact number and refuses one that would be rounded', async () => {
    const read = (n: string) =>
      transactions.run((tx) =>
        tx.query<{ n: number; list: number[] }>('SELECT $1::bigint AS n, ARRAY[$1::bigint, NULL] AS list', [n]),
      );
    expect(await read('9007199254740991')).toEqual([{ n: 9007199254740991, list: [9007199254740991, null] }]);
    await expect(read('9007199254740992')).rejects.toThrow(RangeError);
    expect(await read('-7')).toEqual([{ n: -7, list: [-7, null] }]);
  });

  it('gives a date as the day it is, wherever the process runs', async () => {
    const [row] = await transactions.run((tx) => tx.query<{ day: string }>(`SELECT date '2026-03-29' AS day`));
    expect(row?.day).toBe('2026-03-29');
  });
});

describe('prepared statements', () => {
  it('go on after a migration changed the table under them', async () => {
    const read = () => transactions.run((tx) => tx.query('SELECT * FROM memos WHERE id = $1', [1]));
    await transactions.run((tx) => tx.execute(`INSERT INTO memos VALUES (1, 'x')`));
    for (let n = 0; n < 12; n += 1) await Promise.all([read(), read(), read(), read()]);
    await transactions.run((tx) => tx.execute(`ALTER TABLE memos ADD COLUMN extra integer`));
    for (let n = 0; n < 12; n += 1)
      expect(await Promise.all([read(), read(), read()])).toContainEqual([{ id: 1, text: 'x', extra: null }]);
    await transactions.run((tx) => tx.execute('ALTER TABLE memos DROP COLUMN extra'));
  });
});
