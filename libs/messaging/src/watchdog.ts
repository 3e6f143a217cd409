import { Logger } from '@nestjs/common';
import type { AmqpConnection } from './amqp-connection';
import { messagingMetrics } from './metrics';
import type { QueueConsumer } from './queue-consumer';
import type { MessagingSettings } from './settings';
import { deadQueueOf } from './topology';

const checkTimeoutMs = 5_000;

/** Looks at every consumer now and then: does it hear? A subscription that lost its ear silently is made anew. */
export class Watchdog {
  private readonly logger = new Logger('Watchdog');
  private readonly silentNames = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private looking = false;

  constructor(
    private readonly consumers: readonly QueueConsumer[],
    private readonly connection: AmqpConnection,
    private readonly settings: MessagingSettings,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.look(), this.settings.watchdogMs);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
    for (const { name } of this.consumers) messagingMetrics.consumerSilent.set({ queue: name }, 0);
  }

  silent(): string[] {
    return [...this.silentNames];
  }

  async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      for (const consumer of this.consumers) await this.lookAt(consumer);
    } finally {
      this.looking = false;
    }
  }

  private async lookAt(consumer: QueueConsumer): Promise<void> {
    const { name, queue } = consumer;
    if (this.connection.connected) {
      const dead = await this.depthOf(deadQueueOf(queue));
      if (dead !== undefined) messagingMetrics.deadLetters.set({ queue: name }, dead);
      if (consumer.subscribed && !consumer.busy && (await this.depthOf(queue)) === 0) consumer.markWell();
    }
    const silent = consumer.quietForMs() > this.settings.silentAfterMs;
    messagingMetrics.consumerSilent.set({ queue: name }, silent ? 1 : 0);
    if (!silent) {
      this.silentNames.delete(name);
      return;
    }
    if (!this.silentNames.has(name)) this.logger.error(`${name}: silent for ${consumer.quietForMs()} ms (${stateOf(consumer)})`);
    this.silentNames.add(name);
    if (consumer.subscribed && !consumer.busy) consumer.resubscribe();
  }

  /** Messages that are ready in the queue, or undefined when the broker cannot say. */
  private async depthOf(queue: string): Promise<number | undefined> {
    let timer: NodeJS.Timeout | undefined;
    try {
      const model = await this.connection.open();
      timer = setTimeout(() => this.connection.discard(model), checkTimeoutMs);
      const channel = await model.createChannel();
      channel.on('error', (error) => this.logger.debug(`${queue}: ${error.message}`));
      const { messageCount } = await channel.checkQueue(queue);
      await channel.close();
      return messageCount;
    } catch (error) {
      this.logger.debug(`${queue}: ${String(error)}`);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }
}

function stateOf(consumer: QueueConsumer): string {
  if (!consumer.subscribed) return 'not subscribed';
  return consumer.busy ? 'its handler does not finish' : 'subscribed, but nothing arrives';
}
