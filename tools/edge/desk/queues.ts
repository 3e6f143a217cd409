import { type Channel, type ChannelModel, connect } from 'amqplib';
import { Client } from 'pg';
import type { FastifyInstance } from 'fastify';
import { escapeHtml, page } from '../pages';

const namespace = 'florin';
const retryTiers = ['1s', '5s', '30s', '2m', '10m'].map((wait) => `${namespace}.retry.${wait}`);
const queryTimeoutMs = 3_000;
/** What AMQP answers about a queue that is not there. */
const queueMissing = 404;

export interface QueueDepth {
  queue: string;
  messages: number;
  consumers: number;
}

export interface OutboxDepth {
  service: string;
  waiting: number;
  oldest_seconds: number;
}

export interface Depths {
  queues: QueueDepth[];
  outboxes: OutboxDepth[];
  problems: string[];
}

interface Sources {
  databases: Record<string, string>;
  rabbitmqUrl: string | undefined;
}

/** What waits where: each queue, its dead letters, the retry tiers, and each service's outbox. */
export async function readDepths({ databases, rabbitmqUrl }: Sources): Promise<Depths> {
  const problems: string[] = [];
  const names = new Set<string>();
  const outboxes: OutboxDepth[] = [];
  await Promise.all(
    Object.entries(databases).map(async ([service, url]) => {
      try {
        const { outbox, consumers } = await readDatabase(service, url);
        outboxes.push(outbox);
        for (const consumer of consumers) names.add(consumer).add(`${consumer}.dead`);
      } catch (error) {
        problems.push(`${service} database: ${String(error)}`);
      }
    }),
  );
  for (const tier of retryTiers) names.add(tier);
  const queues = rabbitmqUrl === undefined ? [] : await readQueues(rabbitmqUrl, [...names].sort(), problems);
  return { queues, outboxes: outboxes.sort((a, b) => a.service.localeCompare(b.service)), problems };
}

async function readDatabase(service: string, url: string): Promise<{ outbox: OutboxDepth; consumers: string[] }> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: queryTimeoutMs,
    query_timeout: queryTimeoutMs,
  });
  await client.connect();
  try {
    const waiting = await client.query<{ waiting: number; oldest_seconds: number }>(
      `SELECT count(*)::int AS waiting, coalesce(extract(epoch FROM now() - min(created_at)), 0)::int AS oldest_seconds
       FROM outbox WHERE published_at IS NULL`,
    );
    const known = await client.query<{ consumer: string }>('SELECT DISTINCT consumer FROM messaging_subscriptions');
    const outbox = { service, ...(waiting.rows[0] ?? { waiting: 0, oldest_seconds: 0 }) };
    return { outbox, consumers: known.rows.map((row) => row.consumer) };
  } finally {
    await client.end();
  }
}

async function readQueues(url: string, names: string[], problems: string[]): Promise<QueueDepth[]> {
  let connection: ChannelModel | undefined;
  try {
    connection = await connect(url, { timeout: queryTimeoutMs });
    connection.on('error', (error: Error) => problems.push(`broker: ${error.message}`));
    return await askAll(connection, names);
  } catch (error) {
    problems.push(`broker: ${String(error)}`);
    return [];
  } finally {
    await connection?.close();
  }
}

/** Asking for a queue that does not exist closes the channel: the next question then needs a new one. */
async function askAll(connection: ChannelModel, names: string[]): Promise<QueueDepth[]> {
  const depths: QueueDepth[] = [];
  let channel: Channel | undefined;
  for (const queue of names) {
    channel ??= await openChannel(connection);
    try {
      const { messageCount, consumerCount } = await channel.checkQueue(queue);
      depths.push({ queue, messages: messageCount, consumers: consumerCount });
    } catch (error) {
      if ((error as { code?: number }).code !== queueMissing) throw error;
      channel = undefined;
    }
  }
  return depths;
}

async function openChannel(connection: ChannelModel): Promise<Channel> {
  const channel = await connection.createChannel();
  // The question that broke it gets the answer as well; without a listener the event would end the process.
  channel.on('error', () => undefined);
  return channel;
}

function show({ queues, outboxes, problems }: Depths): string {
  const faults = problems.map((text) => `<p class="no">${escapeHtml(text)}</p>`).join('');
  const outboxRows = outboxes.map(
    ({ service, waiting, oldest_seconds: age }) =>
      `<tr><td>${escapeHtml(service)}</td><td>${waiting}</td><td>${age} s</td></tr>`,
  );
  const queueRows = queues.map(({ queue, messages, consumers }) => {
    const dead = queue.endsWith('.dead') && messages > 0;
    const silent = !queue.endsWith('.dead') && !queue.includes('.retry.') && consumers === 0;
    return `<tr><td class="${dead || silent ? 'no' : ''}">${escapeHtml(queue)}</td><td>${messages}</td><td>${consumers}</td></tr>`;
  });
  return page(
    'queues',
    `${faults}<h2>Outboxes</h2><table><tr><th>service</th><th>waiting</th><th>oldest</th></tr>${outboxRows.join('')}</table>
<h2>Queues</h2><p class="dim">Red: dead letters wait (<code>npm run florin -- dead list</code>), or nobody listens. As JSON: <a href="/dev/queues?format=json">?format=json</a></p>
<table><tr><th>queue</th><th>messages</th><th>consumers</th></tr>${queueRows.join('')}</table>`,
  );
}

export function registerQueues(server: FastifyInstance, sources: Sources): void {
  server.get<{ Querystring: { format?: string } }>('/dev/queues', async (request, reply) => {
    const depths = await readDepths(sources);
    const json = request.query.format === 'json' || request.headers.accept === 'application/json';
    return json ? depths : reply.type('text/html; charset=utf-8').send(show(depths));
  });
}
