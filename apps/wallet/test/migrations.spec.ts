import { migrate, openDataSource, DatabaseConfig } from '@florin/database';
import { newId } from '@florin/kernel';
import { describeMigrations, testDatabase } from '@florin/testing';
import { migrations } from '../src/migrations';
import { WalletsAtAMerchant1764100000000 } from '../src/migrations/1764100000000-wallets-at-a-merchant';

describeMigrations(migrations);

it('what a member had before wallets were held at a merchant is at the one where they had the first', async () => {
  const [ada, first, second] = [newId(), newId(), newId()];
  const database = await testDatabase({
    migrations: migrations.slice(0, migrations.indexOf(WalletsAtAMerchant1764100000000)),
  });
  const source = await openDataSource(DatabaseConfig.from({ DATABASE_URL: database.url }), 'test');
  await source.query(
    `INSERT INTO wallets (member_id, merchant_id, currency, created_at) VALUES ($1, $2, 'EUR', '2026-01-01'), ($1, $3, 'EUR', '2026-02-01')`,
    [ada, first, second],
  );
  await source.query(
    `INSERT INTO ledger_accounts (id, code, asset, posted, postings) VALUES
       (gen_random_uuid(), 'member:' || $1 || ':wallet:EUR', 'EUR', 700, 3), (gen_random_uuid(), 'member:' || $1 || ':cashback-pending:EUR', 'EUR', 50, 1)`,
    [ada],
  );
  await migrate({ url: database.url, migrations });
  expect(await source.query('SELECT code, posted::int FROM ledger_accounts ORDER BY posted DESC, code')).toEqual(
    [
      [first, 'wallet', 700],
      [first, 'cashback-pending', 50],
      ...[second].flatMap((merchant) => [
        [merchant, 'cashback-pending', 0],
        [merchant, 'wallet', 0],
      ]),
    ].map(([merchant, what, posted]) => ({ code: `member:${ada}:merchant:${merchant}:${what}:EUR`, posted })),
  );
  await source.destroy();
  await database.drop();
});
