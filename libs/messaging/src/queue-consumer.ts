import { Logger } from '@nestjs/common';
import type { Channel, ConsumeMessage } from 'amqplib';
import { backoffMs, sleep } from '@florin/kernel';
import { ConnectionClosed, type AmqpConnection } from './amqp-connection';
import type { Subscription } from './consumes';
import { declaredChannel } from './declared-channel';
import type { FailedMessages } from './failed-messages';
import { messagingMetrics } from './metrics';
import type { Outcome } from './outcome';
import type { Rounds } from './rounds';
import type { Part, SetHandler } from './set-handler';
import type { MessagingSettings } from './settings';
import { within } from './within';

/** Declaring and subscribing takes milliseconds; a broker that does not answer must not hold the consumer. */
const subscribeTimeoutMs = 15_000;

interface Waiting {
  message: ConsumeMessage;
  channel: Channel;
}

/** A subscription that runs; `ended` resolves when the broker or the connection has ended it. */
interface Subscribed {
  ended: Promise<void>;
}

export interface QueueConsumerParts {
  /** Its name in the metrics and the logs. */
  consumer: string;
  queue: string;
  subscription: Subscription;
  connection: AmqpConnection;
  handler: SetHandler;
  /** Who takes what waits here. */
  rounds: Rounds;
  failed: FailedMessages;
  settings: MessagingSettings;
}

/** Deliveries that are being handled. */
export interface TakenSet {
  part: Part;
  markWell(): void;
  /** Acknowledges, sends on or keeps each, as the part's outcomes say. */
  settle(): void;
}

/** One queue: keeps the subscription alive through cancels and lost connections, gathers what waits, acknowledges what is done. */
export class QueueConsumer {
  private readonly logger = new Logger('Consumer');
  private readonly stopped = new AbortController();
  private readonly waiting: Waiting[] = [];
  private readonly sendingOn = new Set<Promise<void>>();
  private channel: Channel | undefined;
  private consumerTag: string | undefined;
  private inHand = false;
  private loop: Promise<void> | undefined;
  private lastProgressAt = Date.now();

  constructor(private readonly parts: QueueConsumerParts) {
    parts.rounds.add(this);
  }

  get name(): string {
    return this.parts.consumer;
  }

  get queue(): string {
    return this.parts.queue;
  }

  get subscription(): Subscription {
    return this.parts.subscription;
  }

  get subscribed(): boolean {
    return this.consumerTag !== undefined;
  }

  /** True while a delivery is being handled or waits for it. */
  get busy(): boolean {
    return this.inHand || this.hasWaiting;
  }

  get hasWaiting(): boolean {
    return this.waiting.length > 0;
  }

  /** Milliseconds since it was last known to be well: subscribed anew, or done with something, or seen with nothing to do. */
  quietForMs(now = Date.now()): number {
    return now - this.lastProgressAt;
  }

  markWell(): void {
    this.lastProgressAt = Date.now();
  }

  /** Starts to subscribe and to stay subscribed. `onSubscribed` is told each time the queue is declared, bound and consumed from. */
  start(onSubscribed: () => void): void {
    this.loop ??= this.staySubscribed(onSubscribed);
  }

  /** Gives the channel up, so that the loop subscribes anew: for a consumer that has gone silent. */
  resubscribe(): void {
    this.channel?.close().catch((error: unknown) => this.logger.debug(`${this.name}: ${String(error)}`));
  }

  /** Stops new deliveries. Those that wait unstarted go back to the broker when the channel closes. */
  async cancel(): Promise<void> {
    this.stopped.abort();
    this.parts.rounds.stop();
    this.waiting.length = 0;
    const { channel, consumerTag } = this;
    if (!channel || !consumerTag) return;
    await within(subscribeTimeoutMs, channel.cancel(consumerTag)).catch((error: unknown) =>
      this.logger.debug(`${this.name}: ${String(error)}`),
    );
    this.waiting.length = 0;
  }

  /** Waits until the running handler is done and what failed has been sent on. */
  async drain(): Promise<void> {
    await this.parts.rounds.drain();
    await Promise.allSettled(this.sendingOn);
  }

  /** Resolves when it no longer tries to subscribe: after close() and the end of the connection. */
  async ended(): Promise<void> {
    await this.loop;
  }

  /** Closes the channel after drain(): acknowledgements written before it reach the broker first. */
  async close(): Promise<void> {
    const channel = this.channel;
    this.channel = undefined;
    this.consumerTag = undefined;
    if (channel)
      await within(subscribeTimeoutMs, channel.close()).catch((error: unknown) =>
        this.logger.debug(`${this.name}: ${String(error)}`),
      );
  }

