import { Controller } from '@nestjs/common';
import { stockConfirm, stockConfirmed, type Envelope, type StockConfirmed } from '@florin/contracts';
import { InvalidMessage } from '@florin/contracts';
import { newId, sleep, withCause } from '@florin/kernel';
import { register } from 'prom-client';
import { Client } from 'pg';
import { Consumes } from '../src';
import { House, stranger } from './house';
import { eventually } from './patience';

let heard: Envelope<StockConfirmed>[] = [];

@Controller()
class Hearer {
  @Consumes(stockConfirmed)
  handle(event: Envelope<StockConfirmed>): void {
    heard.push(event);
  }
}

const say = (house: House, count = 1) =>
  house.run((tx) =>
    house.outbox.addAll(
      tx,
      stockConfirmed,
      Array.from({ length: count }, () => ({ subject: newId(), data: { checkoutId: newId() } })),
    ),
  );

describe('what is said', () => {
  let house: House;
  beforeAll(async () => {
    house = await House.open({ controllers: [Hearer] });
  });
  beforeEach(() => {
    heard = [];
  });
  afterAll(() => house.close());

  it('a transaction that rolls back says nothing', async () => {
    const failed = house.run(async (tx) => {
      await house.outbox.add(tx, stockConfirmed, newId(), { checkoutId: newId() });
      throw new Error('changed my mind');
    });
    await expect(failed).rejects.toThrow('changed my mind');
    await say(house);
    await eventually(() => heard.length === 1);
    expect(await house.count('outbox WHERE published_at IS NULL')).toBe(0);
  });

  it('carries correlation, causation and merchant, by default from what is being handled', async () => {
    const cause = { correlationId: newId(), causationId: newId() };
    await withCause(cause, () => say(house));
    await eventually(() => heard.length === 1);
    expect(heard[0]).toMatchObject({
      specversion: '1.0',
      source: '/florin/house',
      type: 'catalog.stock.confirmed',
      dataschema: 'urn:florin:contract:catalog.stock.confirmed.v1',
      correlationid: cause.correlationId,
      causationid: cause.causationId,
    });
  });

  it('refuses data that its contract does not allow, and messages that are too large', async () => {
    const wrong = house.run((tx) => house.outbox.add(tx, stockConfirmed, newId(), { checkoutId: 'none' }));
    await expect(wrong).rejects.toBeInstanceOf(InvalidMessage);
    const large = house.run((tx) =>
      house.outbox.add(tx, stockConfirmed, 'x'.repeat(2 * 1024 * 1024), { checkoutId: newId() }),
    );
    await expect(large).rejects.toMatchObject({ code: 'message_too_large' });
    expect(await house.count('outbox WHERE published_at IS NULL')).toBe(0);
  });

  it('waits until the instant it is said for', async () => {
    const due = new Date(Date.now() + 1_500);
    await house.run((tx) =>
      house.outbox.add(tx, stockConfirmed, newId(), { checkoutId: newId() }, { delayUntil: due }),
    );
    await say(house);
    await eventually(() => heard.length === 1);
    await eventually(() => heard.length === 2);
    expect(Date.now()).toBeGreaterThanOrEqual(due.getTime());
  });

  it('GAP-PLT-03: a message that nobody takes stays in the outbox, others pass it, and it goes once somebody listens', async () => {
    const lost = await house.run((tx) => house.outbox.add(tx, stockConfirm, newId(), { checkoutId: newId() }));
    await say(house);
    await eventually(() => heard.length === 1);
    await eventually(async () => (await house.count(`outbox WHERE id = '${lost}' AND attempts > 0`)) === 1);
    expect(
      await house.count(`outbox WHERE id = '${lost}' AND published_at IS NULL AND last_error LIKE '%no queue takes%'`),
    ).toBe(1);
    const { channel, close } = await stranger(house.broker.url);
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, `${house.broker.namespace}.commands`, stockConfirm.name);
    await eventually(async () => (await house.count(`outbox WHERE id = '${lost}' AND published_at IS NOT NULL`)) === 1);
    await close();
  });

  it('a queue that is full refuses, and the message stays in the outbox until there is room', async () => {
    const { channel, close } = await stranger(house.broker.url);
    const full = `${house.broker.namespace}.full`;
    await channel.assertQueue(full, {
      durable: true,
      arguments: { 'x-max-length': 1, 'x-overflow': 'reject-publish' },
    });
    await channel.bindQueue(full, `${house.broker.namespace}.commands`, stockConfirm.name);
    await house.run((tx) =>
      house.outbox.addAll(
        tx,
        stockConfirm,
        Array.from({ length: 10 }, () => ({ subject: newId(), data: { checkoutId: newId() } })),
      ),
    );
    await eventually(async () => (await house.count('outbox WHERE published_at IS NULL AND attempts > 0')) > 0);
    await channel.consume(full, (message) => message && channel.ack(message));
    await eventually(async () => (await house.count('outbox WHERE published_at IS NULL')) === 0);
    await close();
  });
});

