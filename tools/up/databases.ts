import { Client } from 'pg';
import { Failure } from './failure';
import { services } from './services';

/** Written on each database that is made here, so that a reset never drops somebody else's. */
const mark = 'made by the Florin local run';

export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

async function withAdmin<Result>(serverUrl: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: serverUrl, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
  } catch (error) {
    const { host } = new URL(serverUrl);
    throw new Failure(
      `PostgreSQL at ${host} cannot be reached: ${error instanceof Error ? error.message : String(error)}`,
      'check DATABASE_URL, or unset it to use the embedded PostgreSQL',
    );
  }
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function markOf(client: Client, database: string): Promise<string | null | undefined> {
  const sql = `SELECT shobj_description(oid, 'pg_database') AS mark FROM pg_database WHERE datname = $1`;
  return (await client.query<{ mark: string | null }>(sql, [database])).rows[0]?.mark;
}

/** A database for each service, under the service's name. One that is there and was not made here is a failure. */
export function createDatabases(serverUrl: string): Promise<void> {
  return withAdmin(serverUrl, async (client) => {
    for (const service of services) {
      const found = await markOf(client, service);
      if (found === mark) continue;
      if (found !== undefined) {
        throw new Failure(
          `there is a database named ${service} already, and it is not Florin's`,
          'give DATABASE_URL another server, or rename that database',
        );
      }
      await client.query(`CREATE DATABASE ${service}`);
      await client.query(`COMMENT ON DATABASE ${service} IS '${mark}'`);
    }
  });
}

/** Drops the databases that were made here, and no other. */
export function dropDatabases(serverUrl: string): Promise<void> {
  return withAdmin(serverUrl, async (client) => {
    for (const service of services) {
      if ((await markOf(client, service)) === mark) await client.query(`DROP DATABASE ${service} WITH (FORCE)`);
    }
  });
}
