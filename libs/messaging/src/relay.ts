import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { backoffMs, Bell, Pace, sleep } from '@florin/kernel';
import { NotConfirmed, type Outgoing, type Sent } from './confirmed-publisher';
import { AmqpConnections } from './connections';
import { messagingMetrics } from './metrics';
import { OutboxWake } from './outbox-wake';
import { RelaySession, type OutboxRow } from './relay-session';
import { clientConfigOf } from './relay-database';
import { MESSAGING_SETTINGS, type MessagingSettings } from './settings';
import { exchangeOf } from './topology';
import { unlessAborted, within } from './within';

/** Rows on their way at the most, in batches: reading, confirming and marking overlap. */
const batchesOnTheirWay = 3;
/** Transactions commit out of the order of their numbers. Those that are this far behind are found by the full look instead. */
const lookBehind = 20_000;
const fullLookMs = 1_000;
const backlogMs = 5_000;
/** Large messages come in smaller batches, so that a batch never weighs much more than this. */
const batchBytes = 8 * 1024 * 1024;
const standbyMs = 1_000;

/** Publishes what the outbox holds, in order. One per database works at a time; others stand by and take over. */
@Injectable()
export class Relay {
  private readonly logger = new Logger('Relay');
  private readonly onTheirWay = new Map<string, Promise<void>>();
  private stopping = new AbortController();
  private loop: Promise<void> | undefined;
  private readonly bell = new Bell();
  private leads = false;
  private readonly pace = new Pace();
  private newest = 0;
  /** Sendings in a row that the broker did not confirm. */
  private failures = 0;
  private batch: number;

  constructor(
    private readonly dataSource: DataSource,
    private readonly connections: AmqpConnections,
    private readonly wake: OutboxWake,
    @Inject(MESSAGING_SETTINGS) private readonly settings: MessagingSettings,
  ) {
    this.batch = settings.relayBatch;
  }

  /** True while this process holds the lock of the database's relay. */
  get isLeader(): boolean {
    return this.leads;
  }

  start(): void {
    if (this.loop) return;
    this.stopping = new AbortController();
    this.loop = this.run();
  }

  /** Ends the loop, waits for the confirms of what is on its way and marks it, and gives the lock back. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.ring();
    await this.loop;
    this.loop = undefined;
  }

  private async run(): Promise<void> {
    const { reconnectBaseMs, reconnectLimitMs } = this.settings;
    for (let attempt = 0; !this.stopping.signal.aborted; attempt += 1) {
      try {
        await this.session();
        attempt = 0;
      } catch (error) {
        this.logger.warn(`the relay starts again: ${String(error)}`);
      }
      await sleep(backoffMs(attempt, reconnectBaseMs, reconnectLimitMs), this.stopping.signal);
    }
  }

  private async session(): Promise<void> {
    const session = await RelaySession.open(
      clientConfigOf(this.dataSource),
      () => this.ring(),
      () => this.ring(),
    );
    try {
      while (session.usable && !this.stopping.signal.aborted && !(await session.lead()))
        await sleep(standbyMs, this.stopping.signal);
      if (session.usable && !this.stopping.signal.aborted) await this.lead(session);
    } finally {
      this.leads = false;
      this.wake.listen(undefined);
      await session.close().catch((error: unknown) => this.logger.debug(`closing: ${String(error)}`));
    }
  }

  private async lead(session: RelaySession): Promise<void> {
    this.logger.log('publishing the outbox');
    this.leads = true;
    this.newest = 0;
    this.onTheirWay.clear();
    this.wake.listen(() => this.ring());
    const housekeeping = this.keepHouse(session);
    try {
      await this.publishUntilStopped(session);
      if (session.usable && this.connections.publishing.connected) await this.publishOnce(session, 0);
      await Promise.all(this.onTheirWay.values());
    } finally {
      clearInterval(housekeeping);
    }
  }

  private async publishUntilStopped(session: RelaySession): Promise<void> {
    const { reconnectBaseMs, reconnectLimitMs } = this.settings;
    let fullLookAt = 0;
    while (session.usable && !this.stopping.signal.aborted) {
      const full = Date.now() >= fullLookAt;
      if (full) {
        await session.release();
        fullLookAt = Date.now() + fullLookMs;
      }
      const read = await this.pace.turn(
        () => this.publishOnce(session, full ? 0 : this.newest - lookBehind),
        this.stopping.signal,
      );
      if (this.onTheirWay.size >= batchesOnTheirWay * this.batch) await Promise.race(this.onTheirWay.values());
      if (this.failures > 0)
        await sleep(backoffMs(this.failures, reconnectBaseMs, reconnectLimitMs), this.stopping.signal);
      else if (read < this.batch) await this.bell.rest(this.settings.relayPollMs);
    }
  }

  private async publishOnce(session: RelaySession, afterSeq: number): Promise<number> {
    this.bell.hush();
    const rows = await session.ready(afterSeq, [...this.onTheirWay.keys()], this.batch);
    if (rows.length > 0) {
      this.newest = Math.max(this.newest, ...rows.map((row) => row.seq));
      await this.dispatch(session, rows);
    }
    return rows.length;
  }

  /** Sends the rows in order and goes on; what becomes of them is settled beside the loop. */
  private async dispatch(session: RelaySession, rows: readonly OutboxRow[]): Promise<void> {
    const sent = await this.send(rows).catch((error: unknown) =>
      this.noteFailure(`the broker does not take the outbox: ${String(error)}`),
    );
    if (!sent) return;
    const weight = rows.reduce((sum, row) => sum + row.envelope.length, 0) / rows.length;
    this.batch = Math.max(1, Math.min(this.settings.relayBatch, Math.floor(batchBytes / weight)));
    const settled: Promise<void> = sent.outcomes
      .then((errors) => this.settle(session, rows, errors))
      .catch((error: unknown) => this.logger.warn(`published, but not marked; it will be sent again: ${String(error)}`))
      .finally(() => {
        // A session that broke must not forget what its successor has on the way.
        for (const { id } of rows) if (this.onTheirWay.get(id) === settled) this.onTheirWay.delete(id);
      });
    for (const { id } of rows) this.onTheirWay.set(id, settled);
  }

