import type { ClientConfig } from 'pg';
import type { DataSource } from 'typeorm';
import { Bug } from '@florin/kernel';

/** The address of the primary that the service's pool uses, for a connection of the relay's own. */
export function clientConfigOf({ options }: DataSource): ClientConfig {
  if (options.type !== 'postgres') throw new Bug('the relay needs PostgreSQL');
  const at = options.replication?.master ?? options;
  if (at.url !== undefined) return { connectionString: at.url };
  const password = typeof at.password === 'function' ? undefined : at.password;
  return { host: at.host, port: at.port, user: at.username, password, database: at.database };
}
