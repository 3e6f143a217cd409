import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Controller } from '@nestjs/common';
import type { Channel } from 'amqplib';
import { stockConfirm, stockConfirmed, type Envelope, type StockConfirm, type StockConfirmed } from '@florin/contracts';
import { newId, sleep } from '@florin/kernel';
import { startBroker, startPostgres, testBroker, testDatabase, type BrokerServer } from '@florin/testing';
import { Consumes, ConsumesSet, exchangeOf, messagingMigrations, queueOf, type Delivery } from '../src';
import { House, migrated, stranger } from './house';
import { eventually } from './patience';

@Controller()
class Hearer {
  calls = 0;

  @Consumes(stockConfirmed)
  async one(event: Envelope<StockConfirmed>, { tx, consumer }: Delivery): Promise<void> {
    this.calls += 1;
    await tx.execute('INSERT INTO effects (message_id, handler) VALUES ($1, $2)', [event.id, consumer]);
  }

  @ConsumesSet(stockConfirm)
  async many(commands: Envelope<StockConfirm>[], { tx, consumer }: Delivery): Promise<void> {
    await tx.execute('INSERT INTO effects (message_id, handler) SELECT unnest($1::uuid[]), $2', [
      commands.map(({ id }) => id),
      consumer,
    ]);
  }
}

const saying = () => ({ subject: newId(), data: { checkoutId: newId() } });
const say = (house: House, count = 1) =>
  house.run((tx) => house.outbox.addAll(tx, stockConfirmed, Array.from({ length: count }, saying)));

/** Everything said has had its effect exactly once. */
async function eachOnce(house: House, said: number): Promise<void> {
  await eventually(async () => (await house.count('effects')) >= said);
  await eventually(async () => (await house.count('outbox WHERE published_at IS NULL')) === 0);
  expect(
    await house.query('SELECT count(*)::int AS n, count(DISTINCT (message_id, handler))::int AS distinct FROM effects'),
  ).toEqual([{ n: said, distinct: said }]);
  expect(await house.count('outbox o WHERE NOT EXISTS (SELECT 1 FROM effects e WHERE e.message_id = o.id)')).toBe(0);
}

/** Says things steadily until told to stop. Gives how many were said. */
function load(house: House): () => Promise<number> {
  let going = true;
  let said = 0;
  const running = (async () => {
    while (going) {
      await house.run(async (tx) => {
        await house.outbox.addAll(tx, stockConfirmed, Array.from({ length: 5 }, saying));
        await house.outbox.addAll(tx, stockConfirm, Array.from({ length: 5 }, saying));
      });
      said += 10;
      await sleep(5);
    }
  })();
  return async () => {
    going = false;
    await running;
    return said;
  };
}

describe('the broker', () => {
  let server: BrokerServer;
  beforeAll(async () => {
    server = await startBroker();
  });
  afterAll(() => server.stop());

  it('GAP-PLT-01, GAP-PLT-03: killed and restarted twice under load loses nothing and doubles nothing', async () => {
    const house = await House.open({ controllers: [Hearer], broker: { url: server.url, namespace: 'killed' } });
    const stop = load(house);
    for (let round = 0; round < 2; round += 1) {
      await sleep(700);
      await server.kill();
      await sleep(500);
      await server.start();
    }
    await sleep(700);
    await eachOnce(house, await stop());
    await house.close();
  });

  it('that stops answering gets its messages again: a confirm that comes too late is a failure', async () => {
    const house = await House.open({
      controllers: [Hearer],
      broker: { url: server.url, namespace: 'hung' },
      settings: { confirmTimeoutMs: 500 },
    });
    await say(house, 3);
    await eachOnce(house, 3);
    process.kill(server.pid as number, 'SIGSTOP');
    await say(house, 20);
    await sleep(1_500);
    expect(await house.count('outbox WHERE published_at IS NULL')).toBe(20);
    process.kill(server.pid as number, 'SIGCONT');
    await eachOnce(house, 23);
    await house.close();
  });

  it('that is down at start keeps no service from starting; it hears and says once the broker is there', async () => {
    await server.kill();
    const house = await House.open({
      controllers: [Hearer],
      broker: { url: server.url, namespace: 'late' },
      worker: false,
    });
    await house.app.startAllMicroservices();
    expect(house.transport.health()).toMatchObject({ connected: false, stuck: false });
    const [id] = await say(house);
    await server.start();
    await house.transport.whenReady();
    await eachOnce(house, 1);
    expect(await house.count(`effects WHERE message_id = '${id}'`)).toBe(1);
    await house.close();
  });

  it('that is down does not hold up a shutdown', async () => {
    const house = await House.open({ controllers: [Hearer], broker: { url: server.url, namespace: 'down' } });
    await server.kill();
    await say(house, 3);
    await sleep(300);
    const started = Date.now();
    await house.close();
    expect(Date.now() - started).toBeLessThan(15_000);
    await server.start();
  });
});

