import amqp from 'amqplib';
import { Client } from 'pg';
import type { RunFile } from '../up/run-file';

const seconds = 2;
const clients = 8;
const perConfirm = 100;
const messageBytes = 1_024;

/** What the machine does at this moment without us: figures are read beside these, for machines and moments differ. */
export async function measureYardstick(run: Pick<RunFile, 'databases' | 'rabbitmqUrl'>): Promise<string> {
  const commits = await commitsPerSecond(run.databases);
  const messages = await messagesPerSecond(run.rabbitmqUrl);
  const texts = jsonPerSecond();
  return `PostgreSQL ${round(commits)} one-row commits/s with ${clients} clients, RabbitMQ ${round(messages)} confirmed 1 KB messages/s to a quorum queue, one core ${round(texts)} JSON round trips/s`;
}

const round = (value: number): string => Math.round(value).toLocaleString('en');

async function commitsPerSecond(databases: Record<string, string>): Promise<number> {
  const url = new URL(Object.values(databases)[0] ?? '');
  url.pathname = '/postgres';
  const connections = Array.from({ length: clients }, () => new Client({ connectionString: url.href }));
  await Promise.all(connections.map((client) => client.connect()));
  const [first] = connections;
  await first?.query('CREATE TABLE yardstick (id bigserial PRIMARY KEY, note text)');
  let done = 0;
  const until = performance.now() + seconds * 1_000;
  await Promise.all(
    connections.map(async (client) => {
      for (; performance.now() < until; done += 1)
        await client.query({ name: 'mark', text: 'INSERT INTO yardstick (note) VALUES ($1)', values: ['one row'] });
    }),
  );
  await first?.query('DROP TABLE yardstick');
  await Promise.all(connections.map((client) => client.end()));
  return done / seconds;
}

async function messagesPerSecond(url: string): Promise<number> {
  const connection = await amqp.connect(url);
  const channel = await connection.createConfirmChannel();
  const { queue } = await channel.assertQueue('yardstick', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  const content = Buffer.alloc(messageBytes, 'x');
  let done = 0;
  const until = performance.now() + seconds * 1_000;
  for (; performance.now() < until; done += perConfirm) {
    for (let sent = 0; sent < perConfirm; sent += 1) channel.sendToQueue(queue, content, { persistent: true });
    await channel.waitForConfirms();
  }
  await channel.deleteQueue(queue);
  await connection.close();
  return done / seconds;
}

function jsonPerSecond(): number {
  const text = JSON.stringify({
    id: 'a'.repeat(36),
    lines: Array.from({ length: 5 }, (_, line) => ({ line, minor: 1_450 })),
  });
  let done = 0;
  const until = performance.now() + 500;
  for (; performance.now() < until; done += 100)
    for (let each = 0; each < 100; each += 1) JSON.stringify(JSON.parse(text));
  return done * 2;
}
