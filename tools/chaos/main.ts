import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Arena, openArena } from '../client/arena';
import { prove, verdictOf } from '../client/prover';
import { Random } from '../demo/random';
import { House } from '../up/house';
import { spoken } from '../up/progress';
import { root } from '../up/services';
import { relayVictims, killBeforePublish } from './relay-kill';
import { Shopping } from './shopping';

const noLimits = {
  RATE_LIMIT_ADDRESS_PER_MINUTE: '10000000',
  RATE_LIMIT_USER_PER_MINUTE: '10000000',
  RATE_LIMIT_ROUTE_FACTOR: '10000',
  RATE_LIMIT_ADAPTIVE: 'off',
  LOG_LEVEL: 'warn',
};
const shoppers = 8;
/** Longest a purchase may wait while something is down: longer than any restart. */
const drainSeconds = 240;

function flag(name: string, otherwise: number): number {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

async function main(): Promise<number> {
  const seed = flag('seed', Date.now() % 1_000_000);
  const rounds = flag('rounds', 3);
  console.log(`\n  chaos: ${rounds} rounds, seed ${seed} (npm run chaos -- --seed ${seed} replays the kills)\n`);
  const random = new Random(seed);
  const house = await House.open({
    dir: join(root, '.local/chaos'),
    ports: 'free',
    reset: true,
    serviceEnv: () => noLimits,
    progress: spoken,
  });
  await house.up();
  try {
    const arena = await openArena(house.describe(), shoppers);
    const shopping = new Shopping(arena);
    shopping.start();
    for (let round = 1; round <= rounds; round += 1) {
      for (const victim of shuffled([...house.running, ...relayVictims, 'rabbitmq', 'postgres'], random)) {
        // Somewhere in the middle of whatever is going on: between charge and note, between effect and acknowledgement.
        await sleep(500 + random.below(2_000));
        await kill(house, victim);
        const { orders, cutOff } = shopping;
        console.log(
          `  round ${round}: killed ${victim.padEnd(18)} ${orders.length} orders so far, ${cutOff} tries cut off and made again`,
        );
      }
    }
    await sleep(3_000);
    await shopping.stop();
    return await verdict(house, arena, shopping);
  } finally {
    await house.down();
  }
}

/** What the shoppers were told must be what is there, order for order; then the prover looks at the rest. */
async function verdict(house: House, arena: Arena, { orders, completed, cutOff, faults }: Shopping): Promise<number> {
  const kept = await keptOrders(arena);
  const lost = orders.filter((id) => !kept.has(id));
  const doubled = kept.size - new Set(orders).size;
  console.log(
    `\n  ${orders.length} purchases answered, ${completed} at once as completed; ${cutOff} tries were cut off and made again under the same key`,
  );
  console.log(`  ${kept.size} orders kept: ${lost.length} lost, ${doubled} more than were bought`);
  for (const fault of faults) console.log(`  ${fault}`);
  const { status, text } = await prove(house.describe(), drainSeconds);
  console.log(status === 0 ? `  ${verdictOf(text)}` : text);
  return status !== 0 || lost.length > 0 || doubled !== 0 || faults.length > 0 ? 1 : 0;
}

/** Ids of all orders of the shop, page by page. */
async function keptOrders({ api, staffToken, merchantId, openedWith }: Arena): Promise<Set<string>> {
  const kept = new Set<string>();
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { data: { id: string }[]; next_cursor: string | null } = await api.get(`/orders?limit=100${query}`, {
      token: staffToken,
      merchantId,
    });
    for (const { id } of page.data) kept.add(id);
    cursor = page.next_cursor;
  }
  kept.delete(openedWith);
  return kept;
}

async function kill(house: House, victim: string): Promise<void> {
  if (victim === 'rabbitmq') {
    await house.broker?.kill();
    await sleep(500);
    await house.broker?.restart();
  } else if (victim === 'postgres') {
    await house.postgres?.kill();
    await sleep(500);
    await house.postgres?.restart();
  } else if (relayVictims.includes(victim)) {
    await killBeforePublish(house, victim);
  } else {
    process.kill(house.process(victim).pid ?? 0, 'SIGKILL');
    await sleep(200);
    await house.process(victim).ready();
  }
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const left = [...list];
  return list.map(() => left.splice(random.below(left.length), 1)[0] as T);
}

main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
