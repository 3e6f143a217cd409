import 'reflect-metadata';
import { testDatabase } from '@florin/testing';
import type { DataSource } from 'typeorm';
import { DatabaseConfig, openDataSource, Transactions, type MigrationClass } from '../src';

export interface Fixture {
  url: string;
  config: DatabaseConfig;
  dataSource: DataSource;
  transactions: Transactions;
  close(): Promise<void>;
}

/** A database of its own with the library's pool on it. */
export async function openFixture(
  environment: Record<string, string> = {},
  migrations: MigrationClass[] = [],
): Promise<Fixture> {
  const database = await testDatabase({ migrations });
  const config = DatabaseConfig.from({ DATABASE_URL: database.url, ...environment });
  const dataSource = await openDataSource(config, 'database-test');
  return {
    url: database.url,
    config,
    dataSource,
    transactions: new Transactions(dataSource),
    close: async () => {
      await dataSource.destroy();
      await database.drop();
    },
  };
}

/** A gate that work can wait at until the test opens it. */
export function gate(): { open: () => void; opened: Promise<void> } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}
