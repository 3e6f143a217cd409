import {
  CallHandler,
  Controller,
  ExecutionContext,
  Injectable,
  Scope,
  UseGuards,
  UseInterceptors,
  type CanActivate,
  type NestInterceptor,
} from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { concat, defer, of, tap, type Observable } from 'rxjs';
import {
  stockConfirm,
  stockConfirmed,
  stockReleased,
  stockReserved,
  type Envelope,
  type StockConfirm,
  type StockConfirmed,
  type StockReleased,
} from '@florin/contracts';
import { newId, sleep } from '@florin/kernel';
import { Consumes, ConsumesSet, deadQueueOf, PoisonMessage, queueOf, type Delivery } from '../src';
import { House, stranger } from './house';
import { eventually } from './patience';

const tries = new Map<string, number[]>();
const seen: string[] = [];
let allowed = true;

function tried(key: string, attempt: number): void {
  tries.set(key, [...(tries.get(key) ?? []), attempt]);
}

const effect = ({ tx, consumer }: Delivery, { id }: Envelope) =>
  tx.execute('INSERT INTO effects (message_id, handler) VALUES ($1, $2)', [id, consumer]);

@Controller()
class Stubborn {
  @Consumes(stockConfirmed)
  async handle(event: Envelope<StockConfirmed>, delivery: Delivery): Promise<void> {
    tried(event.id, delivery.attempt);
    await effect(delivery, event);
    if (event.subject === 'always fails' || (event.subject === 'fails twice' && delivery.attempt < 3))
      throw new Error('not today');
    if (event.subject === 'poison') throw new PoisonMessage('unknown_checkout', 'there is no such checkout');
  }
}

@Controller()
class InSets {
  @ConsumesSet(stockConfirm, { maxSet: 50 })
  async handle(commands: Envelope<StockConfirm>[], delivery: Delivery): Promise<void> {
    for (const command of commands) await effect(delivery, command);
    if (commands.some(({ subject }) => subject === 'poison')) throw new PoisonMessage('no_good');
  }
}

@Injectable()
class Gate implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    seen.push(`guard ${context.getType()} ${context.switchToRpc().getData<Envelope>().type}`);
    return allowed;
  }
}

@Injectable()
class Around implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    seen.push('before');
    return next.handle().pipe(tap({ complete: () => seen.push('after') }));
  }
}

class SubjectOf {
  transform = (event: Envelope): Envelope => ({ ...event, subject: `${event.subject} piped` });
}

@Controller({ scope: Scope.REQUEST })
class WithNestParts {
  @UseGuards(Gate)
  @UseInterceptors(Around)
  @Consumes(stockReleased)
  handle(@Payload(new SubjectOf()) event: Envelope<StockReleased>, delivery: Delivery): Observable<unknown> {
    seen.push(event.subject);
    return concat(
      of(1),
      defer(() => sleep(50).then(() => effect(delivery, event))),
      defer(() => of(seen.push('completed'))),
    );
  }
}

