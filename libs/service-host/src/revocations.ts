import { RevokedSessions } from '@florin/access';
import { parseEnvelope, sessionRevoked, validateData } from '@florin/contracts';
import { backoffMs, newId, sleep } from '@florin/kernel';
import { AmqpConnections, exchangeOf, queueOf, type MessagingSettings } from '@florin/messaging';
import { Logger } from '@nestjs/common';
import type { Channel, ConsumeMessage } from 'amqplib';

const prefetch = 1_000;

/**
 * Hears `auth.session.revoked` in every process that answers requests, so that access tokens of an ended session are
 * refused at once. Each process has a queue of its own, because each must hear all of them; it outlives a lost connection
 * and is removed with the process. What was said before the process started it does not hear: until they expire, such
 * tokens are believed there.
 */
export class Revocations {
  private readonly logger = new Logger(Revocations.name);
  private readonly stopped = new AbortController();
  readonly queue: string;
  private channel: Channel | undefined;

  constructor(
    private readonly connections: AmqpConnections,
    private readonly settings: MessagingSettings,
    private readonly sessions: RevokedSessions,
  ) {
    this.queue = queueOf(settings.namespace, `${settings.service}.revoked-sessions.${newId()}`);
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
        if (!this.stopped.signal.aborted) this.logger.warn(`revoked sessions are not heard: ${String(error)}`);
      }
      this.channel = undefined;
      await sleep(backoffMs(attempt, reconnectBaseMs, reconnectLimitMs), this.stopped.signal);
    }
  }

  private async subscribe(): Promise<{ channel: Channel; closed: Promise<void> }> {
    const channel = await (await this.connections.consuming.open()).createChannel();
    const closed = new Promise<void>((done) => channel.once('close', done));
    channel.on('error', (error: unknown) => this.logger.warn(String(error)));
    const exchange = exchangeOf(this.settings.namespace, sessionRevoked.kind);
    await channel.assertExchange(exchange, 'topic', { durable: true });
    await channel.assertQueue(this.queue, {
      durable: true,
      expires: this.sessions.keepMs,
      maxLength: this.sessions.limit,
    });
    await channel.bindQueue(this.queue, exchange, sessionRevoked.name);
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
    try {
      const { data } = parseEnvelope(JSON.parse(content.toString('utf8')));
      this.sessions.add(validateData(sessionRevoked, data).sessionId);
    } catch (error) {
      this.logger.error(`a revocation could not be read: ${String(error)}`);
    }
  }
}
