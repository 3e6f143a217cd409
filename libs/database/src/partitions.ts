import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import type { JobRun } from './jobs';
import { monthsAhead, partitionBytes, strayRows } from './metrics';
import { addMonths, ensureMonthlyPartitions, monthOf, onlyOne, quoted, type MonthlySpan } from './partition-sql';
import { Transactions, type Tx } from './tx';

/** How one monthly table is kept. */
export interface PartitionPlan extends MonthlySpan {
  table: string;
  /** Whole months to keep besides the current one; older ones move to the schema `archive`. Absent: all. */
  keepMonths?: number;
}

export interface Partition {
  name: string;
  /** Such as `2026-11`; undefined for a default or a hash partition. */
  month: string | undefined;
  /** PostgreSQL's estimate; -1 until it has looked. */
  rows: number;
  bytes: number;
}

/** Looks after partitioned tables: makes months ahead, moves old ones away, tells their sizes. */
@Injectable()
export class Partitions {
  constructor(private readonly transactions: Transactions) {}

  /** Makes the missing months and gives their names. See ensureMonthlyPartitions. */
  ensureMonthly(table: string, ahead: number, back = 0): Promise<string[]> {
    return this.transactions.run((tx) => ensureMonthlyPartitions(tx, table, { monthsAhead: ahead, monthsBack: back }));
  }

  /** The partitions of a table by name, with estimated rows and bytes (indexes included). */
  async inspect(table: string): Promise<Partition[]> {
    const rows = await this.transactions.run((tx) => childrenOf(tx, table));
    return rows.map((row) => ({ ...row, month: monthOf(table, row.name) }));
  }

  /**
   * Takes one partition out of its table and moves it to the schema `archive`, rows and all: nothing is deleted.
   * Throws a Refusal `not_found` when the table has no partition of this name.
   */
  async archive(table: string, partition: string): Promise<void> {
    await this.transactions.run(async (tx) => {
      await onlyOne(tx, table);
      const known = await childrenOf(tx, table);
      if (!known.some((row) => row.name === partition))
        throw new Refusal('not_found', 'partition_not_found', 'The table has no partition of this name.');
      await tx.execute('CREATE SCHEMA IF NOT EXISTS archive');
      await tx.execute(`ALTER TABLE ${quoted(table)} DETACH PARTITION ${quoted(partition)}`);
      await tx.execute(`ALTER TABLE ${quoted(partition)} SET SCHEMA archive`);
    });
  }

  /** Moves all months before the kept ones to the archive, oldest first, and gives their names. */
  async archiveOlderThan(table: string, keepMonths: number): Promise<string[]> {
    const oldestKept = addMonths(await this.currentMonth(), -keepMonths);
    const old = (await this.inspect(table))
      .filter(({ month }) => month !== undefined && month < oldestKept)
      .map(({ name }) => name);
    for (const name of old) await this.archive(table, name);
    return old;
  }

  /** The upkeep of several tables as the work of a job: ahead first, then the archive, then the metrics. */
  async maintain(plans: readonly PartitionPlan[], run?: JobRun): Promise<{ made: string[]; archived: string[] }> {
    const made: string[] = [];
    const archived: string[] = [];
    for (const { table, keepMonths, ...span } of plans) {
      made.push(...(await this.ensureMonthly(table, span.monthsAhead, span.monthsBack)));
      if (keepMonths !== undefined) archived.push(...(await this.archiveOlderThan(table, keepMonths)));
      await this.measure(table);
      await run?.report({ made, archived, table });
    }
    return { made, archived };
  }

  private async measure(table: string): Promise<void> {
    const partitions = await this.inspect(table);
    for (const { name, bytes } of partitions) partitionBytes.set({ table, partition: name }, bytes);
    const now = await this.currentMonth();
    const months = new Set(partitions.map(({ month }) => month));
    let ahead = 0;
    while (months.has(addMonths(now, ahead + 1))) ahead += 1;
    monthsAhead.set({ table }, ahead);
    if (!partitions.some(({ name }) => name === `${table}_default`)) return;
    const [row] = await this.transactions.run((tx) =>
      tx.query<{ n: number }>(`SELECT count(*) AS n FROM ${quoted(`${table}_default`)}`),
    );
    strayRows.set({ table }, row?.n ?? 0);
  }

  private async currentMonth(): Promise<string> {
    const [row] = await this.transactions.run((tx) =>
      tx.query<{ month: string }>(`SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM') AS month`),
    );
    return row?.month ?? '';
  }
}

function childrenOf(tx: Tx, table: string): Promise<{ name: string; rows: number; bytes: number }[]> {
  return tx.query(
    `SELECT c.relname AS name, c.reltuples::bigint AS rows, pg_total_relation_size(c.oid) AS bytes
       FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass($1) ORDER BY 1`,
    [quoted(table)],
  );
}
