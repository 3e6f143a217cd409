import { Controller } from '@nestjs/common';
import { stockConfirmed, type Envelope, type StockConfirmed } from '@florin/contracts';
import { newId, sleep } from '@florin/kernel';
import { Consumes, queueOf, type Delivery } from '../src';
import { House, stranger } from './house';
import { eventually } from './patience';

const prefetch = 4;
const said = 20;
let letGo: () => void = () => undefined;
const held = new Promise<void>((resolve) => (letGo = resolve));

@Controller()
class Holder {
  @Consumes(stockConfirmed, { prefetch })
  async handle(event: Envelope<StockConfirmed>, { tx, consumer }: Delivery): Promise<void> {
    await held;
    await tx.execute('INSERT INTO effects (message_id, handler) VALUES ($1, $2)', [event.id, consumer]);
  }
}

it('a consumer is handed no more than it may hold: the rest waits at the broker', async () => {
  const house = await House.open({ controllers: [Holder] });
  const { channel, close } = await stranger(house.broker.url);
  const queue = queueOf(house.broker.namespace, 'house.on.catalog.stock.confirmed.v1');
  const ready = async () => (await channel.checkQueue(queue)).messageCount;
  const sayings = Array.from({ length: said }, () => ({ subject: newId(), data: { checkoutId: newId() } }));
  await house.run((tx) => house.outbox.addAll(tx, stockConfirmed, sayings));
  await eventually(async () => (await house.count('outbox WHERE published_at IS NULL')) === 0);
  // Time for what would be handed out without a bound.
  await sleep(500);
  expect(await ready()).toBe(said - prefetch);
  letGo();
  await eventually(async () => (await house.count('effects')) === said);
  expect(await ready()).toBe(0);
  await close();
  await house.close();
});
