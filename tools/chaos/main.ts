import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Arena, openArena, placeOrder } from '../client/arena';
import { prove, verdictOf } from '../client/prover';
import { Random } from '../demo/random';
import { House } from '../up/house';
import { spoken } from '../up/progress';
import { root } from '../up/services';

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
      for (const victim of shuffled([...house.running, 'rabbitmq', 'postgres'], random)) {
        // Somewhere in the middle of whatever is going on: between commit and publish, between charge and note.
        await sleep(500 + random.below(2_000));
        const before = shopping.completed;
        await kill(house, victim);
        console.log(
          `  round ${round}: killed ${victim.padEnd(14)} ${before} orders completed so far, ${shopping.failed} attempts refused or cut off`,
        );
      }
    }
    await sleep(3_000);
    await shopping.stop();
    console.log(
      `\n  ${shopping.completed} orders were answered as completed, ${shopping.pending} as pending, ${shopping.failed} attempts were refused or cut off`,
    );
    const { status, text } = await prove(house.describe(), drainSeconds);
    console.log(status === 0 ? `  ${verdictOf(text)}` : text);
    return status;
  } finally {
    await house.down();
  }
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
  } else {
    process.kill(house.process(victim).pid ?? 0, 'SIGKILL');
    await sleep(200);
    await house.process(victim).ready();
  }
}

/** People who buy and buy, whatever happens around them. */
class Shopping {
  completed = 0;
  pending = 0;
  failed = 0;
  private isOpen = true;
  private everybody: Promise<void[]> | undefined;

  constructor(private readonly arena: Arena) {}

  start(): void {
    this.everybody = Promise.all(this.arena.shoppers.map((_, shopper) => this.shop(shopper)));
  }

  async stop(): Promise<void> {
    this.isOpen = false;
    await this.everybody;
  }

  private async shop(shopper: number): Promise<void> {
    while (this.isOpen) {
      try {
        const order = await placeOrder(this.arena, shopper, 5);
        if (order.status === 'completed') this.completed += 1;
        else this.pending += 1;
      } catch {
        // Refused or cut off, as it must be while something is down; what became of it is for the prover to say.
        this.failed += 1;
        await sleep(100);
      }
    }
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
