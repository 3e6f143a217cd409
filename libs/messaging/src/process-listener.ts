import { parseEnvelope, validateData, type MessageContract } from '@florin/contracts';
import { backoffMs, newId, sleep } from '@florin/kernel';
import { Logger } from '@nestjs/common';
import type { Channel, ConsumeMessage } from 'amqplib';
import type { AmqpConnections } from './connections';
import type { MessagingSettings } from './settings';
import { exchangeOf, queueOf } from './topology';

const prefetch = 1_000;

export interface ProcessListenerOptions<T extends object> {
  contract: MessageContract<T>;
  /** Part of the queue's name: what the process does with it. */
  as: string;
  /** How long the queue of a process that died is kept. */
  expiresMs: number;
  /** Messages that may wait; the oldest give way. */
  maxLength: number;
  /** Takes one in memory. What it throws is logged, and the message is gone. */
  hear(data: T): void;
}

/**
 * Hears one kind of event in every process, for what a process keeps in its memory: effects in a database belong to
 * `@Consumes`. Each process has a queue of its own; it outlives a lost connection and is removed with the process. What was
 * said before the process started it does not hear.
 */
export class ProcessListener<T extends object> {
  private readonly logger = new Logger(ProcessListener.name);
  private readonly stopped = new AbortController();
  readonly queue: string;
  private channel: Channel | undefined;

  constructor(
    private readonly connections: AmqpConnections,
    private readonly settings: MessagingSettings,
    private readonly options: ProcessListenerOptions<T>,
  ) {
    this.queue = queueOf(settings.namespace, `${settings.service}.${options.as}.${newId()}`);
  }

  /** Comes back at once: a broker that is down must not keep the service down. */
  start(): void {
    void this.listen();
  }

  /** Resolves once it hears. */
  async whenReady(): Promise<void> {
    while (!this.channel && !this.stopped.signal.aborted) await sleep(20);
  }

  /** Before the connections close. */
  async stop(): Promise<void> {
    this.stopped.abort();
    try {
      await this.channel?.deleteQueue(this.queue);
    } catch (error) {
      this.logger.debug(`${this.queue} is left to expire: ${String(error)}`);
    }
  }

  private async listen(): Promise<void> {
    const { reconnectBaseMs, reconnectLimitMs } = this.settings;
    for (let attempt = 0; !this.stopped.signal.aborted; attempt += 1) {
      try {
        const { channel, closed } = await this.subscribe();
        this.channel = channel;
        attempt = 0;
        await closed;
      } catch (error) {
        if (!this.stopped.signal.aborted) this.logger.warn(`${this.queue}: nothing is heard: ${String(error)}`);
      }
      this.channel = undefined;
      await sleep(backoffMs(attempt, reconnectBaseMs, reconnectLimitMs), this.stopped.signal);
    }
  }

  private async subscribe(): Promise<{ channel: Channel; closed: Promise<void> }> {
    const { contract, expiresMs, maxLength } = this.options;
    const channel = await (await this.connections.consuming.open()).createChannel();
    const closed = new Promise<void>((done) => channel.once('close', done));
    channel.on('error', (error: unknown) => this.logger.warn(String(error)));
    const exchange = exchangeOf(this.settings.namespace, contract.kind);
    await channel.assertExchange(exchange, 'topic', { durable: true });
    await channel.assertQueue(this.queue, { durable: true, expires: expiresMs, maxLength });
    await channel.bindQueue(this.queue, exchange, contract.name);
    await channel.prefetch(prefetch);
    await channel.consume(this.queue, (message) => {
      if (!message) return void this.giveUp(channel);
      this.take(message);
      channel.ack(message);
    });
    return { channel, closed };
  }

  /** The broker cancelled the subscription; with a new channel comes a new one. */
  private async giveUp(channel: Channel): Promise<void> {
    try {
      await channel.close();
    } catch (error) {
      this.logger.debug(`${this.queue}: ${String(error)}`);
    }
  }

  private take({ content }: ConsumeMessage): void {
    const { contract, hear } = this.options;
    try {
      hear(validateData(contract, parseEnvelope(JSON.parse(content.toString('utf8'))).data));
    } catch (error) {
      this.logger.error(`${this.queue}: a message could not be read: ${String(error)}`);
    }
  }
}