describe('a subscription', () => {
  let house: House;
  beforeAll(async () => {
    house = await House.open({ controllers: [Hearer] });
  });
  afterAll(() => house.close());
  const queue = () => queueOf(house.broker.namespace, 'house.on.catalog.stock.confirmed.v1');
  /** Declares the queue as no release of ours does. False when it exists as ours. */
  const isClassic = (channel: Channel) =>
    channel.assertQueue(queue(), { durable: true }).then(
      () => true,
      () => false,
    );

  it('GAP-PLT-02: cancelled by the broker because its queue was deleted is made again, queue and binding included', async () => {
    const { channel, close } = await stranger(house.broker.url);
    await channel.deleteQueue(queue());
    await close();
    await eventually(() => house.transport.health().consumers.some(({ subscribed }) => !subscribed));
    await eventually(() => house.transport.health().consumers.every(({ subscribed }) => subscribed));
    const before = await house.count('effects');
    await say(house, 5);
    await eachOnce(house, before + 5);
  });

  it('hears on when somebody has deleted its queue and declared it again in another way', async () => {
    // The consumer declares its queue again too: whoever comes second is refused, so the stranger tries until it is first.
    await eventually(async () => {
      const { channel, close } = await stranger(house.broker.url);
      await channel.deleteQueue(queue());
      const first = await isClassic(channel);
      await close();
      return first;
    });
    await eventually(() => house.transport.health().consumers.every(({ subscribed }) => subscribed));
    const before = await house.count('effects');
    await say(house, 5);
    await eachOnce(house, before + 5);
    const { channel, close } = await stranger(house.broker.url);
    expect(await isClassic(channel)).toBe(true);
    await close();
  });

  it('survives its connection and its channels being closed by the broker', async () => {
    const before = await house.count('effects');
    const stop = load(house);
    for (let round = 0; round < 3; round += 1) {
      await sleep(200);
      await house.cutConnections();
    }
    const said = await stop();
    await eachOnce(house, before + said);
  });
});

describe('three consumers', () => {
  it('GAP-PLT-01, GAP-PLT-05: racing for duplicates of the same messages have one effect each', async () => {
    const [database, broker] = [await testDatabase({ migrations: messagingMigrations }), await testBroker()];
    const houses: House[] = [];
    for (let index = 0; index < 3; index += 1)
      houses.push(await House.open({ controllers: [Hearer], database, broker, relay: false }));
    const [house] = houses as [House];
    const ids = await house.run((tx) => house.outbox.addAll(tx, stockConfirmed, Array.from({ length: 300 }, saying)));
    const rows = await house.query<{ id: string; envelope: string }>(
      'SELECT id, envelope::text AS envelope FROM outbox',
    );
    const { channel, close } = await stranger(broker.url);
    const name = queueOf(broker.namespace, 'house.on.catalog.stock.confirmed.v1');
    for (let copy = 0; copy < 3; copy += 1) {
      for (const row of rows) channel.sendToQueue(name, Buffer.from(row.envelope), { messageId: row.id });
    }
    await eventually(
      async () => (await channel.checkQueue(name)).messageCount === 0 && (await house.count('effects')) >= ids.length,
    );
    await sleep(500);
    expect(
      await house.query('SELECT count(*)::int AS n, count(DISTINCT message_id)::int AS distinct FROM effects'),
    ).toEqual([{ n: 300, distinct: 300 }]);
    const calls = houses.map((each) => each.app.get(Hearer).calls);
    expect(calls.filter((count) => count > 0).length).toBeGreaterThan(1);
    await close();
    for (const each of houses) await each.close();
    await database.drop();
  });
});

describe('a process', () => {
  const runs = (file: string, ...args: string[]) =>
    spawn(process.execPath, ['-r', join(__dirname, 'swc-register.cjs'), join(__dirname, file), ...args], {
      stdio: 'inherit',
    });

  it('GAP-PLT-01: killed between commit and publish has said it all the same: the next relay publishes it, once', async () => {
    const house = await House.open({ controllers: [Hearer], relay: false });
    const child = runs('commit-and-die.ts', house.database.url);
    const signal = await new Promise((resolve) => child.once('exit', (_, by) => resolve(by)));
    expect(signal).toBe('SIGKILL');
    expect(await house.count('outbox WHERE published_at IS NULL')).toBe(1);
    house.relay.start();
    await eachOnce(house, 1);
    await house.close();
  });

  it('killed between publish and mark says it twice, and it has one effect', async () => {
    const house = await House.open({ controllers: [Hearer], relay: false });
    const { url, namespace } = house.broker;
    const { channel, close } = await stranger(url);
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, exchangeOf(namespace, 'event'), stockConfirmed.name);
    await say(house, 10);
    await house.run(async (tx) => {
      // Locked rows can be read and published, but not marked.
      await tx.query('SELECT id FROM outbox FOR UPDATE');
      const child = runs('relay-alone.ts', house.database.url, url, namespace);
      await eventually(async () => (await house.count('effects')) === 10);
      const relays = `pg_stat_activity WHERE datname = current_database() AND application_name = 'florin relay'`;
      await eventually(async () => (await house.count(`${relays} AND wait_event_type = 'Lock'`)) === 1);
      child.kill('SIGKILL');
      // The server would notice the death only after writing the marks that it waits for.
      await house.query(`SELECT pg_terminate_backend(pid) FROM ${relays}`);
      await eventually(async () => (await house.count(relays)) === 0);
    });
    expect(await house.count('outbox WHERE published_at IS NULL')).toBe(10);
    house.relay.start();
    await eachOnce(house, 10);
    await eventually(async () => (await channel.checkQueue(queue)).messageCount === 20);
    expect(house.app.get(Hearer).calls).toBe(10);
    await close();
    await house.close();
  });
});

describe('the database', () => {
  it('killed and restarted while messages are handled: they wait, no attempt is counted, none is lost or doubled', async () => {
    const server = await startPostgres();
    await migrated(server.url());
    const database = { url: server.url(), drop: () => Promise.resolve() };
    const house = await House.open({ controllers: [Hearer], database, settings: { retryTiersMs: [50] } });
    const said = (await say(house, 200)).length;
    await server.kill();
    await sleep(2_500);
    await server.start();
    await eachOnce(house, said);
    expect(await house.deadLetters.list('house.on.catalog.stock.confirmed.v1')).toEqual([]);
    await house.close();
    await server.stop();
  });
});
