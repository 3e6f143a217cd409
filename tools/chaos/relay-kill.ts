import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { House } from '../up/house';

const suffix = "'s relay";
/** Who says what a purchase hangs on. */
export const relayVictims = ['orders', 'wallet', 'catalog', 'loyalty'].map((service) => `${service}${suffix}`);
const longestWatchMs = 10_000;

/** Kills a service in the moment in which something that it committed has not been published. */
export async function killBeforePublish(house: House, victim: string): Promise<void> {
  const service = victim.slice(0, -suffix.length);
  const client = new Client({ connectionString: house.describe().databases[service] });
  await client.connect();
  const until = performance.now() + longestWatchMs;
  const isBetween = async (): Promise<boolean> =>
    ((await client.query('SELECT FROM outbox WHERE published_at IS NULL LIMIT 1')).rowCount ?? 0) > 0;
  while (!(await isBetween()) && performance.now() < until) await sleep(1);
  process.kill(house.process(service).pid ?? 0, 'SIGKILL');
  await client.end();
  await sleep(200);
  await house.process(service).ready();
}
