import { Inject, Injectable } from '@nestjs/common';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { Transactions } from '@florin/database';
import { backoffMs, Bug, sleep } from '@florin/kernel';
import { AmqpConnections } from './connections';
import { florinTransport, subscriptionKey, type Subscription } from './consumes';
import { FailedMessages } from './failed-messages';
import { QueueConsumer } from './queue-consumer';
import { Rounds } from './rounds';
import { SetHandler } from './set-handler';
import { MESSAGING_SETTINGS, type MessagingSettings } from './settings';
import { consumerOf, queueOf } from './topology';
import { Watchdog } from './watchdog';
import { within } from './within';

const insertSubscription =
  'INSERT INTO messaging_subscriptions (consumer, type, version) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING';

export interface MessagingHealth {
  connected: boolean;
  consumers: { name: string; subscribed: boolean; silent: boolean }[];
  /** A consumer is silent although the broker has been there long enough: only a restart may help. For the liveness check. */
  stuck: boolean;
}

/** Our transport for Nest: binds every `@Consumes` and `@ConsumesSet` method to a queue of its own. Connect it with `app.connectMicroservice({ strategy: app.get(FlorinTransport) })`. */
@Injectable()
export class FlorinTransport extends Server implements CustomTransportStrategy {
  override transportId = florinTransport;
  /** We await each handler and decide by its error, so Nest need not report it. */
  override readonly propagatesEventHandlerErrors = true;
  private consumers: QueueConsumer[] = [];
  private watchdog: Watchdog | undefined;
  private readonly ready = new Set<string>();
  private closing: Promise<void> | undefined;

  constructor(
    private readonly connections: AmqpConnections,
    private readonly transactions: Transactions,
    @Inject(MESSAGING_SETTINGS) private readonly settings: MessagingSettings,
  ) {
    super();
  }

  override addHandler(
    pattern: unknown,
    callback: MessageHandler,
    isEventHandler = false,
    extras: Record<string, unknown> = {},
  ): void {
    if (!extras[subscriptionKey]) return;
    if (this.messageHandlers.has(this.normalizePattern(pattern as string))) {
      throw new Bug(
        `two handlers of "${String(pattern)}" in ${this.settings.service}: give one of them a name with { as }`,
      );
    }
    super.addHandler(pattern, callback, isEventHandler, extras);
  }

  /** Starts all consumers and calls back at once: a broker that is down must not keep the service down. See whenReady(). */
  listen(callback: (error?: unknown) => void): void {
    const failed = new FailedMessages(this.connections.publisher, this.settings);
    const rounds = new Map<object, Rounds>();
    this.consumers = [...this.messageHandlers.values()].map((handler) => this.consumerOf(handler, rounds, failed));
    for (const consumer of this.consumers) consumer.start(() => void this.record(consumer));
    this.watchdog = new Watchdog(this.consumers, this.connections.consuming, this.settings);
    this.watchdog.start();
    callback();
  }

  /** Resolves once every queue has been declared, bound and subscribed to: what is said from then on reaches this service. */
  async whenReady(): Promise<void> {
    while (!this.closing && this.consumers.some(({ name }) => !this.ready.has(name))) await sleep(20);
  }

  health(): MessagingHealth {
    const silent = new Set(this.watchdog?.silent());
    const { consuming } = this.connections;
    return {
      connected: consuming.connected,
      consumers: this.consumers.map(({ name, subscribed }) => ({ name, subscribed, silent: silent.has(name) })),
      stuck: this.watchdog?.stuck() ?? false,
    };
  }

  /** Cancels the consumers, waits for running handlers (at the most `drainMs`), and closes their channels once everything is acknowledged. */
  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  on(): never {
    throw new Bug('the transport has no events; use health()');
  }

  unwrap<T>(): T {
    return this.connections as T;
  }

  private consumerOf(handler: MessageHandler, roundsOf: Map<object, Rounds>, failed: FailedMessages): QueueConsumer {
    const subscription = handler.extras?.[subscriptionKey] as Subscription;
    const { gatherMs } = this.settings;
    const sharers = gatherMs > 0 ? this : subscription.controller;
    const rounds = roundsOf.get(sharers) ?? new Rounds(this.transactions, gatherMs);
    roundsOf.set(sharers, rounds);
    const { service, namespace, maxMessageBytes } = this.settings;
    const consumer = consumerOf(service, subscription.contract.name, subscription.as);
    const setHandler = new SetHandler({
      consumer,
      subscription,
      handler,
      maxMessageBytes,
    });
    const connection = this.connections.consuming;
    return new QueueConsumer({
      consumer,
      queue: queueOf(namespace, consumer),
      subscription,
      connection,
      handler: setHandler,
      rounds,
      failed,
      settings: this.settings,
    });
  }

  /** Writes down who hears what. After the binding, so that every event from `since` on can be expected in the inbox. */
  private async record({ name, subscription }: QueueConsumer): Promise<void> {
    const { reconnectBaseMs, reconnectLimitMs } = this.settings;
    for (let attempt = 0; !this.ready.has(name) && !this.closing; attempt += 1) {
      try {
        await this.transactions.run((tx) =>
          tx.execute(insertSubscription, [name, subscription.contract.type, subscription.contract.version]),
        );
        this.ready.add(name);
      } catch (error) {
        this.logger.warn(`${name} hears, but that cannot be written down yet: ${String(error)}`);
        await sleep(backoffMs(attempt, reconnectBaseMs, reconnectLimitMs));
      }
    }
  }

  private async shutDown(): Promise<void> {
    this.watchdog?.stop();
    await Promise.all(this.consumers.map((consumer) => consumer.cancel()));
    const drained = Promise.all(this.consumers.map((consumer) => consumer.drain()));
    if (!(await within(this.settings.drainMs, drained)))
      this.logger.warn(`handlers still run after ${this.settings.drainMs} ms; their messages will be handed out again`);
    await Promise.all(this.consumers.map((consumer) => consumer.close()));
    await this.connections.consuming.close();
    await Promise.all(this.consumers.map((consumer) => consumer.ended()));
  }
}
