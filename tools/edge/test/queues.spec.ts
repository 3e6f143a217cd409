import { messagingMigrations } from '@florin/messaging';
import { testBroker, testDatabase, type TestDatabase } from '@florin/testing';
import { connect } from 'amqplib';
import { Client } from 'pg';
import { readDepths } from '../desk/queues';

describe('the queues page', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await testDatabase({ migrations: messagingMigrations });
  });

  afterAll(() => database.drop());

  it('tells what waits in queues, dead letters and outboxes, and passes over a queue that is not there', async () => {
    const { url, namespace } = await testBroker();
    const consumer = `${namespace}.on.orders.order.placed.v1`;
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query(
      `INSERT INTO messaging_subscriptions (consumer, type, version) VALUES ($1, 't', 1), ('gone.on.x.v1', 'x', 1)`,
      [consumer],
    );
    await client.query(
      `INSERT INTO outbox (id, kind, type, version, subject, envelope) VALUES (gen_random_uuid(), 'event', 't', 1, 's', '{}')`,
    );
    await client.end();
    const connection = await connect(url);
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue(consumer, { durable: false, autoDelete: true });
    await channel.assertQueue(`${consumer}.dead`, { durable: false, autoDelete: true });
    channel.sendToQueue(`${consumer}.dead`, Buffer.from('{}'));
    await channel.waitForConfirms();

    const { queues, outboxes, problems } = await readDepths({
      databases: { orders: database.url, wallet: 'postgres://127.0.0.1:9/none' },
      rabbitmqUrl: url,
    });
    expect(queues.filter(({ queue }) => !queue.includes('.retry.'))).toEqual([
      { queue: consumer, messages: 0, consumers: 0 },
      { queue: `${consumer}.dead`, messages: 1, consumers: 0 },
    ]);
    expect(outboxes).toEqual([{ service: 'orders', waiting: 1, oldest_seconds: expect.any(Number) as number }]);
    expect(problems).toEqual([expect.stringContaining('wallet database')]);
    await channel.deleteQueue(`${consumer}.dead`);
    await connection.close();
  });
});
