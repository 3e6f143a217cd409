import { connect, type ChannelModel } from 'amqplib';
import { DatabaseConfig, openDataSource } from '@florin/database';
import { newId } from '@florin/kernel';
import { deadQueueOf, messagingMigrations, queueOf } from '@florin/messaging';
import { testBroker, testDatabase, type TestDatabase } from '@florin/testing';
import { Failure } from '../failure';
import { dead, type DeadRun } from './dead';

const queue = 'loyalty.on.orders.order.completed.v1';
const quiet = 'loyalty.on.catalog.merchant.saved.v1';
const messageId = newId();

let database: TestDatabase;
let broker: ChannelModel;
let run: DeadRun;
let namespaceBefore: string | undefined;

/** One service with two queues, one of them with a dead letter. */
beforeAll(async () => {
  database = await testDatabase({ migrations: messagingMigrations });
  const { url, namespace } = await testBroker();
  namespaceBefore = process.env['MESSAGING_NAMESPACE'];
  process.env['MESSAGING_NAMESPACE'] = namespace;
  run = { services: { loyalty: '' }, databases: { loyalty: database.url }, rabbitmqUrl: url };
  const dataSource = await openDataSource(DatabaseConfig.from({ DATABASE_URL: database.url }), 'test');
  broker = await connect(url);
  const channel = await broker.createConfirmChannel();
  for (const name of [queue, quiet]) {
    await dataSource.query(`INSERT INTO messaging_subscriptions (consumer, type, version) VALUES ($1, 'x', 1)`, [name]);
    await channel.assertQueue(deadQueueOf(queueOf(namespace, name)));
  }
  await dataSource.destroy();
  const letter = { messageId, headers: { 'x-dead-reason': 'spent', 'x-attempt': 6 } };
  channel.sendToQueue(deadQueueOf(queueOf(namespace, queue)), Buffer.from('{}'), letter);
  await channel.waitForConfirms();
});

afterAll(async () => {
  if (namespaceBefore === undefined) delete process.env['MESSAGING_NAMESPACE'];
  else process.env['MESSAGING_NAMESPACE'] = namespaceBefore;
  await broker.close();
  await database.drop();
});

const failure = async (args: string[]): Promise<Failure> => {
  const error: unknown = await dead(run, args).catch((thrown: unknown) => thrown);
  if (!(error instanceof Failure)) throw new Error(`no failure in plain words: ${String(error)}`);
  return error;
};

describe('florin dead', () => {
  it('lists the queues that have dead letters, also without a verb', async () => {
    expect(await dead(run, ['list'])).toBe(`Dead letters:\n      1  ${queue}`);
    expect(await dead(run, [])).toBe(await dead(run, ['list']));
  });

  it('lists the letters of a queue by its own name and by that of its dead-letter queue', async () => {
    const listed = await dead(run, ['list', queue]);
    expect(listed).toContain(messageId);
    expect(await dead(run, ['list', `${queue}.dead`])).toBe(listed);
    expect(await dead(run, ['show', `${queue}.dead`, messageId])).toContain('"reason": "spent"');
  });

  it('lists as JSON when asked', async () => {
    expect(JSON.parse(await dead(run, ['list', '--json']))).toEqual([{ queue, count: 1 }]);
    expect(JSON.parse(await dead(run, ['--json']))).toEqual([{ queue, count: 1 }]);
    expect(JSON.parse(await dead(run, ['list', queue, '--json']))).toMatchObject([
      { queue, messageId, reason: 'spent', attempts: 6 },
    ]);
    expect(JSON.parse(await dead(run, ['list', quiet, '--json']))).toEqual([]);
  });

  it('says plainly that there is no such queue, which there are, and nothing else', async () => {
    const out = [jest.spyOn(process.stdout, 'write'), jest.spyOn(process.stderr, 'write')];
    const wrong = await failure(['list', 'loyalty.on.nothing.v1.dead']);
    expect([wrong.message, wrong.mend]).toEqual([
      'there is no queue loyalty.on.nothing.v1',
      `choose one of ${quiet}, ${queue}`,
    ]);
    expect((await failure(['list', 'lolayty.on.nothing.v1'])).message).toContain('is not the queue of a service');
    expect(out.flatMap(({ mock }) => mock.calls)).toEqual([]);
    for (const spy of out) spy.mockRestore();
  });

  it('does not take an option or a verb that it does not know', async () => {
    expect((await failure(['list', '--jason'])).message).toContain('--jason');
    expect((await failure(['bury', queue, messageId])).message).toContain('bury');
  });

  it('puts a letter back, named by its dead-letter queue', async () => {
    const channel = await broker.createChannel();
    await channel.assertQueue(queueOf(process.env['MESSAGING_NAMESPACE'] ?? '', queue));
    expect(await dead(run, ['replay', `${queue}.dead`, '--reason', 'mended', 'in', '1.2'])).toBe(
      `1 messages are back in ${queue}.`,
    );
    expect(await dead(run, [])).toBe('No dead letters.');
  });
});
