import { Logger } from '@nestjs/common';
import type { Channel } from 'amqplib';
import type { AmqpConnection } from './amqp-connection';
import { messagingMetrics } from './metrics';
import type { QueueConsumer } from './queue-consumer';
import type { MessagingSettings } from './settings';
import { deadQueueOf } from './topology';
import { within } from './within';

const checkTimeoutMs = 5_000;
/** A restart is a strong remedy, so it takes this many times the silence that raises the alarm. */
const stuckAfter = 4;

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

  /** True when one has been silent so long that only a new process may help. */
  stuck(): boolean {
    const limitMs = stuckAfter * this.settings.silentAfterMs;
    const isStuck = (consumer: QueueConsumer) => this.silentNames.has(consumer.name) && consumer.quietForMs() > limitMs;
    return this.connection.upForMs() > this.settings.silentAfterMs && this.consumers.some(isStuck);
  }

  async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    let channel: Channel | undefined;
    try {
      for (const consumer of this.consumers) {
        // One channel for the whole round; a queue that is missing costs it, and the next queue gets a new one.
        channel ??= await this.openChannel();
        if (channel && !(await this.measure(consumer, channel))) channel = undefined;
        this.judge(consumer);
      }
      await channel?.close();
    } catch (error) {
      this.logger.debug(`the round ended early: ${String(error)}`);
    } finally {
      this.looking = false;
    }
  }

  /** Asks the broker how deep the queues are. False when it did not say. */
  private async measure(consumer: QueueConsumer, channel: Channel): Promise<boolean> {
    const { name, queue } = consumer;
    try {
      const dead = await answerOf(channel.checkQueue(deadQueueOf(queue)));
      messagingMetrics.deadLetters.set({ queue: name }, dead.messageCount);
      const idle = consumer.subscribed && !consumer.busy;
      if (idle && (await answerOf(channel.checkQueue(queue))).messageCount === 0) consumer.markWell();
      return true;
    } catch (error) {
      this.logger.debug(`${name}: ${String(error)}`);
      return false;
    }
  }

  private judge(consumer: QueueConsumer): void {
    const { name } = consumer;
    const silent = consumer.quietForMs() > this.settings.silentAfterMs;
    messagingMetrics.consumerSilent.set({ queue: name }, silent ? 1 : 0);
    if (!silent) {
      this.silentNames.delete(name);
      return;
    }
    if (!this.silentNames.has(name))
      this.logger.error(`${name}: silent for ${consumer.quietForMs()} ms (${stateOf(consumer)})`);
    this.silentNames.add(name);
    if (consumer.subscribed && !consumer.busy) consumer.resubscribe();
  }

  private async openChannel(): Promise<Channel | undefined> {
    if (!this.connection.connected) return undefined;
    const model = await this.connection.open();
    const channel = await answerOf(model.createChannel());
    channel.on('error', (error) => this.logger.debug(error.message));
    return channel;
  }
}

/** A broker that does not answer must not hold the watchdog, which is there for such cases. */
async function answerOf<T>(asked: Promise<T>): Promise<T> {
  if (!(await within(checkTimeoutMs, asked))) throw new Error('the broker does not answer');
  return asked;
}

function stateOf(consumer: QueueConsumer): string {
  if (!consumer.subscribed) return 'not subscribed';
  return consumer.busy ? 'its handler does not finish' : 'subscribed, but nothing arrives';
}
