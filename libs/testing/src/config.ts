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

/** Runs the work with these variables set, as if the process had been started with them, and puts the old ones back. */
export async function withEnvironment<T>(variables: Record<string, string>, work: () => Promise<T>): Promise<T> {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    return await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}
