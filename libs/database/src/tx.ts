import { assert, backoffMs, Bug, present, sleep } from '@florin/kernel';
import { Injectable, Logger } from '@nestjs/common';
import type { PoolClient, QueryResult } from 'pg';
import type { Histogram } from 'prom-client';
import { DataSource, type EntityManager } from 'typeorm';
import { asRefusal, isReadOnly, isRetryable, isStalePlan } from './errors';
import { logError } from './log-error';
import { queryLatency, transactionRetries, transactionSeconds } from './metrics';
import { poolOf, takeConnection } from './pool';
import { statementOf } from './statements';

/** One open transaction. Every write of a use case takes it as its first argument. */
export interface Tx {
  /** Runs one statement and gives its rows; also those of INSERT, UPDATE and DELETE … RETURNING. */
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
  /** Runs one statement and gives the number of rows it changed. */
  execute(sql: string, params?: readonly unknown[]): Promise<number>;
  /** TypeORM on the same connection and inside the same transaction. */
  readonly manager: EntityManager;
  /** Runs once the transaction is durable, and never if it rolls back. Not awaited; its error is logged, for nothing can be undone any more. */
  afterCommit(hook: () => void | Promise<void>): void;
}

export interface TransactionOptions {
  /** Default: PostgreSQL's READ COMMITTED, with the rows that matter locked or guarded by constraints. */
  isolation?: 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';
}

/** Tries after the first; contention that outlives them is load, and its caller should come back later. */
const maxRetries = 3;

/** Each of these drops one connection that still has a plan from before a migration; no pool has more. */
const maxStale = 500;

/** Opens transactions: the only way to write. */
@Injectable()
export class Transactions {
  private readonly logger = new Logger(Transactions.name);
  private readonly service: string;
  private readonly latency: Histogram<'type'>;

  constructor(private readonly dataSource: DataSource) {
    const { applicationName } = dataSource.options as { applicationName?: string };
    this.service = applicationName ?? 'database';
    this.latency = queryLatency(this.service);
  }

  /**
   * Runs the work in one transaction: commits when it resolves, rolls back when it throws.
   *
   * The work may run up to four times (serialization failure, deadlock), so it must leave nothing behind but rows.
   * Throws what the work throws; a lost database, a spent pool or a timeout as a Refusal `unavailable`.
   * When the connection is lost during COMMIT nobody can say whether it happened: that too is `unavailable`,
   * is never retried here, and the caller's idempotency key tells.
   */
  async run<T>(work: (tx: Tx) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    let stale = 0;
    for (let attempt = 0; ;) {
      try {
        return await this.once(work, options);
      } catch (error) {
        const again = isStalePlan(error)
          ? (stale += 1) <= maxStale
          : isRetryable(error) && (attempt += 1) <= maxRetries;
        if (!again) throw asRefusal(error);
        transactionRetries.inc({ service: this.service });
        await sleep(backoffMs(attempt, 5, 100));
      }
    }
  }

  private async once<T>(work: (tx: Tx) => Promise<T>, { isolation }: TransactionOptions): Promise<T> {
    const started = performance.now();
    const client = await takeConnection(poolOf(this.dataSource));
    const tx = new OpenTx(client, this.dataSource, this.latency);
    let result: T;
    try {
      // Not awaited: it travels in the same packet as the first statement of the work.
      const begun = client.query(isolation ? `BEGIN ISOLATION LEVEL ${isolation}` : 'BEGIN');
      begun.catch(() => undefined);
      result = await work(tx);
      await begun;
      tx.end();
      await commit(client);
    } catch (error) {
      tx.end();
      await rollback(client, error);
      this.observe(started, 'rolled_back');
      throw error;
    }
    client.release();
    this.observe(started, 'committed');
    for (const hook of tx.hooks) void this.runHook(hook);
    return result;
  }

  private observe(started: number, outcome: string): void {
    transactionSeconds.observe({ service: this.service, outcome }, (performance.now() - started) / 1_000);
  }

  private async runHook(hook: () => void | Promise<void>): Promise<void> {
    try {
      await hook();
    } catch (error) {
      logError(this.logger, 'A hook after the commit failed', error);
    }
  }
}

async function commit(client: PoolClient): Promise<void> {
  const { command } = await client.query('COMMIT');
  // PostgreSQL answers COMMIT of a failed transaction with ROLLBACK and no error: nothing was saved.
  if (command !== 'COMMIT') throw new Bug('The work went on after a statement had failed, so nothing was committed');
}

/** Gives the connection back clean, or not at all. */
async function rollback(client: PoolClient, reason: unknown): Promise<void> {
  try {
    await client.query('ROLLBACK');
    client.release(isStalePlan(reason) || isReadOnly(reason));
  } catch {
    // The rollback failed because the connection is gone, and with it the transaction: the reason is told, the connection dropped.
    client.release(true);
  }
}

class OpenTx implements Tx {
  readonly hooks: (() => void | Promise<void>)[] = [];
  private over = false;
  private orm: EntityManager | undefined;

  constructor(
    private readonly client: PoolClient,
    private readonly dataSource: DataSource,
    private readonly latency: Histogram<'type'>,
  ) {}

  async query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]> {
    return (await this.send(sql, params)).rows as Row[];
  }

  async execute(sql: string, params?: readonly unknown[]): Promise<number> {
    return (await this.send(sql, params)).rowCount ?? 0;
  }

  /** Made when it is first asked for: most hot paths write plain SQL. */
  get manager(): EntityManager {
    this.orm ??= joinedManager(this.dataSource, this.client);
    return this.orm;
  }

  afterCommit(hook: () => void | Promise<void>): void {
    this.hooks.push(hook);
  }

  end(): void {
    this.over = true;
  }

  private async send(sql: string, params: readonly unknown[] | undefined): Promise<QueryResult> {
    assert(!this.over, 'A transaction was used after its end: something in the work was not awaited');
    const statement = statementOf(sql);
    const started = performance.now();
    const values = params as unknown[] | undefined;
    const result: QueryResult | QueryResult[] = await this.client.query(
      values?.length ? { text: sql, values, name: statement.name } : sql,
    );
    this.latency.observe({ type: statement.kind }, performance.now() - started);
    // Several statements in one text answer with a list: the last one counts.
    const last: QueryResult | undefined = Array.isArray(result) ? (result as QueryResult[]).at(-1) : result;
    return present(last, 'a text of several statements answers at least one');
  }
}

/**
 * A TypeORM manager that sends everything through this connection and knows that a transaction is open,
 * so `save` joins it and `manager.transaction` becomes a savepoint.
 */
function joinedManager(dataSource: DataSource, client: PoolClient): EntityManager {
  const runner = dataSource.createQueryRunner();
  Object.assign(runner, { databaseConnection: client, isTransactionActive: true, transactionDepth: 1 });
  return runner.manager;
}
