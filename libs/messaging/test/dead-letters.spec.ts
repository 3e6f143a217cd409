import { Controller } from '@nestjs/common';
import { stockConfirmed, type Envelope, type StockConfirmed } from '@florin/contracts';
import { newId } from '@florin/kernel';
import { Consumes, queueOf, type Delivery } from '../src';
import { House, stranger } from './house';
import { eventually } from './patience';

let broken = true;
const attempts: number[] = [];

@Controller()
class Mendable {
  @Consumes(stockConfirmed)
  async handle(event: Envelope<StockConfirmed>, { tx, consumer, attempt }: Delivery): Promise<void> {
    attempts.push(attempt);
    if (broken) throw new Error('a bug of ours');
    await tx.execute('INSERT INTO effects (message_id, handler) VALUES ($1, $2)', [event.id, consumer]);
  }
}

const queue = 'house.on.catalog.stock.confirmed.v1';

describe('dead letters', () => {
  let house: House;
  beforeAll(async () => {
    house = await House.open({ controllers: [Mendable] });
  });
  beforeEach(() => {
    broken = true;
    attempts.length = 0;
  });
  afterAll(() => house.close());

  const kill = async (): Promise<string> => {
    const id = await house.run((tx) => house.outbox.add(tx, stockConfirmed, newId(), { checkoutId: newId() }));
    await eventually(async () => (await house.deadLetters.list(queue)).some(({ messageId }) => messageId === id));
    return id;
  };

  it('GAP-PLT-02: are listed and shown with reason, error, attempts, time and content, and stay where they are', async () => {
    const id = await kill();
    for (let look = 0; look < 25; look += 1)
      expect((await house.deadLetters.list(queue)).map(({ messageId }) => messageId)).toContain(id);
    const letter = await house.deadLetters.show(queue, id);
    expect(letter).toMatchObject({ messageId: id, reason: 'spent', error: 'Error: a bug of ours', attempts: 4 });
    expect(JSON.parse(letter.content)).toMatchObject({ id, type: 'catalog.stock.confirmed' });
    expect(Date.parse(letter.diedAt ?? '')).toBeGreaterThan(Date.now() - 600_000);
    expect(await house.deadLetters.queues()).toEqual([{ queue, count: 1 }]);
    await house.deadLetters.discard(queue, id, { actor: 'ops' });
  });

  it('GAP-PLT-02: replayed keep their id, start their attempts anew, have one effect, and who did it is written down', async () => {
    const id = await kill();
    broken = false;
    attempts.length = 0;
    await house.deadLetters.replay(queue, id, { actor: 'ops@demo.test', reason: 'fixed in 1.2' });
    await eventually(async () => (await house.count(`effects WHERE message_id = '${id}'`)) === 1);
    expect(attempts).toEqual([1]);
    expect(await house.deadLetters.list(queue)).toEqual([]);
    expect(
      await house.query(
        'SELECT queue, action, actor, reason, done_at IS NOT NULL AS done FROM messaging_dead_letter_actions WHERE message_id = $1',
        [id],
      ),
    ).toEqual([{ queue, action: 'replay', actor: 'ops@demo.test', reason: 'fixed in 1.2', done: true }]);
  });

  it('replayed although they were handled after all do nothing', async () => {
    const id = await kill();
    broken = false;
    const [row] = await house.query<{ envelope: string }>(
      'SELECT envelope::text AS envelope FROM outbox WHERE id = $1',
      [id],
    );
    const { channel, close } = await stranger(house.broker.url);
    channel.sendToQueue(queueOf(house.broker.namespace, queue), Buffer.from(row?.envelope ?? ''), { messageId: id });
    await eventually(async () => (await house.count(`effects WHERE message_id = '${id}'`)) === 1);
    await house.deadLetters.replay(queue, id, { actor: 'ops' });
    await eventually(async () => (await channel.checkQueue(queueOf(house.broker.namespace, queue))).messageCount === 0);
    await house.run((tx) => house.outbox.add(tx, stockConfirmed, newId(), { checkoutId: newId() }));
    await eventually(() => attempts.length >= 6);
    expect(await house.count(`effects WHERE message_id = '${id}'`)).toBe(1);
    await close();
  });

  it('that fail again die again, through all tiers: the broker does not take the second round for a circle', async () => {
    const id = await kill();
    attempts.length = 0;
    await house.deadLetters.replay(queue, id, { actor: 'ops' });
    await eventually(async () => (await house.deadLetters.list(queue)).length === 1);
    expect(attempts).toEqual([1, 2, 3, 4]);
    await house.deadLetters.discard(queue, id, { actor: 'ops' });
  });

  it('discarded are gone, their content kept in the record', async () => {
    const id = await kill();
    await house.deadLetters.discard(queue, id, { actor: 'ops', reason: 'test data' });
    expect(await house.deadLetters.list(queue)).toEqual([]);
    const [row] = await house.query<{ envelope: string }>(
      `SELECT envelope FROM messaging_dead_letter_actions WHERE message_id = $1 AND action = 'discard'`,
      [id],
    );
    expect(JSON.parse(row?.envelope ?? '')).toMatchObject({ id });
    await expect(house.deadLetters.show(queue, id)).rejects.toMatchObject({
      kind: 'not_found',
      code: 'dead_letter_not_found',
    });
    await expect(house.deadLetters.replay(queue, id, { actor: 'ops' })).rejects.toMatchObject({
      code: 'dead_letter_not_found',
    });
  });

  it('hold what the broker handed out too often without an answer: the fuse against a message that kills its process', async () => {
    const idle = await House.open({ controllers: [Mendable], service: 'fused' });
    await idle.transport.close();
    const name = queueOf(idle.broker.namespace, 'fused.on.catalog.stock.confirmed.v1');
    const id = await idle.run((tx) => idle.outbox.add(tx, stockConfirmed, newId(), { checkoutId: newId() }));
    for (let crash = 0; crash <= 20; crash += 1) {
      const { channel, close } = await stranger(idle.broker.url);
      await eventually(() => channel.get(name));
      await close(); // as if the process had died with the message in hand
    }
    const letters = await eventually(async () => {
      const found = await idle.deadLetters.list('fused.on.catalog.stock.confirmed.v1');
      return found.length > 0 && found;
    });
    expect(letters).toMatchObject([{ messageId: id, reason: 'delivery_limit' }]);
    await idle.close();
  });
});