  private async settle(
    session: RelaySession,
    rows: readonly OutboxRow[],
    errors: readonly (Error | undefined)[],
  ): Promise<void> {
    const now = Date.now();
    const published = rows.filter((_, index) => errors[index] === undefined);
    const refused = rows.flatMap(({ id }, index) => {
      const error = errors[index];
      return error && !(error instanceof NotConfirmed) ? [{ id, error: error.message }] : [];
    });
    const unconfirmed = rows.length - published.length - refused.length;
    for (const { createdAt } of published)
      messagingMetrics.outboxLag.observe(Math.max(0, now - createdAt.getTime()) / 1000);
    messagingMetrics.published.inc({ outcome: 'confirmed' }, published.length);
    messagingMetrics.published.inc({ outcome: 'unroutable' }, refused.length);
    messagingMetrics.published.inc({ outcome: 'unconfirmed' }, unconfirmed);
    if (published.length > 0) await session.markPublished(published.map(({ id }) => id));
    if (refused.length > 0) {
      this.logger.warn(
        `${refused.length} messages cannot be routed and stay in the outbox; first: ${refused[0]?.error}`,
      );
      await session.postpone(refused, this.settings.unroutableBackoffMs);
    }
    if (unconfirmed > 0) {
      this.newest = 0;
      this.noteFailure(`${unconfirmed} messages were not confirmed and will be sent again`);
    } else if (published.length > 0) {
      this.failures = 0;
    }
  }

  /** The first of a row is said; while the broker is away the rest would be noise. */
  private noteFailure(text: string): undefined {
    if (this.failures === 0) this.logger.warn(text);
    this.failures += 1;
    return undefined;
  }

  private outgoing({ id, kind, type, version, envelope, traceparent, correlationid }: OutboxRow): Outgoing {
    return {
      exchange: exchangeOf(this.settings.namespace, kind),
      routingKey: `${type}.v${version}`,
      content: Buffer.from(envelope),
      messageId: id,
      properties: {
        contentType: 'application/cloudevents+json; charset=utf-8',
        type,
        appId: this.settings.service,
        correlationId: correlationid ?? undefined,
        headers: traceparent === null ? {} : { traceparent },
      },
    };
  }

  private keepHouse(session: RelaySession): NodeJS.Timeout {
    const measure = async () => {
      if (!session.usable) return;
      const { pending, oldestSeconds } = await session.backlog();
      messagingMetrics.outboxPending.set(pending);
      messagingMetrics.outboxOldestAge.set(oldestSeconds);
    };
    return setInterval(
      () => void measure().catch((error: unknown) => this.logger.debug(`backlog: ${String(error)}`)),
      backlogMs,
    );
  }

  /** While the broker is away, sending waits for it; stopping must not. */
  private async send(rows: readonly OutboxRow[]): Promise<Sent | undefined> {
    const sending = this.connections.publisher.send(rows.map((row) => this.outgoing(row)));
    const { signal } = this.stopping;
    if (!signal.aborted) return unlessAborted(signal, sending);
    return (await within(this.settings.confirmTimeoutMs, sending)) ? sending : undefined;
  }

  private ring(): void {
    this.bell.ring();
  }
}
