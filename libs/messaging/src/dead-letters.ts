import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Channel, GetMessage } from 'amqplib';
import { Transactions } from '@florin/database';
import { newId, Refusal } from '@florin/kernel';
import { AmqpConnections } from './connections';
import { carriedHeaders, copyOf } from './failed-messages';
import { MESSAGING_SETTINGS, type MessagingSettings } from './settings';
import { deadQueueOf, queueOf } from './topology';
import { within } from './within';

/** One look takes messages out and puts them back, so it takes no more than this. */
const mostLooked = 1_000;

export interface DeadLetter {
  queue: string;
  messageId: string;
  /** `spent`, `invalid_json`, `invalid_envelope`, `unknown_type`, `invalid_data`, `too_large`, `delivery_limit`, or a handler's own word. */
  reason: string;
  error: string | undefined;
  attempts: number;
  diedAt: string | undefined;
  traceId: string | undefined;
  correlationId: string | undefined;
  bytes: number;
}

export interface DeadLetterAction {
  /** Who asks for it: a user id or the name of an operator. */
  actor: string;
  reason?: string;
}

/** What operators do with dead letters. Replay and discard are written to `messaging_dead_letter_actions` before they are done. */
@Injectable()
export class DeadLetters {
  private readonly logger = new Logger('DeadLetters');
  /** A look hides the messages from other looks while it lasts. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly connections: AmqpConnections,
    private readonly transactions: Transactions,
    @Inject(MESSAGING_SETTINGS) private readonly settings: MessagingSettings,
  ) {}

  /** Names of this service's consumers, by which the other calls know a queue, with the number of their dead letters. */
  async queues(): Promise<{ queue: string; count: number }[]> {
    const rows = await this.transactions.run((tx) =>
      tx.query<{ consumer: string }>('SELECT DISTINCT consumer FROM messaging_subscriptions ORDER BY consumer'),
    );
    const counted: { queue: string; count: number }[] = [];
    for (const { consumer } of rows) counted.push({ queue: consumer, count: await this.count(consumer) });
    return counted;
  }

  /** The oldest dead letters of a queue. */
  list(queue: string, limit = 100): Promise<DeadLetter[]> {
    return this.look(queue, Math.min(limit, mostLooked), (_, messages) =>
      Promise.resolve(messages.map((message) => describe(queue, message))),
    );
  }

  /** One dead letter with its content as text. Throws `dead_letter_not_found`. */
  show(queue: string, messageId: string): Promise<DeadLetter & { content: string; headers: Record<string, unknown> }> {
    return this.look(queue, mostLooked, (_, messages) => {
      const message = find(messages, messageId);
      return Promise.resolve({
        ...describe(queue, message),
        content: message.content.toString('utf8'),
        headers: message.properties.headers ?? {},
      });
    });
  }

  /** Puts a dead letter back into its queue, with the id it had and all attempts anew: whoever has handled it already does nothing. */
  replay(queue: string, messageId: string, action: DeadLetterAction): Promise<void> {
    return this.act('replay', queue, messageId, action, (message) =>
      this.connections.publisher.publish({
        ...copyOf(message, carriedHeaders(message)),
        exchange: '',
        routingKey: queueOf(this.settings.namespace, queue),
      }),
    );
  }

  /** Throws a dead letter away for good; its content stays in the audit row. */
  discard(queue: string, messageId: string, action: DeadLetterAction): Promise<void> {
    return this.act('discard', queue, messageId, action, () => Promise.resolve());
  }

  private act(
    action: 'replay' | 'discard',
    queue: string,
    messageId: string,
    by: DeadLetterAction,
    perform: (message: GetMessage) => Promise<void>,
  ): Promise<void> {
    return this.look(queue, mostLooked, async (channel, messages) => {
      const message = find(messages, messageId);
      const id = newId();
      await this.transactions.run((tx) =>
        tx.execute(
          'INSERT INTO messaging_dead_letter_actions (id, queue, message_id, action, actor, reason, envelope) VALUES ($1, $2, $3, $4, $5, $6, $7)',
          [id, queue, messageId, action, by.actor, by.reason ?? null, textOf(message)],
        ),
      );
      await perform(message);
      channel.ack(message);
      await this.transactions.run((tx) =>
        tx.execute('UPDATE messaging_dead_letter_actions SET done_at = now() WHERE id = $1', [id]),
      );
    });
  }

  /** Takes up to `limit` messages, does the work, and leaves what was not acknowledged where it was. */
  private look<T>(
    queue: string,
    limit: number,
    work: (channel: Channel, messages: GetMessage[]) => Promise<T>,
  ): Promise<T> {
    const mine = this.turn.then(async () => {
      const channel = await this.openChannel();
      try {
        const messages: GetMessage[] = [];
        while (messages.length < limit) {
          const message = await channel.get(this.deadQueue(queue));
          if (!message) break;
          messages.push(message);
        }
        return await work(channel, messages);
      } finally {
        await channel.close().catch((error: unknown) => this.logger.debug(`${queue}: ${String(error)}`));
      }
    });
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private deadQueue(queue: string): string {
    return deadQueueOf(queueOf(this.settings.namespace, queue));
  }

  private async count(queue: string): Promise<number> {
    const channel = await this.openChannel();
    const { messageCount } = await channel.checkQueue(this.deadQueue(queue));
    await channel.close();
    return messageCount;
  }

  /** An operator waits for the answer: a broker that is away is said at once instead of waited for. */
  private async openChannel(): Promise<Channel> {
    const opening = this.connections.publishing.open();
    if (!(await within(this.settings.confirmTimeoutMs, opening)))
      throw new Refusal('unavailable', 'broker_unavailable', 'The broker cannot be reached.', { retryAfterSeconds: 5 });
    const channel = await (await opening).createChannel();
    channel.on('error', (error) => this.logger.warn(error.message));
    return channel;
  }
}

function find(messages: readonly GetMessage[], messageId: string): GetMessage {
  const message = messages.find(({ properties }) => properties.messageId === messageId);
  if (!message)
    throw new Refusal(
      'not_found',
      'dead_letter_not_found',
      `There is no dead letter ${messageId} among the oldest ${mostLooked}.`,
    );
  return message;
}

function describe(queue: string, { content, properties }: GetMessage): DeadLetter {
  const headers = properties.headers ?? {};
  const text = (name: string) => (headers[name] === undefined ? undefined : String(headers[name]));
  return {
    queue,
    messageId: String(properties.messageId ?? ''),
    // Without our own word the broker has put it here: it was handed out too often without an answer.
    reason: text('x-dead-reason') ?? headers['x-death']?.[0]?.reason ?? 'unknown',
    error: text('x-dead-error'),
    attempts: Number(headers['x-attempt'] ?? 1),
    diedAt: text('x-dead-at'),
    traceId: text('x-dead-trace-id'),
    correlationId: properties.correlationId === undefined ? undefined : String(properties.correlationId),
    bytes: content.length,
  };
}

/** PostgreSQL's text takes no NUL, and a broken message may hold any byte. */
function textOf({ content }: GetMessage): string {
  return content.toString('utf8').replaceAll('\u0000', '\uFFFD');
}
