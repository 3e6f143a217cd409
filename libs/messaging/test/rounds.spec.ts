import { Controller } from '@nestjs/common';
import { stockConfirmed, stockReleased, stockReserved, type Envelope } from '@florin/contracts';
import { newId } from '@florin/kernel';
import { ConsumesSet, type Delivery } from '../src';
import { House } from './house';
import { eventually } from './patience';

/** Each message, with the transaction in which it took effect. */
const effect = ({ tx, consumer }: Delivery, events: Envelope[]) =>
  tx.execute(
    'INSERT INTO effects (message_id, handler, note) SELECT unnest($1::uuid[]), $2, pg_current_xact_id()::text',
    [events.map(({ id }) => id), consumer],
  );

@Controller()
class Facts {
  @ConsumesSet(stockConfirmed)
  confirmed(events: Envelope[], delivery: Delivery): Promise<number> {
    return effect(delivery, events);
  }

  @ConsumesSet(stockReleased)
  async released(events: Envelope[], delivery: Delivery): Promise<void> {
    await effect(delivery, events);
    if (delivery.attempt === 1 && events.some(({ subject }) => subject === 'fails once')) throw new Error('not today');
  }
}

@Controller()
class Others {
  @ConsumesSet(stockReserved)
  reserved(events: Envelope[], delivery: Delivery): Promise<number> {
    return effect(delivery, events);
  }
}

/** Says so many of each kind with one commit. */
async function say(house: House, each: number, subject = 'thing'): Promise<void> {
  const checkoutId = newId();
  const times = <T>(data: T) => Array.from({ length: each }, () => ({ subject, data }));
  await house.run(async (tx) => {
    await house.outbox.addAll(tx, stockConfirmed, times({ checkoutId }));
    await house.outbox.addAll(tx, stockReleased, times({ checkoutId, reason: 'test' }));
    await house.outbox.addAll(tx, stockReserved, times({ checkoutId, expiresAt: new Date().toISOString() }));
  });
}

/** Transactions that handled messages of these kinds at once. */
async function shared(house: House, kinds: string[]): Promise<number> {
  const rows = await house.query<{ note: string }>(
    `SELECT note FROM effects WHERE handler LIKE ANY ($1) GROUP BY note HAVING count(DISTINCT handler) = $2`,
    [kinds.map((kind) => `%${kind}%`), kinds.length],
  );
  return rows.length;
}

describe('rounds', () => {
  let house: House;
  afterEach(() => house.close());

  it('handlers of one controller share transactions, those of another do not join', async () => {
    house = await House.open({ controllers: [Facts, Others] });
    await eventually(async () => {
      await say(house, 20);
      return (await shared(house, ['confirmed', 'released'])) > 0;
    });
    expect(await shared(house, ['confirmed', 'reserved'])).toBe(0);
    expect(await shared(house, ['released', 'reserved'])).toBe(0);
  });

  it('a handler that throws takes nothing from its neighbour, and every message takes effect once', async () => {
    house = await House.open({ controllers: [Facts, Others] });
    for (let round = 0; round < 5; round += 1) await say(house, 10, 'fails once');
    await eventually(async () => (await house.count('effects')) === 150);
    expect(await house.count('(SELECT DISTINCT message_id FROM effects) AS once')).toBe(150);
    for (const { name } of house.transport.health().consumers) expect(await house.deadLetters.list(name)).toEqual([]);
  });

  it('a service that nobody waits for gathers, and all its controllers share transactions', async () => {
    house = await House.open({ controllers: [Facts, Others], settings: { gatherMs: 200 } });
    await eventually(async () => {
      await say(house, 5);
      return (await shared(house, ['confirmed', 'released', 'reserved'])) > 0;
    });
  });
});
