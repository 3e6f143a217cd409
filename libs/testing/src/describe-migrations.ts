import { DatabaseConfig, describeSchema, migrate, openDataSource, rollBack } from '@florin/database';
import { type MigrationClass, type TestDatabase, testDatabase } from './test-database';

/** Registers what holds for the migrations of every service: all of them can be taken back, and run again to the same schema. */
export function describeMigrations(migrations: MigrationClass[]): void {
  describe('migrations', () => {
    let database: TestDatabase;
    beforeAll(async () => (database = await testDatabase()));
    afterAll(() => database.drop());

    const schema = async (): Promise<string> => {
      const source = await openDataSource(DatabaseConfig.from({ DATABASE_URL: database.url }), 'test');
      const text = await describeSchema(source);
      await source.destroy();
      return text;
    };

    it('K8S-27: every migration can be taken back and run again', async () => {
      const options = { url: database.url, migrations };
      const empty = await schema();
      await migrate(options);
      const full = await schema();
      expect(await rollBack({ ...options, steps: migrations.length })).toHaveLength(migrations.length);
      expect(await schema()).toBe(empty);
      await migrate(options);
      expect(await schema()).toBe(full);
    });
  });
}
