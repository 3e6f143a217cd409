import { Controller } from '@nestjs/common';
import {
  exampleId,
  stockConfirm,
  stockConfirmed,
  type Envelope,
  type StockConfirm,
  type StockConfirmed,
} from '@florin/contracts';
import { newId } from '@florin/kernel';
import { Consumes, ConsumesSet, type Delivery } from '../src';
import { House } from './house';
import { eventually } from './patience';

const heard: Envelope<StockConfirmed>[] = [];
const sets: number[] = [];

@Controller()
class Each {
  @Consumes(stockConfirmed)
  async handle(event: Envelope<StockConfirmed>, { tx, consumer }: Delivery): Promise<void> {
    heard.push(event);
    await tx.execute('INSERT INTO effects (message_id, handler) VALUES ($1, $2)', [event.id, consumer]);
  }
}

@Controller()
class Sets {
  @ConsumesSet(stockConfirm, { as: 'sets', maxSet: 100 })
  async handle(commands: Envelope<StockConfirm>[], { tx, consumer }: Delivery): Promise<void> {
    sets.push(commands.length);
    await tx.execute('INSERT INTO effects (message_id, handler) SELECT unnest($1::uuid[]), $2', [
      commands.map(({ id }) => id),
      consumer,
    ]);
  }
}

describe('saying and hearing', () => {
  let house: House;
  beforeAll(async () => {
    house = await House.open({ controllers: [Each, Sets] });
  });
  afterAll(() => house.close());

  it('GAP-PLT-01, K8S-30: what a transaction says is handled once, and the outbox keeps the row', async () => {
    const checkoutId = newId();
    const id = await house.run((tx) => house.outbox.add(tx, stockConfirmed, checkoutId, { checkoutId }));
    await eventually(() => heard.some((event) => event.id === id));
    await eventually(async () => (await house.count(`outbox WHERE id = '${id}' AND published_at IS NOT NULL`)) === 1);
    await eventually(
      async () =>
        (await house.count(`inbox WHERE message_id = '${id}' AND consumer = 'house.on.catalog.stock.confirmed.v1'`)) ===
        1,
    );
    expect(await house.count(`effects WHERE message_id = '${id}'`)).toBe(1);
  });

  it('a set said with one statement is heard in order, in sets', async () => {
    const sayings = Array.from({ length: 1_000 }, () => ({ subject: exampleId(1), data: { checkoutId: newId() } }));
    const ids = await house.run((tx) => house.outbox.addAll(tx, stockConfirm, sayings));
    await eventually(
      async () => (await house.count(`effects WHERE handler = 'house.sets.on.catalog.stock.confirm.v1'`)) === 1_000,
    );
    const rows = await house.query<{ message_id: string }>(
      `SELECT message_id FROM effects WHERE handler = 'house.sets.on.catalog.stock.confirm.v1'`,
    );
    expect(new Set(rows.map((row) => row.message_id))).toEqual(new Set(ids));
    expect(sets.length).toBeLessThan(200);
  });
});
