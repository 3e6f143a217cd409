import { describeSchema, migrate, openDataSource, rollBack, DatabaseConfig } from '@florin/database';
import { testDatabase, type TestDatabase } from '@florin/testing';
import { migrations } from '../src/migrations';

let database: TestDatabase;
beforeAll(async () => (database = await testDatabase()));
afterAll(() => database.drop());

it('K8S-27: every migration can be taken back and run again', async () => {
  const options = { url: database.url, migrations };
  const schema = async () => {
    const source = await openDataSource(DatabaseConfig.from({ DATABASE_URL: database.url }), 'test');
    const text = await describeSchema(source);
    await source.destroy();
    return text;
  };
  const empty = await schema();
  await migrate(options);
  const full = await schema();
  expect(await rollBack({ ...options, steps: migrations.length })).toHaveLength(migrations.length);
  expect(await schema()).toBe(empty);
  await migrate(options);
  expect(await schema()).toBe(full);
});
