import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, type PostgresServer } from '@florin/testing';

export interface Cluster {
  primary: PostgresServer;
  standbys: PostgresServer[];
  stop(): Promise<void>;
}

/** A primary and hot standbys that stream from it: each a copy of the stopped primary's data with a standby signal. */
export async function startCluster(standbyCount: number): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'florin-cluster-'));
  chmodSync(folder, 0o711);
  const data = join(folder, 'primary');
  const primary = await startPostgres({ dir: data, durable: false });
  await primary.stop();
  const copies = Array.from({ length: standbyCount }, (_, index) => join(folder, `standby-${index + 1}`));
  for (const copy of copies) {
    execFileSync('cp', ['-a', data, copy]);
    writeFileSync(join(copy, 'standby.signal'), '');
  }
  await primary.start();
  const { username, password, port } = new URL(primary.url());
  const settings = {
    primary_conninfo: `host=127.0.0.1 port=${port} user=${username} password=${password}`,
    wal_retrieve_retry_interval: '200ms',
  };
  const standbys: PostgresServer[] = [];
  for (const dir of copies) standbys.push(await startPostgres({ dir, durable: false, settings }));
  return {
    primary,
    standbys,
    stop: async () => {
      for (const server of [...standbys, primary]) await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