describe('a consumer', () => {
  let house: House;
  let broker: Awaited<ReturnType<typeof stranger>>;
  const queue = () => queueOf(house.broker.namespace, 'house.on.catalog.stock.confirmed.v1');
  const dead = 'house.on.catalog.stock.confirmed.v1';
  const say = (subject: string) =>
    house.run((tx) => house.outbox.add(tx, stockConfirmed, subject, { checkoutId: newId() }));
  const deadOne = (messageId: string) =>
    eventually(async () => (await house.deadLetters.list(dead)).find((letter) => letter.messageId === messageId));
  const effects = (id: string) => house.count(`effects WHERE message_id = '${id}'`);
  /** A message that did not come through the outbox. */
  const smuggle = (content: Buffer, messageId: string) =>
    broker.channel.sendToQueue(queue(), content, { messageId, persistent: true });
  const envelope = (over: object) => ({ ...valid(), ...over });
  const valid = () => ({
    specversion: '1.0',
    id: newId(),
    source: '/florin/catalog',
    type: stockConfirmed.type,
    subject: 'fine',
    time: new Date().toISOString(),
    dataschema: `urn:florin:contract:${stockConfirmed.name}`,
    datacontenttype: 'application/json',
    correlationid: newId(),
    data: { checkoutId: newId() },
  });

  beforeAll(async () => {
    house = await House.open({ controllers: [Stubborn, InSets, WithNestParts] });
    broker = await stranger(house.broker.url);
  });
  afterAll(async () => {
    await broker.close();
    await house.close();
  });

  it('GAP-PLT-02, K8S-33: tries again through the tiers, counts its attempts, and leaves no trace of those that failed', async () => {
    const id = await say('fails twice');
    await eventually(async () => (await effects(id)) === 1);
    expect(tries.get(id)).toEqual([1, 2, 3]);
    expect(await house.count(`inbox WHERE message_id = '${id}'`)).toBe(1);
  });

  it('GAP-PLT-02, K8S-31: a handler that always throws sends its message to the dead letters, with reason, error and attempts, and hears on', async () => {
    const id = await say('always fails');
    const letter = await deadOne(id);
    expect(letter).toMatchObject({ reason: 'spent', error: 'Error: not today', attempts: 4 });
    expect(tries.get(id)).toEqual([1, 2, 3, 4]);
    expect(await effects(id)).toBe(0);
    const next = await say('fine');
    await eventually(async () => (await effects(next)) === 1);
  });

  it('a PoisonMessage is dead at once, with its own reason', async () => {
    const id = await say('poison');
    expect(await deadOne(id)).toMatchObject({ reason: 'unknown_checkout', attempts: 1 });
    expect(tries.get(id)).toHaveLength(1);
  });

  it.each([
    ['bad JSON', 'invalid_json', () => Buffer.from('{"specversion": "1.0", ')],
    ['bytes that are no text', 'invalid_json', () => Buffer.from([0xff, 0x00, 0xfe])],
    ['no envelope', 'invalid_envelope', () => Buffer.from('[1]')],
    ['an id that is no UUID', 'invalid_envelope', () => Buffer.from(JSON.stringify(envelope({ id: '42' })))],
    [
      'a type this queue does not take',
      'unknown_type',
      () =>
        Buffer.from(
          JSON.stringify(
            envelope({ type: 'catalog.stock.stolen', dataschema: 'urn:florin:contract:catalog.stock.stolen.v1' }),
          ),
        ),
    ],
    [
      'a version this queue does not take',
      'unknown_type',
      () => Buffer.from(JSON.stringify(envelope({ dataschema: 'urn:florin:contract:catalog.stock.confirmed.v2' }))),
    ],
    [
      'data that is not what the contract says',
      'invalid_data',
      () => Buffer.from(JSON.stringify(envelope({ data: { checkoutId: 7 } }))),
    ],
    ['5 MB', 'too_large', () => Buffer.alloc(5 * 1024 * 1024, 'x')],
  ])('K8S-33: %s is dead at once (%s), and the next message is handled', async (_, reason, content) => {
    const messageId = newId();
    smuggle(content(), messageId);
    const good = valid();
    smuggle(Buffer.from(JSON.stringify(good)), good.id);
    expect(await deadOne(messageId)).toMatchObject({ reason, attempts: 1 });
    await eventually(async () => (await effects(good.id)) === 1);
  });

  it('a message without a message id gets one when it dies, so that an operator can name it', async () => {
    const before = (await house.deadLetters.list(dead)).length;
    broker.channel.sendToQueue(queue(), Buffer.from('nameless'));
    const letters = await eventually(async () => {
      const all = await house.deadLetters.list(dead);
      return all.length > before && all;
    });
    expect((letters as { messageId: string }[]).at(-1)?.messageId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('the same message many times has one effect, also within one set', async () => {
    const good = valid();
    for (let copy = 0; copy < 20; copy += 1) smuggle(Buffer.from(JSON.stringify(good)), good.id);
    const last = await say('fine');
    await eventually(async () => (await effects(last)) === 1);
    await eventually(async () => (await broker.channel.checkQueue(queue())).messageCount === 0);
    expect(await effects(good.id)).toBe(1);
    expect(tries.get(good.id)).toEqual([1]);
  });

  it('one bad message of a set does not fail its neighbours', async () => {
    const subjects = Array.from({ length: 40 }, (_, index) => (index === 17 ? 'poison' : 'fine'));
    const ids = await house.run((tx) =>
      house.outbox.addAll(
        tx,
        stockConfirm,
        subjects.map((subject) => ({ subject, data: { checkoutId: newId() } })),
      ),
    );
    await eventually(
      async () => (await house.count(`effects WHERE handler = 'house.on.catalog.stock.confirm.v1'`)) === 39,
    );
    const letters = await eventually(async () => {
      const found = await house.deadLetters.list('house.on.catalog.stock.confirm.v1');
      return found.length > 0 && found;
    });
    expect(letters).toMatchObject([{ messageId: ids[17], reason: 'no_good' }]);
  });

  it('is an ordinary Nest handler: guard, interceptor, pipe, request scope, and an Observable that is awaited to its end', async () => {
    const id = await house.run((tx) =>
      house.outbox.add(tx, stockReleased, 'subject', { checkoutId: newId(), reason: 'deadline' }),
    );
    await eventually(async () => (await effects(id)) === 1);
    expect(seen).toEqual(['guard rpc catalog.stock.released', 'before', 'subject piped', 'completed', 'after']);
  });

  it('a guard that says no leads to the retries like any other error', async () => {
    allowed = false;
    const id = await house.run((tx) =>
      house.outbox.add(tx, stockReleased, 'subject', { checkoutId: newId(), reason: 'deadline' }),
    );
    const letters = await eventually(async () => {
      const found = await house.deadLetters.list('house.on.catalog.stock.released.v1');
      return found.length > 0 && found;
    });
    expect(letters).toMatchObject([{ messageId: id, reason: 'spent', error: expect.stringContaining('Forbidden') }]);
    expect(await effects(id)).toBe(0);
  });

  it('writes down since when it hears what, so that the prover knows who must have heard', async () => {
    const rows = await house.query<{ consumer: string }>(
      'SELECT consumer, type, version FROM messaging_subscriptions ORDER BY consumer',
    );
    expect(rows).toEqual([
      { consumer: 'house.on.catalog.stock.confirm.v1', type: 'catalog.stock.confirm', version: 1 },
      { consumer: 'house.on.catalog.stock.confirmed.v1', type: 'catalog.stock.confirmed', version: 1 },
      { consumer: 'house.on.catalog.stock.released.v1', type: 'catalog.stock.released', version: 1 },
    ]);
  });

  it('K8S-31: has a quorum queue with its limits spelled out', async () => {
    const wrong = await stranger(house.broker.url);
    const asserted = wrong.channel.assertQueue(queue(), { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await expect(asserted).rejects.toThrow(/inequivalent arg 'x-/);
    await wrong.close();
    const right = await stranger(house.broker.url);
    await right.channel.assertQueue(queue(), {
      durable: true,
      arguments: {
        'x-queue-type': 'quorum',
        'x-delivery-limit': 20,
        'x-overflow': 'reject-publish',
        'x-dead-letter-exchange': '',
        'x-dead-letter-routing-key': deadQueueOf(queue()),
        'x-dead-letter-strategy': 'at-least-once',
      },
    });
    await right.close();
  });

  it('two handlers of one contract in a service need names of their own', async () => {
    @Controller()
    class Twice {
      @Consumes(stockReserved)
      one(): void {}

      @Consumes(stockReserved)
      other(): void {}
    }
    await expect(House.open({ controllers: [Twice], database: house.database, broker: house.broker })).rejects.toThrow(
      /give one of them a name/,
    );
  });
});
