import { Logger } from '@nestjs/common';
import type { ChannelModel, ConfirmChannel, Message, Options } from 'amqplib';
import type { AmqpConnection } from './amqp-connection';
import type { MessagingSettings } from './settings';
import { declareExchanges } from './topology';
import { within } from './within';

export interface Outgoing {
  exchange: string;
  routingKey: string;
  content: Buffer;
  messageId: string;
  properties: Options.Publish;
}

/** The broker answered that nobody listens there. */
export class Unroutable extends Error {
  override readonly name = 'Unroutable';
}

/** The broker has said no: the queue is full, or a node of it failed. */
export class Nacked extends Error {
  override readonly name = 'Nacked';
}

/** Nobody knows whether the broker has it: it must be sent again. */
export class NotConfirmed extends Error {
  override readonly name = 'NotConfirmed';
}

export interface Sent {
  /** One entry per message: undefined when the broker has confirmed it, or what went wrong. Never rejects. */
  outcomes: Promise<(Error | undefined)[]>;
}

interface Pending {
  returned: boolean;
  settle: (error?: Error) => void;
}

/** Publishes persistent, mandatory messages and says for each whether the broker has taken it. */
export class ConfirmedPublisher {
  private readonly logger = new Logger('Publisher');
  private readonly pending = new Map<string, Pending[]>();
  private channel: ConfirmChannel | undefined;
  private opening: Promise<ConfirmChannel> | undefined;

  constructor(
    private readonly connection: AmqpConnection,
    private readonly settings: MessagingSettings,
  ) {}

  /** Resolves when the broker has the message safe in a queue; throws Unroutable, Nacked or NotConfirmed. */
  async publish(message: Outgoing): Promise<void> {
    const { outcomes } = await this.send([message]);
    const [error] = await outcomes;
    if (error) throw error;
  }

  /**
   * Sends the messages in order. Resolves once they are written, so that the next set can follow at once;
   * what became of each is in `outcomes`.
   */
  async send(messages: readonly Outgoing[]): Promise<Sent> {
    const channel = await this.openChannel();
    const outcomes: Promise<Error | undefined>[] = [];
    for (const message of messages) {
      const outcome = this.sendOne(channel, message);
      outcomes.push(outcome.done);
      if (!outcome.roomLeft && !(await this.drained(channel))) this.giveUp(channel);
    }
    const all = Promise.all(outcomes);
    this.watch(channel, all);
    return { outcomes: all };
  }

  private sendOne(channel: ConfirmChannel, message: Outgoing): { done: Promise<Error | undefined>; roomLeft: boolean } {
    const key = keyOf(message.messageId, message.exchange, message.routingKey);
    let roomLeft = true;
    const done = new Promise<Error | undefined>((resolve) => {
      const entry: Pending = {
        returned: false,
        settle: (error) => {
          this.forget(key, entry);
          resolve(error);
        },
      };
      this.pending.set(key, [...(this.pending.get(key) ?? []), entry]);
      const confirmed = (error: unknown) =>
        entry.settle(error ? refusalOf(error) : entry.returned ? unroutable(message) : undefined);
      const options = { ...message.properties, messageId: message.messageId, persistent: true, mandatory: true };
      try {
        roomLeft = channel.publish(message.exchange, message.routingKey, message.content, options, confirmed);
      } catch (error) {
        entry.settle(new NotConfirmed(String(error)));
      }
    });
    return { done, roomLeft };
  }

  private forget(key: string, entry: Pending): void {
    const left = (this.pending.get(key) ?? []).filter((other) => other !== entry);
    if (left.length > 0) this.pending.set(key, left);
    else this.pending.delete(key);
  }

  /** A confirm that does not come in time: the channel is given up with all that is open on it, so no late confirm can be misread. */
  private watch(channel: ConfirmChannel, settled: Promise<unknown>): void {
    const timer = setTimeout(() => {
      this.logger.warn(`no confirm within ${this.settings.confirmTimeoutMs} ms: giving the channel up`);
      this.giveUp(channel);
    }, this.settings.confirmTimeoutMs);
    void settled.finally(() => clearTimeout(timer));
  }

  private giveUp(channel: ConfirmChannel): void {
    if (this.channel === channel) this.channel = undefined;
    for (const entries of [...this.pending.values()])
      for (const entry of entries) entry.settle(new NotConfirmed('the broker did not confirm in time'));
    channel.close().catch(() => this.logger.debug('the channel was closed already'));
  }

  /** The socket is full: wait until the broker has read, so that messages pile up in the database and not here. False when it does not. */
  private async drained(channel: ConfirmChannel): Promise<boolean> {
    let drain: () => void = () => undefined;
    const drained = new Promise<void>((resolve) => {
      drain = () => resolve();
      channel.on('drain', drain).on('close', drain);
    });
    try {
      return await within(this.settings.confirmTimeoutMs, drained);
    } finally {
      channel.off('drain', drain).off('close', drain);
    }
  }

  private openChannel(): Promise<ConfirmChannel> {
    if (this.channel) return Promise.resolve(this.channel);
    this.opening ??= this.makeChannel().finally(() => (this.opening = undefined));
    return this.opening;
  }

  private async makeChannel(): Promise<ConfirmChannel> {
    const model = await this.connection.open();
    const channel = await this.answered(model, model.createConfirmChannel());
    channel.on('error', (error) => this.logger.warn(error.message));
    channel.on('return', (message) => this.markReturned(message));
    channel.on('close', () => {
      if (this.channel === channel) this.channel = undefined;
    });
    await this.answered(model, declareExchanges(channel, this.settings));
    this.channel = channel;
    return channel;
  }

  /** A broker that takes the connection but does not answer would hold every publisher for ever: cut it. */
  private async answered<T>(model: ChannelModel, asked: Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.connection.discard(model), this.settings.confirmTimeoutMs);
    try {
      return await asked;
    } finally {
      clearTimeout(timer);
    }
  }

  private markReturned({ fields, properties }: Message): void {
    const entries = this.pending.get(keyOf(String(properties.messageId), fields.exchange, fields.routingKey)) ?? [];
    for (const entry of entries) entry.returned = true;
  }
}

function unroutable({ exchange, routingKey }: Outgoing): Unroutable {
  return new Unroutable(`no queue takes ${routingKey} from ${exchange || 'the default exchange'}`);
}

/** amqplib tells a nack and a lost channel apart by the text only. */
function refusalOf(error: unknown): Error {
  const text = error instanceof Error ? error.message : String(error);
  return text === 'message nacked' ? new Nacked('the broker refused the message') : new NotConfirmed(text);
}

function keyOf(messageId: string, exchange: string, routingKey: string): string {
  return `${messageId} ${exchange} ${routingKey}`;
}
