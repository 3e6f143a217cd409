import 'reflect-metadata';
import { DatabaseConfig } from './config';

const url = 'postgres://florin:secret@db:5432/wallet';

it('needs an address and has a sane default for the rest', () => {
  expect(DatabaseConfig.from({ DATABASE_URL: url })).toMatchObject({
    DATABASE_URL: url,
    DATABASE_REPLICA_URLS: [],
    DATABASE_POOL_SIZE: 10,
    MIGRATE: 'on',
  });
});

it('K8S-22: reads the primary and the replicas', () => {
  const config = DatabaseConfig.from({ DATABASE_PRIMARY_URL: url, DATABASE_REPLICA_URLS: `${url}, postgresql://b/c,` });
  expect([config.DATABASE_URL, config.DATABASE_REPLICA_URLS]).toEqual([url, [url, 'postgresql://b/c']]);
});

it('names every fault at once and shows no address', () => {
  const read = () =>
    DatabaseConfig.from({
      DATABASE_URL: 'mysql://root:secret@db',
      DATABASE_POOL_SIZE: 'many',
      DATABASE_REPLICA_URLS: 'secret',
      MIGRATE: 'maybe',
    });
  expect(read).toThrow(/DATABASE_URL.*DATABASE_REPLICA_URLS.*DATABASE_POOL_SIZE.*MIGRATE/);
  expect(read).not.toThrow(/secret/);
});
