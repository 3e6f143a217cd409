import { Controller } from '@nestjs/common';
import { orderCompleted, type Envelope, type OrderCompleted } from '@florin/contracts';
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
    await tx.execute('INSERT INTO effects (message_id, handler) SELECT unnest($1::uuid[]), $2', [events.map(({ id }) => id), consumer]);
    this.heard += events.length;
  }
}

async function until(done: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function timed(what: string, work: () => Promise<void>): Promise<void> {
  const started = performance.now();
  await work();
  const seconds = (performance.now() - started) / 1_000;
  process.stdout.write(`${what.padEnd(60)} ${Math.round(messages / seconds).toLocaleString('en')} messages/s\n`);
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
      const sayings = Array.from({ length: perTransaction }, () => ({ subject: newId(), data: orderCompleted.example }));
      await house.run((tx) => house.outbox.addAll(tx, orderCompleted, sayings));
    }
  });
  await timed('relay (to two quorum queues, confirmed and marked)', async () => {
    house.relay.start();
    await until(async () => (await house.count('outbox WHERE published_at IS NULL')) === 0);
  });
  await house.close();
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
