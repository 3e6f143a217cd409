import { sleep } from '@florin/kernel';
import { connect } from 'amqplib';
import { Client } from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { eventually, startBroker, startPostgres, testBroker, testDatabase } from '../src';
import { isListening } from '../src/servers/ports';

class Things1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE things (name text PRIMARY KEY)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE things');
  }
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(sql);
  await client.end();
  return rows;
}

describe('private servers', () => {
  it('keeps what was committed when PostgreSQL is killed and started again', async () => {
    const server = await startPostgres();
    await query(server.url(), 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)');
    await server.kill();
    expect(await isListening(server.port)).toBe(false);
    await server.restart();
    expect(await query(server.url(), 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    await server.stop();
  });

  it('keeps a durable message when the broker is killed and started again', async () => {
    const server = await startBroker();
    const connection = await connect(server.url);
    connection.on('error', () => undefined);
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue('kept', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    channel.sendToQueue('kept', Buffer.from('still here'), { persistent: true });
    await channel.waitForConfirms();
    await sleep(1_500); // RabbitMQ 3.10 writes down a new quorum queue that late
    await server.kill();
    await server.restart();
    const again = await connect(server.url);
    const reader = await again.createChannel();
    const message = await eventually(() => reader.get('kept'));
    expect(message.content.toString()).toBe('still here');
    await again.close();
    await server.stop();
  }, 60_000);

  it('says what to do when a data folder belongs to another PostgreSQL', async () => {
    const server = await startPostgres();
    await expect(startPostgres({ dir: server.dir })).rejects.toThrow(/already runs .*stop it first: kill -INT \d+/s);
    await server.stop();
  });
});

describe('the servers of a test run', () => {
  it('gives every test a migrated database of its own', async () => {
    const [one, two] = await Promise.all([
      testDatabase({ migrations: [Things1764000000000] }),
      testDatabase({ migrations: [Things1764000000000] }),
    ]);
    await query(one.url, `INSERT INTO things VALUES ('mine')`);
    expect(await query(two.url, 'SELECT * FROM things')).toEqual([]);
    expect(await query(two.url, 'SELECT name FROM schema_migrations')).toEqual([{ name: 'Things1764000000000' }]);
    await Promise.all([one.drop(), two.drop()]);
    await expect(query(one.url, 'SELECT 1')).rejects.toThrow(/does not exist/);
  });

  it('gives every test a namespace of its own on one broker', async () => {
    const [one, two] = [await testBroker(), await testBroker()];
    expect(one.url).toBe(two.url);
    expect(one.namespace).not.toBe(two.namespace);
    const connection = await connect(one.url);
    await connection.close();
  });
});
