import { Controller } from '@nestjs/common';
import { orderCompleted, stockConfirmed, type Envelope, type OrderCompleted } from '@florin/contracts';
import { newId } from '@florin/kernel';
import { startBroker, startPostgres } from '@florin/testing';
import { DatabaseConfig, openDataSource } from '@florin/database';
import { Consumes, ConsumesSet, messagingMigrations, type Delivery } from '../src';
import { House } from './house';

const messages = Number(process.argv[2] ?? 30_000);
const perTransaction = 100;

@Controller()
class OneByOne {
  heard = 0;

  @Consumes(orderCompleted, { as: 'each' })
  async one(event: Envelope<OrderCompleted>, { tx, consumer }: Delivery): Promise<void> {
    await tx.execute('INSERT INTO effects (message_id, handler) VALUES ($1, $2)', [event.id, consumer]);
    this.heard += 1;
  }
}

@Controller()
class InSets {
  heard = 0;

  @ConsumesSet(orderCompleted, { as: 'set' })
  async many(events: Envelope<OrderCompleted>[], { tx, consumer }: Delivery): Promise<void> {
    await tx.execute('INSERT INTO effects (message_id, handler) SELECT unnest($1::uuid[]), $2', [
      events.map(({ id }) => id),
      consumer,
    ]);
    this.heard += events.length;
  }
}

@Controller()
class Echo {
  heard: () => void = () => undefined;

  @Consumes(stockConfirmed)
  hear(): void {
    this.heard();
  }
}

async function until(done: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function timed(what: string, work: () => Promise<void>): Promise<void> {
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const seconds = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const rate = Math.round(messages / seconds).toLocaleString('en');
  process.stdout.write(
    `${what.padEnd(55)} ${rate.padStart(7)} messages/s ${Math.round((user + system) / messages)
      .toString()
      .padStart(5)} µs of our CPU each\n`,
  );
}

/** From the commit of what is said to the handler, one message at a time: what one hop of a saga costs. */
async function latency(database: House['database'], broker: House['broker']): Promise<void> {
  const house = await House.open({ database, broker, controllers: [Echo] });
  const echo = house.app.get(Echo);
  const times: number[] = [];
  for (let round = 0; round < 300; round += 1) {
    const heard = new Promise<void>((resolve) => (echo.heard = resolve));
    await house.run((tx) => house.outbox.add(tx, stockConfirmed, newId(), { checkoutId: newId() }));
    const committed = performance.now();
    await heard;
    times.push(performance.now() - committed);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => `${times[Math.floor(times.length * share)]?.toFixed(1)} ms`;
  process.stdout.write(`one hop, commit to handler: p50 ${at(0.5)}, p99 ${at(0.99)}\n`);
  await house.close();
}

/** Prints what the outbox, the relay and the consumers do per second on this machine, with a durable PostgreSQL and quorum queues. */
async function main(): Promise<void> {
  const postgres = await startPostgres();
  const server = await startBroker();
  const database = { url: postgres.url(), drop: () => Promise.resolve() };
  const source = await openDataSource(DatabaseConfig.from({ DATABASE_URL: database.url }), 'bench');
  for (const migration of messagingMigrations) await new migration().up(source.createQueryRunner());
  await source.destroy();
  const broker = { url: server.url, namespace: 'florin' };
  const setUp = await House.open({ database, broker, controllers: [OneByOne, InSets], relay: false });
  await setUp.close(); // the queues exist from here on

  const house = await House.open({ database, broker, relay: false, worker: false });
  await timed('say (addAll, 100 per transaction)', async () => {
    for (let said = 0; said < messages; said += perTransaction) {
      const sayings = Array.from({ length: perTransaction }, () => ({
        subject: newId(),
        data: orderCompleted.example,
      }));
      await house.run((tx) => house.outbox.addAll(tx, orderCompleted, sayings));
    }
  });
  await timed('relay (to two quorum queues, confirmed and marked)', async () => {
    house.relay.start();
    await until(async () => (await house.count('outbox WHERE published_at IS NULL')) === 0);
  });
  await house.close();
  await latency(database, broker);
  for (const controller of [InSets, OneByOne]) {
    const hearing = await House.open({ database, broker, controllers: [controller], relay: false, worker: false });
    await timed(`hear: ${controller.name}`, async () => {
      await hearing.app.startAllMicroservices();
      await until(() => hearing.app.get<{ heard: number }>(controller).heard >= messages);
    });
    await hearing.close();
  }
  await server.stop();
  await postgres.stop();
}

void main();
