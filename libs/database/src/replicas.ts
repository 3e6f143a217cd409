import { sleep } from '@florin/kernel';
import { Logger } from '@nestjs/common';
import { Pool } from 'pg';
import type { DatabaseConfig } from './config';
import { forgetPool, replicaLag, watchPool } from './metrics';
import { poolConfig } from './pool';

/** Between two looks at every server. A replica's lag is known to within this. */
const pollMs = 250;

/** How long the primary's positions are remembered; a replica behind the oldest is simply too late. */
const rememberedSamples = 240;

/** Where a server's write-ahead log stands, in bytes from its beginning. */
interface Position {
  at: number;
  lsn: number;
}

export interface Replica {
  name: string;
  pool: Pool;
  /** Upper bound, in milliseconds; Infinity while it cannot be asked or is no standby any more. */
  lagMs: number;
}

const primaryPosition = `SELECT (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint AS lsn`;
const replicaPosition = `SELECT pg_is_in_recovery() AS standby, (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint AS lsn`;

/**
 * Knows which replicas may serve. Lag is measured without comparing clocks: the primary's log position is noted
 * with our own time, and a replica is as old as the newest note that it has replayed. An idle primary makes no lag.
 */
export class Replicas {
  readonly all: Replica[];
  private readonly logger = new Logger(Replicas.name);
  private readonly stopping = new AbortController();
  private readonly notes: Position[] = [];
  private turn = 0;
  private loop: Promise<void> | undefined;

  constructor(
    private readonly primary: Pool,
    private readonly config: DatabaseConfig,
    service: string,
  ) {
    this.all = config.DATABASE_REPLICA_URLS.map((url, index) => {
      const name = `${service}-replica-${index + 1}`;
      const pool = new Pool({ connectionString: url, ...poolConfig(config, name) });
      pool.on('error', (error) => this.logger.warn(`${name}: an idle connection was lost: ${error.message}`));
      watchPool(name, pool);
      return { name, pool, lagMs: Infinity };
    });
  }

  start(): void {
    if (this.all.length > 0) this.loop ??= this.watch();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
    for (const replica of this.all) forgetPool(replica.name, replica.pool);
    await Promise.all(this.all.map((replica) => replica.pool.end()));
  }

  /** The least busy replica within the lag limit, taking turns among equals; undefined when none may serve. */
  pick(): Replica | undefined {
    this.turn += 1;
    let best: Replica | undefined;
    for (let offset = 0; offset < this.all.length; offset += 1) {
      const replica = this.all[(this.turn + offset) % this.all.length];
      if (!replica || replica.lagMs > this.config.DATABASE_REPLICA_MAX_LAG_MS) continue;
      if (!best || busy(replica) < busy(best)) best = replica;
    }
    return best;
  }

  /** Out until the next look finds it well. */
  distrust(replica: Replica): void {
    replica.lagMs = Infinity;
  }

  private async watch(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await this.notePrimary();
      await Promise.all(this.all.map((replica) => this.measure(replica)));
      await sleep(pollMs, this.stopping.signal);
    }
  }

  /**
   * While the primary cannot be asked the notes stay as they are, so a replica that had everything it last said
   * goes on serving: reads may become stale, but they do not fail.
   */
  private async notePrimary(): Promise<void> {
    const at = performance.now();
    try {
      const { rows } = await this.primary.query<{ lsn: number }>(primaryPosition);
      if (rows[0]) this.notes.push({ at, lsn: rows[0].lsn });
      if (this.notes.length > rememberedSamples) this.notes.shift();
    } catch (error) {
      this.logger.debug(`The primary's position is not known: ${String(error)}`);
    }
  }

  private async measure(replica: Replica): Promise<void> {
    const before = replica.lagMs;
    try {
      const { rows } = await replica.pool.query<{ standby: boolean; lsn: number | null }>(replicaPosition);
      const row = rows[0];
      replica.lagMs = row?.standby && row.lsn !== null ? this.age(row.lsn) : Infinity;
    } catch (error) {
      replica.lagMs = Infinity;
      if (before !== Infinity) this.logger.warn(`${replica.name} cannot be asked: ${String(error)}`);
    }
    replicaLag.set({ replica: replica.name }, replica.lagMs === Infinity ? -1 : replica.lagMs / 1_000);
  }

  private age(replayed: number): number {
    const index = this.notes.findLastIndex((note) => note.lsn <= replayed);
    const note = this.notes[index];
    if (!note) return Infinity;
    return index === this.notes.length - 1 ? 0 : performance.now() - note.at;
  }
}

function busy({ pool }: Replica): number {
  return pool.totalCount - pool.idleCount + pool.waitingCount;
}
