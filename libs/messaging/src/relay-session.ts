import { Client, type ClientConfig } from 'pg';
import { within } from './within';

/** Advisory locks belong to a database, so one name does for all services. */
const lockKey = "hashtextextended('florin.outbox.relay', 0)";
const channel = 'florin_outbox';
/** Statements of the relay take milliseconds; one that hangs must end the session, so that another relay can take over. */
const statementTimeoutMs = 30_000;
/** A server that is gone does not answer the goodbye. */
const closeTimeoutMs = 2_000;
const longestBackoffSeconds = 30;
const longestError = 500;

export interface OutboxRow {
  id: string;
  seq: number;
  kind: 'event' | 'command';
  type: string;
  version: number;
  envelope: string;
  traceparent: string | null;
  correlationid: string | null;
  createdAt: Date;
}

export interface OutboxBacklog {
  pending: number;
  oldestSeconds: number;
}

/** The relay's own database connection: the lock that makes it the only one, the bell, and the outbox's statements. When it breaks, the lock is gone with it. */
export class RelaySession {
  private readonly client: Client;
  private broken = false;

  private constructor(config: ClientConfig, onBell: () => void, onEnd: (error?: Error) => void) {
    this.client = new Client({
      ...config,
      ...{ pipeline: true },
      keepAlive: true,
      query_timeout: statementTimeoutMs,
      application_name: 'florin relay',
    });
    const ended = (error?: Error) => {
      if (this.broken) return;
      this.broken = true;
      onEnd(error);
    };
    this.client.on('notification', onBell);
    this.client.on('error', ended);
    this.client.on('end', () => ended());
  }

  static async open(config: ClientConfig, onBell: () => void, onEnd: (error?: Error) => void): Promise<RelaySession> {
    const session = new RelaySession(config, onBell, onEnd);
    try {
      await session.client.connect();
      // A mark that a crash takes back costs a second sending, which the inboxes know: no reason to wait for the disk.
      await session.client.query(`LISTEN ${channel}; SET synchronous_commit = off`);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  get usable(): boolean {
    return !this.broken;
  }

  /** True when this session is the only relay of the database from now on, until it ends. */
  async lead(): Promise<boolean> {
    const { rows } = await this.client.query<{ leads: boolean }>(`SELECT pg_try_advisory_lock(${lockKey}) AS leads`);
    return rows[0]?.leads === true;
  }

  /** Unpublished rows that are due, oldest first, without those on their way. `afterSeq` skips the long published part of the index. */
  async ready(afterSeq: number, onTheirWay: readonly string[], limit: number): Promise<OutboxRow[]> {
    const { rows } = await this.client.query<Omit<OutboxRow, 'seq'> & { seq: string | number }>({
      name: 'outbox_ready',
      text: `SELECT id, seq, kind, type, version, envelope::text AS envelope, envelope->>'traceparent' AS traceparent,
                    envelope->>'correlationid' AS correlationid, created_at AS "createdAt"
             FROM outbox WHERE published_at IS NULL AND not_before IS NULL AND seq > $1 AND id <> ALL ($2::uuid[])
             ORDER BY seq LIMIT $3`,
      values: [afterSeq, onTheirWay, limit],
    });
    return rows.map((row) => ({ ...row, seq: Number(row.seq) }));
  }

  /** Makes rows ready whose time has come: said for later, or waiting after a failure. */
  async release(): Promise<number> {
    const { rowCount } = await this.client.query(
      'UPDATE outbox SET not_before = NULL WHERE published_at IS NULL AND not_before <= now()',
    );
    return rowCount ?? 0;
  }

  async markPublished(ids: readonly string[]): Promise<void> {
    await this.client.query({
      name: 'outbox_published',
      text: 'UPDATE outbox SET published_at = now() WHERE id = ANY ($1::uuid[])',
      values: [ids],
    });
  }

  /** A row that the broker refused waits a little longer each time, and others go on. */
  async postpone(failures: readonly { id: string; error: string }[], baseMs: number): Promise<void> {
    await this.client.query(
      `UPDATE outbox SET attempts = attempts + 1, last_error = failed.error,
              not_before = now() + least($3 * interval '1 millisecond' * 2 ^ least(attempts, 20), interval '${longestBackoffSeconds} seconds')
       FROM unnest($1::uuid[], $2::text[]) AS failed (id, error) WHERE outbox.id = failed.id AND published_at IS NULL`,
      [failures.map(({ id }) => id), failures.map(({ error }) => error.slice(0, longestError)), baseMs],
    );
  }

  async backlog(): Promise<OutboxBacklog> {
    const { rows } = await this.client.query<{ pending: string | number; oldest: string | number | null }>(
      `SELECT count(*) AS pending, extract(epoch FROM now() - min(created_at) FILTER (WHERE not_before IS NULL OR attempts > 0)) AS oldest
       FROM outbox WHERE published_at IS NULL`,
    );
    return { pending: Number(rows[0]?.pending ?? 0), oldestSeconds: Number(rows[0]?.oldest ?? 0) };
  }

  async close(): Promise<void> {
    this.broken = true;
    await within(closeTimeoutMs, this.client.end());
  }
}
