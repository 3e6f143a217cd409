import { assert } from '@florin/kernel';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { DatabaseConfig } from './config';
import { asRefusal, isConnectionLost, isReadOnly, isRetryable, isStalePlan } from './errors';
import { readsRouted } from './metrics';
import { poolOf, takeConnection } from './pool';
import { Replicas, type Replica } from './replicas';
import { statementOf } from './statements';

/** Answers screens and reports. Never for deciding about money: a replica may be behind. */
@Injectable()
export class Reads implements OnModuleInit, OnApplicationShutdown {
  private readonly primary: Pool;
  private readonly replicas: Replicas;

  constructor(dataSource: DataSource, config: DatabaseConfig) {
    const { applicationName } = dataSource.options as { applicationName?: string };
    this.primary = poolOf(dataSource);
    this.replicas = new Replicas(this.primary, config, applicationName ?? 'database');
  }

  onModuleInit(): void {
    this.replicas.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.replicas.stop();
  }

  /**
   * Runs one SELECT and gives its rows: on the least busy replica whose lag is within the limit, else on the primary.
   * A replica that fails or cancels the read is left alone for a while, and the read goes to the primary.
   * Throws a Refusal `unavailable` when no server answers.
   */
  async query<Row>(sql: string, params: readonly unknown[] = []): Promise<Row[]> {
    assert(!statementOf(sql).writes, 'Reads.query is for reading; writes go through Transactions');
    const replica = this.replicas.pick();
    if (replica) {
      const rows = await this.tryReplica<Row>(replica, sql, params);
      if (rows) return rows;
    }
    readsRouted.inc({ target: 'primary' });
    try {
      return await runOn<Row>(this.primary, sql, params);
    } catch (error) {
      throw asRefusal(error);
    }
  }

  /** The replicas as they are seen now: name and lag in milliseconds (Infinity: not usable). */
  status(): { name: string; lagMs: number }[] {
    return this.replicas.all.map(({ name, lagMs }) => ({ name, lagMs }));
  }

  private async tryReplica<Row>(replica: Replica, sql: string, params: readonly unknown[]): Promise<Row[] | undefined> {
    try {
      const rows = await runOn<Row>(replica.pool, sql, params);
      readsRouted.inc({ target: replica.name });
      return rows;
    } catch (error) {
      // It would work on the primary, and only there: better found now than in production.
      assert(
        !isReadOnly(error),
        'Reads.query is for reading; a lock or a function that writes goes through Transactions',
      );
      // 40001 on a standby: the replay needed rows away that this read was looking at.
      if (!isConnectionLost(error) && !isRetryable(error)) throw asRefusal(error);
      if (isConnectionLost(error)) this.replicas.distrust(replica);
      return undefined;
    }
  }
}

async function runOn<Row>(pool: Pool, sql: string, params: readonly unknown[]): Promise<Row[]> {
  const client = await takeConnection(pool);
  try {
    const { name } = statementOf(sql);
    const { rows } = await client.query(params.length > 0 ? { text: sql, values: [...params], name } : sql);
    client.release();
    return rows as Row[];
  } catch (error) {
    client.release(isConnectionLost(error) || isStalePlan(error));
    // Ends: every round drops one connection that still has a plan from before a migration.
    if (isStalePlan(error)) return runOn<Row>(pool, sql, params);
    throw error;
  }
}
