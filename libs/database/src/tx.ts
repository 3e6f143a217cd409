import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';

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
  isolation?: 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';
}

@Injectable()
export class Transactions {
  constructor(private readonly dataSource: DataSource) {}

  /** Runs the work in one transaction: commits when it resolves, rolls back when it throws. Serialization failures and deadlocks are run again. */
  async run<T>(work: (tx: Tx) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    const hooks: (() => void | Promise<void>)[] = [];
    try {
      await runner.startTransaction(options.isolation);
      const result = await work(asTx(runner, hooks));
      await runner.commitTransaction();
      for (const hook of hooks) void hook();
      return result;
    } catch (error) {
      if (runner.isTransactionActive) await runner.rollbackTransaction();
      throw error;
    } finally {
      await runner.release();
    }
  }
}

function asTx(runner: QueryRunner, hooks: (() => void | Promise<void>)[]): Tx {
  return {
    manager: runner.manager,
    query: async <Row>(sql: string, params: readonly unknown[] = []) => (await runner.query(sql, [...params], true)).records as Row[],
    execute: async (sql, params = []) => (await runner.query(sql, [...params], true)).affected ?? 0,
    afterCommit: (hook) => void hooks.push(hook),
  };
}