  private async staySubscribed(onSubscribed: () => void): Promise<void> {
    const { reconnectBaseMs, reconnectLimitMs } = this.parts.settings;
    for (let attempt = 0; !this.stopped.signal.aborted; attempt += 1) {
      try {
        const { ended } = await this.subscribe();
        onSubscribed();
        attempt = 0;
        await ended;
      } catch (error) {
        if (error instanceof ConnectionClosed) return;
        this.logger.warn(`${this.name}: cannot subscribe: ${String(error)}`);
      }
      this.channel = undefined;
      this.consumerTag = undefined;
      await sleep(reconnectBaseMs / 2 + backoffMs(attempt, reconnectBaseMs, reconnectLimitMs), this.stopped.signal);
    }
  }

  /** Resolves once subscribed, with a promise for the end of it: cancel by the broker, channel or connection lost. */
  private async subscribe(): Promise<Subscribed> {
    const model = await this.parts.connection.open();
    const timer = setTimeout(() => this.parts.connection.discard(model), subscribeTimeoutMs);
    try {
      const { queue, subscription, settings } = this.parts;
      const { contract, prefetch } = subscription;
      const channel = await declaredChannel(model, {
        consumer: this.name,
        queue,
        namespace: settings.namespace,
        contract,
      });
      await channel.prefetch(prefetch);
      return await this.consume(channel);
    } finally {
      clearTimeout(timer);
    }
  }

  private async consume(channel: Channel): Promise<Subscribed> {
    const ended = new Promise<void>((resolve) => channel.once('close', resolve));
    const { consumerTag } = await channel.consume(this.queue, (message) => {
      if (message) this.receive({ message, channel });
      else {
        this.logger.warn(`${this.name}: the broker cancelled the consumer`);
        this.consumerTag = undefined;
        channel.close().catch((error: unknown) => this.logger.debug(`${this.name}: ${String(error)}`));
      }
    });
    this.channel = channel;
    this.consumerTag = consumerTag;
    this.markWell();
    return { ended };
  }

  private receive(delivery: Waiting): void {
    if (this.stopped.signal.aborted) return;
    this.waiting.push(delivery);
    this.parts.rounds.call();
  }

  /** Takes what waits as one set, if anything does. It is in hand until it is settled. */
  take(): TakenSet | undefined {
    const set = this.waiting
      .splice(0, this.parts.subscription.maxSet)
      .filter(({ channel }) => channel === this.channel);
    if (set.length === 0) return undefined;
    this.inHand = true;
    const stopTimer = messagingMetrics.handleSeconds.startTimer({ queue: this.name });
    const part = this.parts.handler.read(set.map(({ message }) => message));
    return {
      part,
      markWell: () => this.markWell(),
      settle: () => {
        stopTimer();
        this.inHand = false;
        set.forEach((delivery, index) => this.settle(delivery, part.outcomes[index] ?? { kind: 'given_back' }));
        this.markWell();
      },
    };
  }

  private settle(delivery: Waiting, outcome: Outcome): void {
    switch (outcome.kind) {
      case 'handled':
      case 'duplicate':
        this.count(outcome.kind);
        this.acknowledge(delivery);
        break;
      case 'failed':
      case 'poison': {
        // Not awaited: the queue goes on, and the prefetch limit bounds how many can be on their way.
        const sent = this.sendOn(delivery, outcome).finally(() => this.sendingOn.delete(sent));
        this.sendingOn.add(sent);
        break;
      }
      case 'given_back':
        break;
    }
  }

  /** Until the copy is confirmed the original stays unacknowledged, so nothing is lost whatever happens in between. */
  private async sendOn({ message, channel }: Waiting, outcome: Extract<Outcome, { error: unknown }>): Promise<void> {
    const { failed, settings } = this.parts;
    for (let attempt = 0; channel === this.channel; attempt += 1) {
      try {
        const done =
          outcome.kind === 'poison'
            ? await failed.bury(this.queue, message, outcome.reason, outcome.error)
            : await failed.retryOrBury(this.queue, message, outcome.error);
        const dead = outcome.kind === 'poison' || done === 'dead';
        this.count(dead ? 'dead' : 'retried');
        const about = `${this.name}: message ${String(message.properties.messageId)} ${dead ? 'is dead' : 'will be tried again'}: ${String(outcome.error)}`;
        if (dead) this.logger.error(about);
        else this.logger.warn(about);
        return this.acknowledge({ message, channel });
      } catch (error) {
        if (error instanceof ConnectionClosed) return;
        this.logger.warn(`${this.name}: a failed message cannot be sent on yet: ${String(error)}`);
        await sleep(backoffMs(attempt, settings.reconnectBaseMs, settings.reconnectLimitMs), this.stopped.signal);
        if (this.stopped.signal.aborted) return;
      }
    }
  }

  private acknowledge({ message, channel }: Waiting): void {
    // On a channel that is gone nothing can be acknowledged: the broker hands the message out again, and the inbox knows it.
    if (channel !== this.channel) return;
    try {
      channel.ack(message);
    } catch (error) {
      this.logger.debug(`${this.name}: ${String(error)}`);
    }
  }

  private count(outcome: string): void {
    messagingMetrics.handled.inc({ queue: this.name, outcome });
  }
}
