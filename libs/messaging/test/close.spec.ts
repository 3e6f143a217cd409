import { Controller } from '@nestjs/common';
import { stockConfirmed, type Envelope, type StockConfirmed } from '@florin/contracts';
import { newId, sleep } from '@florin/kernel';
import { Consumes, queueOf, type Delivery } from '../src';
import { House, stranger } from './house';
import { eventually } from './patience';

let running = 0;
let finished = 0;
let holdMs = 300;

@Controller()
class Slow {
  @Consumes(stockConfirmed, { prefetch: 2 })
  async handle(event: Envelope<StockConfirmed>, { tx, consumer }: Delivery): Promise<void> {
    running += 1;
    await sleep(holdMs);
    await tx.execute('INSERT INTO effects (message_id, handler) VALUES ($1, $2)', [event.id, consumer]);
    finished += 1;
  }
}

const say = (house: House, count: number) =>
  house.run((tx) =>
    house.outbox.addAll(
      tx,
      stockConfirmed,
      Array.from({ length: count }, () => ({ subject: newId(), data: { checkoutId: newId() } })),
    ),
  );

describe('closing', () => {
  beforeEach(() => {
    running = 0;
    finished = 0;
    holdMs = 300;
  });

  it('GAP-PLT-04: waits for the running handler, acknowledges it, and leaves what was not started to the next process', async () => {
    const house = await House.open({ controllers: [Slow] });
    await say(house, 6);
    await eventually(() => running === 1);
    await house.transport.close();
    expect(finished).toBe(running);
    const { channel, close } = await stranger(house.broker.url);
    const { messageCount, consumerCount } = await channel.checkQueue(
      queueOf(house.broker.namespace, 'house.on.catalog.stock.confirmed.v1'),
    );
    expect(consumerCount).toBe(0);
    expect(messageCount).toBe(6 - (await house.count('effects')));
    await close();
    const next = await House.open({ controllers: [Slow], database: house.database, broker: house.broker });
    await eventually(async () => (await next.count('effects')) === 6);
    expect(await next.query('SELECT count(DISTINCT message_id)::int AS n FROM effects')).toEqual([{ n: 6 }]);
    await next.close();
    await house.close();
  });

  it('GAP-PLT-04: waits no longer than its limit for a handler that does not end; the message is handed out again', async () => {
    holdMs = 2_500;
    const house = await House.open({ controllers: [Slow], settings: { drainMs: 200 } });
    await say(house, 1);
    await eventually(() => running === 1);
    await house.transport.close();
    expect(finished).toBe(0);
    holdMs = 0;
    const next = await House.open({ controllers: [Slow], database: house.database, broker: house.broker });
    await eventually(async () => (await next.count('effects')) === 1);
    await eventually(() => finished > 0);
    await sleep(500);
    expect(await next.count('effects')).toBe(1);
    await next.close();
    await house.close();
  });

  it('sends what has just been said, marks it, and gives the relay to the next process', async () => {
    const house = await House.open({ controllers: [Slow], worker: false, relay: false });
    const other = await House.open({
      controllers: [Slow],
      database: house.database,
      broker: house.broker,
      relay: false,
    });
    house.relay.start();
    await eventually(() => house.relay.isLeader);
    await say(house, 500);
    await house.relay.stop();
    expect(await house.count('outbox WHERE published_at IS NULL')).toBe(0);
    other.relay.start();
    await eventually(() => other.relay.isLeader);
    await other.close();
    await house.close();
  });

  it('twice, or before anything was started, does no harm', async () => {
    const house = await House.open({ controllers: [Slow], worker: false, relay: false });
    await house.transport.close();
    await house.transport.close();
    await house.relay.stop();
    await house.close();
  });
});
