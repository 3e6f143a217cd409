import { tmpdir } from 'node:os';
import { delimiter } from 'node:path';

/** What the fixtures take from outside. Read on each call, since a test runner sets it after loading. */
export const testingConfig = {
  databaseUrl: () => process.env['TEST_DATABASE_URL'],
  rabbitmqUrl: () => process.env['TEST_RABBITMQ_URL'],
  searchPath: () => (process.env['PATH'] ?? '').split(delimiter).filter(Boolean),
  environment: () => process.env,
  temporaryFolder: () => tmpdir(),
};
