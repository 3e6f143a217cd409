import { DatabaseConfig, openDataSource, Transactions } from '@florin/database';
import { AmqpConnections, DeadLetters, messagingSettings } from '@florin/messaging';
import { Failure } from '../failure';
import type { RunFile } from '../run-file';

const usage = `florin dead list [queue] | show <queue> <message> | replay <queue> [message] [--reason …] | discard <queue> <message> --reason …`;

/** The service is the first part of its queue's name: `loyalty.on.orders.order.completed.v1`. */
function serviceOf(queue: string, run: RunFile): string {
  const service = queue.split('.')[0] ?? '';
  if (run.databases[service] !== undefined) return service;
  throw new Failure(`${queue} is not the queue of a service`, 'florin dead list names the queues');
}

async function withDeadLetters<Result>(
  service: string,
  run: RunFile,
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

async function list(run: RunFile, queue: string | undefined): Promise<string> {
  if (queue !== undefined) {
    const letters = await withDeadLetters(serviceOf(queue, run), run, (dead) => dead.list(queue));
    const rows = letters.map(
      (letter) =>
        `  ${letter.messageId}  ${letter.reason}  after ${letter.attempts}  ${letter.diedAt ?? ''}  ${letter.error ?? ''}`,
    );
    return [`${letters.length} dead letters in ${queue}`, ...rows].join('\n');
  }
  const lines: string[] = [];
  for (const service of Object.keys(run.services)) {
    const queues = await withDeadLetters(service, run, (dead) => dead.queues());
    lines.push(
      ...queues
        .filter(({ count }) => count > 0)
        .map(({ queue: name, count }) => `  ${String(count).padStart(5)}  ${name}`),
    );
  }
  return lines.length === 0 ? 'No dead letters.' : ['Dead letters:', ...lines].join('\n');
}

async function replayAll(run: RunFile, queue: string, reason: string | undefined): Promise<string> {
  return withDeadLetters(serviceOf(queue, run), run, async (dead) => {
    const letters = await dead.list(queue, 1_000);
    for (const { messageId } of letters) await dead.replay(queue, messageId, { actor: actor(), reason });
    return `${letters.length} messages are back in ${queue}.`;
  });
}

function actor(): string {
  return `cli:${process.env['USER'] ?? 'operator'}`;
}

/** `florin dead …`: what operators do with messages that could not be handled. Replay keeps the message id; both are audited. */
export async function dead(run: RunFile, args: string[]): Promise<string> {
  const reasonAt = args.indexOf('--reason');
  const reason = reasonAt === -1 ? undefined : args.slice(reasonAt + 1).join(' ');
  const [verb, queue, message] = reasonAt === -1 ? args : args.slice(0, reasonAt);
  if (verb === 'list') return list(run, queue);
  if (queue === undefined) throw new Failure('this command needs a queue', usage);
  if (verb === 'replay' && message === undefined) return replayAll(run, queue, reason);
  if (message === undefined) throw new Failure('this command needs a message id', usage);
  const service = serviceOf(queue, run);
  if (verb === 'show')
    return JSON.stringify(await withDeadLetters(service, run, (letters) => letters.show(queue, message)), null, 2);
  if (verb === 'replay') {
    await withDeadLetters(service, run, (letters) => letters.replay(queue, message, { actor: actor(), reason }));
    return `${message} is back in ${queue}.`;
  }
  if (verb !== 'discard') throw new Failure(`florin dead ${verb ?? ''} is not known`, usage);
  if (!reason) throw new Failure('throwing a message away needs a reason', usage);
  await withDeadLetters(service, run, (letters) => letters.discard(queue, message, { actor: actor(), reason }));
  return `${message} was thrown away; its content stays in the audit.`;
}
