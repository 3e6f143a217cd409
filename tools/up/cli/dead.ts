import { parseArgs } from 'node:util';
import { Logger } from '@nestjs/common';
import { DatabaseConfig, openDataSource, Transactions } from '@florin/database';
import { AmqpConnections, DeadLetters, messagingSettings } from '@florin/messaging';
import { Failure } from '../failure';
import { understood } from '../flags';
import type { RunFile } from '../run-file';

const usage = `florin dead [list [queue]] [--json] | show <queue> <message> | replay <queue> [message] [--reason …] | discard <queue> <message> --reason …`;

/** What it needs to know of a run. */
export type DeadRun = Pick<RunFile, 'services' | 'databases' | 'rabbitmqUrl'>;

/** What is asked for. A queue goes by its own name or by that of its dead-letter queue, which the page of queues shows. */
interface Wish {
  verb: string;
  queue: string | undefined;
  message: string | undefined;
  /** Everything after `--reason`, with or without quotes. */
  reason: string | undefined;
  json: boolean;
}

function readWish(args: string[]): Wish {
  const reasonAt = args.indexOf('--reason');
  const before = reasonAt === -1 ? args : args.slice(0, reasonAt);
  const reason = reasonAt === -1 ? undefined : args.slice(reasonAt + 1).join(' ');
  const { values, positionals } = understood(usage, () =>
    parseArgs({
      args: before,
      allowPositionals: true,
      options: { json: { type: 'boolean', default: false } },
    }),
  );
  const [verb = 'list', queue, message] = positionals;
  return { verb, queue: queue?.replace(/\.dead$/, ''), message, reason, json: values.json };
}

/** The service is the first part of its queue's name: `loyalty.on.orders.order.completed.v1`. */
function serviceOf(queue: string, run: DeadRun): string {
  const service = queue.split('.')[0] ?? '';
  if (run.databases[service] !== undefined) return service;
  throw new Failure(
    `${queue} is not the queue of a service`,
    `a queue's name begins with its service: ${Object.keys(run.databases).join(', ')}`,
  );
}

async function withDeadLetters<Result>(
  service: string,
  run: DeadRun,
  work: (letters: DeadLetters) => Promise<Result>,
): Promise<Result> {
  const config = DatabaseConfig.from({ DATABASE_URL: run.databases[service], DATABASE_POOL_SIZE: '2' });
  const dataSource = await openDataSource(config, 'florin-dead');
  const settings = messagingSettings({ service, rabbitmqUrl: run.rabbitmqUrl });
  const connections = new AmqpConnections(settings);
  try {
    return await work(new DeadLetters(connections, new Transactions(dataSource), settings));
  } finally {
    await connections.close();
    await dataSource.destroy();
  }
}

/** The dead letters of the service that the queue belongs to, once it is known that there is such a queue. */
function withQueue<Result>(run: DeadRun, queue: string, work: (letters: DeadLetters) => Promise<Result>) {
  return withDeadLetters(serviceOf(queue, run), run, async (letters) => {
    const names = (await letters.queues()).map((each) => each.queue);
    if (!names.includes(queue))
      throw new Failure(
        `there is no queue ${queue}`,
        names.length > 0 ? `choose one of ${names.join(', ')}` : 'this service hears nothing: choose another',
      );
    return work(letters);
  });
}

async function list(run: DeadRun, json: boolean): Promise<string> {
  const filled: { queue: string; count: number }[] = [];
  for (const service of Object.keys(run.services)) {
    const queues = await withDeadLetters(service, run, (letters) => letters.queues());
    filled.push(...queues.filter(({ count }) => count > 0));
  }
  if (json) return JSON.stringify(filled, null, 2);
  const lines = filled.map(({ queue, count }) => `  ${String(count).padStart(5)}  ${queue}`);
  return lines.length === 0 ? 'No dead letters.' : ['Dead letters:', ...lines].join('\n');
}

async function listQueue(run: DeadRun, queue: string, json: boolean): Promise<string> {
  const letters = await withQueue(run, queue, (dead) => dead.list(queue));
  if (json) return JSON.stringify(letters, null, 2);
  const rows = letters.map(
    ({ messageId, reason, attempts, diedAt, error }) =>
      `  ${messageId}  ${reason}  after ${attempts}  ${diedAt ?? ''}  ${error ?? ''}`,
  );
  return [`${letters.length} dead letters in ${queue}`, ...rows].join('\n');
}

function replayAll(run: DeadRun, queue: string, reason: string | undefined): Promise<string> {
  return withQueue(run, queue, async (dead) => {
    const letters = await dead.list(queue, 1_000);
    for (const { messageId } of letters) await dead.replay(queue, messageId, { actor: actor(), reason });
    return `${letters.length} messages are back in ${queue}.`;
  });
}

function actor(): string {
  return `cli:${process.env['USER'] ?? 'operator'}`;
}

/** `florin dead …`: what operators do with messages that could not be handled. Replay keeps the message id; both are audited. */
export async function dead(run: DeadRun, args: string[]): Promise<string> {
  // What goes wrong is thrown and said once, in plain words; the libraries' own notes are for the logs of services.
  Logger.overrideLogger(false);
  const { verb, queue, message, reason, json } = readWish(args);
  if (!['list', 'show', 'replay', 'discard'].includes(verb))
    throw new Failure(`florin dead ${verb} is not known`, usage);
  if (verb === 'list') return queue === undefined ? list(run, json) : listQueue(run, queue, json);
  if (queue === undefined) throw new Failure('this command needs a queue', usage);
  if (verb === 'replay' && message === undefined) return replayAll(run, queue, reason);
  if (message === undefined) throw new Failure('this command needs a message id', usage);
  if (verb === 'show')
    return JSON.stringify(await withQueue(run, queue, (letters) => letters.show(queue, message)), null, 2);
  if (verb === 'replay') {
    await withQueue(run, queue, (letters) => letters.replay(queue, message, { actor: actor(), reason }));
    return `${message} is back in ${queue}.`;
  }
  if (!reason) throw new Failure('throwing a message away needs a reason', usage);
  await withQueue(run, queue, (letters) => letters.discard(queue, message, { actor: actor(), reason }));
  return `${message} was thrown away; its content stays in the audit.`;
}
