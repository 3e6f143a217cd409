import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { type Arena, listenForPoints, openArena, placeOrder } from '../client/arena';
import { prove, verdictOf } from '../client/prover';
import { House } from '../up/house';
import { spoken } from '../up/progress';
import { root, services } from '../up/services';
import { usageOf } from './processes';
import { measureYardstick } from './yardstick';

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '15' },
    shoppers: { type: 'string', default: '1,16,32' },
    profile: { type: 'string' },
  },
});
const seconds = Number(flags.seconds);
const levels = flags.shoppers.split(',').map(Number);
const settleSeconds = 30;
/** A benchmark is one address and few people: the limits that protect a shop would measure themselves. */
const noLimits = {
  RATE_LIMIT_ADDRESS_PER_MINUTE: '10000000',
  RATE_LIMIT_USER_PER_MINUTE: '10000000',
  RATE_LIMIT_ROUTE_FACTOR: '10000',
  RATE_LIMIT_ADAPTIVE: 'off',
  LOG_LEVEL: 'warn',
};

/** `--profile DIR` leaves a CPU profile of every process there, to open in a browser's developer tools. */
const profiling: Record<string, string> =
  flags.profile === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${resolve(flags.profile)}` };

interface Level {
  shoppers: number;
  ordersPerSecond: number;
  answerMs: number[];
  pointsMs: number[];
  failed: number;
  cpu: Record<string, number>;
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

async function main(): Promise<number> {
  const house = await House.open({
    dir: join(root, '.local/bench'),
    ports: 'free',
    reset: true,
    serviceEnv: () => ({ ...noLimits, ...profiling }),
    progress: spoken,
  });
  await house.up();
  try {
    const run = house.describe();
    await sleep(2_000);
    const rest = usageOf(house.pids);
    const yardstick = await measureYardstick(run);
    const arena = await openArena(run, Math.max(...levels));
    await level(house, arena, 8, 3);
    const began = new Date();
    const measured: Level[] = [];
    for (const shoppers of levels) measured.push(await level(house, arena, shoppers, seconds));
    console.log(`\n  yardstick, before: ${yardstick}`);
    console.log(`  yardstick, after:  ${await measureYardstick(run)}`);
    print(measured, rest, usageOf(house.pids));
    await printLag(run.databases, began);
    console.log(`  up again after SIGKILL: ${await timesToRise(house)}`);
    const { status, text } = await prove(run, 120);
    console.log(status === 0 ? `\n  ${verdictOf(text)}` : text);
    return status;
  } finally {
    await house.down();
  }
}

/** How long each service takes, alone, from its death until it is ready; the supervisor's pause is in it. */
async function timesToRise(house: House): Promise<string> {
  const times: string[] = [];
  for (const service of services) {
    const began = performance.now();
    const { pid = 0 } = house.process(service);
    process.kill(pid, 'SIGKILL');
    while (house.process(service).pid === pid) await sleep(10);
    await house.process(service).ready();
    times.push(`${service} ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  }
  return times.join(', ');
}

/** So many shoppers, each buying again as soon as the last order was answered; an order ends when its points are posted. */
async function level(house: House, arena: Arena, shoppers: number, forSeconds: number): Promise<Level> {
  const posted = new Map<string, number>();
  const stop = await listenForPoints(house.describe(), (orderId) => posted.set(orderId, performance.now()));
  const before = usageOf(house.pids);
  const started = performance.now();
  const until = started + forSeconds * 1_000;
  const orders: { id: string; began: number; answered: number }[] = [];
  let failed = 0;
  const shop = async (shopper: number): Promise<void> => {
    while (performance.now() < until) {
      const began = performance.now();
      try {
        const order = await placeOrder(arena, shopper, 20);
        if (order.status === 'completed') orders.push({ id: order.id, began, answered: performance.now() });
        else failed += 1;
      } catch (error) {
        failed += 1;
        if (failed < 4) console.error(`  ${String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: shoppers }, (_, shopper) => shop(shopper)));
  const deadline = performance.now() + settleSeconds * 1_000;
  while (orders.some(({ id }) => !posted.has(id)) && performance.now() < deadline) await sleep(20);
  const after = usageOf(house.pids);
  await stop();
  const whole = orders.filter(({ id }) => posted.has(id));
  const last = Math.max(started, ...whole.map(({ id }) => posted.get(id) ?? 0));
  const spent = (last - started) / 1_000;
  return {
    shoppers,
    ordersPerSecond: whole.length / spent,
    answerMs: whole.map(({ began, answered }) => answered - began).sort((a, b) => a - b),
    pointsMs: whole.map(({ id, began }) => (posted.get(id) ?? 0) - began).sort((a, b) => a - b),
    failed: failed + orders.length - whole.length,
    cpu: Object.fromEntries(
      Object.entries(after).map(([name, { cpuSeconds }]) => [
        name,
        (100 * (cpuSeconds - (before[name]?.cpuSeconds ?? 0))) / spent,
      ]),
    ),
  };
}

function print(measured: readonly Level[], rest: ReturnType<typeof usageOf>, loaded: ReturnType<typeof usageOf>): void {
  const ms = (value: number): string => value.toFixed(0).padStart(7);
  console.log('\n  shoppers  orders/s   answered p50    p99   points posted p50    p99   failed');
  for (const { shoppers, ordersPerSecond, answerMs, pointsMs, failed } of measured) {
    const times = `${ms(quantile(answerMs, 0.5))} ms ${ms(quantile(answerMs, 0.99))}       ${ms(quantile(pointsMs, 0.5))} ms ${ms(quantile(pointsMs, 0.99))}`;
    console.log(
      `  ${String(shoppers).padStart(8)}  ${ordersPerSecond.toFixed(1).padStart(8)}     ${times}   ${String(failed).padStart(6)}`,
    );
  }
  console.log(
    `\n  process         at rest MiB   after MiB   CPU % of one core with ${measured.map(({ shoppers }) => shoppers).join(', ')} shoppers`,
  );
  for (const [name, { rssMiB }] of Object.entries(rest)) {
    const cpu = measured.map((each) => (each.cpu[name] ?? 0).toFixed(0).padStart(4)).join(' ');
    console.log(
      `  ${name.padEnd(15)} ${rssMiB.toFixed(0).padStart(11)} ${(loaded[name]?.rssMiB ?? 0).toFixed(0).padStart(11)}   ${cpu}`,
    );
  }
}

async function printLag(databases: Record<string, string>, since: Date): Promise<void> {
  const lags: string[] = [];
  for (const [service, url] of Object.entries(databases)) {
    const client = new Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query<{ p99: number | null }>(
      `SELECT percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM published_at - created_at)) AS p99
       FROM outbox WHERE created_at >= $1 AND published_at IS NOT NULL`,
      [since],
    );
    await client.end();
    lags.push(`${service} ${((rows[0]?.p99 ?? 0) * 1_000).toFixed(0)} ms`);
  }
  console.log(`\n  outbox lag p99: ${lags.join(', ')}`);
}

main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