describe('the relay', () => {
  it('publishes in the order in which things were said, a thousand and more', async () => {
    heard = [];
    const house = await House.open({ controllers: [Hearer], relay: false });
    const ids: string[] = [];
    for (let round = 0; round < 30; round += 1) ids.push(...(await say(house, 50)));
    house.relay.start();
    await eventually(() => heard.length === ids.length);
    expect(heard.map(({ id }) => id)).toEqual(ids);
    await house.close();
  });

  it('works in one process of a database at a time; another takes over when it ends', async () => {
    heard = [];
    const first = await House.open({ controllers: [Hearer] });
    await eventually(() => first.relay.isLeader);
    const second = await House.open({
      controllers: [Hearer],
      database: first.database,
      broker: first.broker,
      worker: false,
    });
    await sleep(300);
    expect(second.relay.isLeader).toBe(false);
    await first.relay.stop();
    await eventually(() => second.relay.isLeader);
    await say(second);
    await eventually(() => heard.length === 1);
    await second.close();
    await first.close();
  });

  it('is woken by a process that has no relay of its own, long before it would look by itself', async () => {
    heard = [];
    const house = await House.open({ controllers: [Hearer], settings: { relayPollMs: 60_000 } });
    await eventually(() => house.relay.isLeader);
    const other = await House.open({ database: house.database, broker: house.broker, worker: false, relay: false });
    await say(house);
    await eventually(() => heard.length === 1);
    await sleep(200);
    const started = Date.now();
    await say(other);
    await eventually(() => heard.length === 2);
    expect(Date.now() - started).toBeLessThan(20_000);
    await other.close();
    await house.close();
  });

  it('finds rows nobody woke it for', async () => {
    heard = [];
    const house = await House.open({ controllers: [Hearer], relay: false });
    await house.query('ALTER TABLE outbox DISABLE TRIGGER outbox_wakes_relay');
    const other = await House.open({ database: house.database, broker: house.broker, worker: false, relay: false });
    house.relay.start();
    await eventually(() => house.relay.isLeader);
    await sleep(200);
    await say(other);
    await eventually(() => heard.length === 1);
    await other.close();
    await house.close();
  });

  it('starts again when its database connection is cut', async () => {
    heard = [];
    const house = await House.open({ controllers: [Hearer] });
    await eventually(() => house.relay.isLeader);
    const admin = new Client({ connectionString: house.database.url });
    await admin.connect();
    const cut = await admin.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'florin relay' AND datname = current_database()",
    );
    expect(cut.rowCount).toBe(1);
    await admin.end();
    await say(house, 10);
    await eventually(() => heard.length === 10);
    await house.close();
  });

  it('keeps the lag under a second at the 99th percentile under steady load', async () => {
    heard = [];
    const house = await House.open({ controllers: [Hearer] });
    await eventually(() => house.relay.isLeader);
    // A machine that is busy with other things gets more than one try; a relay that is slow by itself fails them all.
    for (let round = 1; round <= 3 && (await slowShare(house, round * 500)) > 0.01; round += 1)
      expect(round).toBeLessThan(3);
    await house.close();
  });
});

/** Says 500 things over some seconds; gives the share of them that took more than a second to be confirmed. */
async function slowShare(house: House, heardAfter: number): Promise<number> {
  register.getSingleMetric('outbox_lag_seconds')?.reset();
  for (let round = 0; round < 100; round += 1) {
    await say(house, 5);
    await sleep(10);
  }
  await eventually(() => heard.length === heardAfter);
  await eventually(async () => (await house.count('outbox WHERE published_at IS NULL')) === 0);
  const lag = await register.getSingleMetric('outbox_lag_seconds')?.get();
  const quick = lag?.values.find(({ labels }) => labels['le'] === 1)?.value ?? 0;
  return 1 - quick / 500;
}
