import { assert } from '@florin/kernel';

/** Anything that runs SQL: a Tx, or the query runner of a migration. */
export interface SqlRunner {
  query(sql: string, params?: unknown[]): Promise<unknown>;
}

export interface MonthlySpan {
  /** Months after the current one. */
  monthsAhead: number;
  /** Months before the current one; default 0. */
  monthsBack?: number;
}

/** PostgreSQL cuts longer names silently, and two partitions would then claim the same one. */
const longestName = 63;

interface Parent {
  column: string;
  /** The default partition, quoted, if there is one. */
  fallback: string | null;
  /** The partition's columns that can be written, quoted. */
  columns: string;
}

/**
 * Makes the partitions `<table>_2026_11` of a table that is partitioned by range over a timestamptz or date column:
 * the current month and those around it, in UTC. Gives the names of those that were missing. Rows that had fallen into
 * the default partition move to their month. Readers and writers of other months are not held up.
 * Needs an open transaction.
 */
export async function ensureMonthlyPartitions(
  runner: SqlRunner,
  table: string,
  { monthsAhead, monthsBack = 0 }: MonthlySpan,
): Promise<string[]> {
  await onlyOne(runner, table);
  const [{ month }] = await rowsOf<{ month: string }>(
    runner,
    `SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM') AS month`,
  );
  const parent = await describe(runner, table);
  const made: string[] = [];
  for (let offset = -monthsBack; offset <= monthsAhead; offset += 1) {
    const name = monthlyName(table, addMonths(month, offset));
    if (await exists(runner, name)) continue;
    await addMonth(runner, table, parent, name, addMonths(month, offset));
    made.push(name);
  }
  return made;
}

/** Makes `<table>_default`, which catches rows of a month that nobody made: better late in the right place than lost. */
export async function ensureDefaultPartition(runner: SqlRunner, table: string): Promise<void> {
  await runner.query(`CREATE TABLE IF NOT EXISTS ${quoted(`${table}_default`)} PARTITION OF ${quoted(table)} DEFAULT`);
}

/** Makes `<table>_h00` … of a table that is partitioned by hash. The count can never change, so choose it once. */
export async function ensureHashPartitions(runner: SqlRunner, table: string, count: number): Promise<void> {
  for (let remainder = 0; remainder < count; remainder += 1) {
    const name = `${table}_h${String(remainder).padStart(2, '0')}`;
    assert(name.length <= longestName, `the partition name ${name} is too long`);
    await runner.query(
      `CREATE TABLE IF NOT EXISTS ${quoted(name)} PARTITION OF ${quoted(table)} FOR VALUES WITH (MODULUS ${count}, REMAINDER ${remainder})`,
    );
  }
}

/** The name of a table's partition for a month such as `2026-11`. */
export function monthlyName(table: string, month: string): string {
  const name = `${table}_${month.replace('-', '_')}`;
  assert(name.length <= longestName, `the partition name ${name} is too long`);
  return name;
}

/** The month that a partition's name tells, such as `2026-11`; undefined for any other name. */
export function monthOf(table: string, partition: string): string | undefined {
  const suffix = partition.startsWith(`${table}_`) ? partition.slice(table.length + 1) : '';
  return /^\d{4}_\d{2}$/.test(suffix) ? suffix.replace('_', '-') : undefined;
}

/** The month (`2026-11`) so many months later or, when negative, earlier. */
export function addMonths(month: string, months: number): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7);
}

/** The name as an SQL identifier, whatever it holds. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Two services, or a service and its job, may come at once. Ends with the transaction. */
export async function onlyOne(runner: SqlRunner, table: string): Promise<void> {
  await runner.query(`SELECT pg_advisory_xact_lock(hashtextextended('partitions:' || $1, 0))`, [table]);
}

async function describe(runner: SqlRunner, table: string): Promise<Parent> {
  const [row] = await rowsOf<Parent & { kind: string }>(
    runner,
    `SELECT p.partstrat AS kind, quote_ident(a.attname) AS column,
            CASE WHEN p.partdefid <> 0 THEN p.partdefid::regclass::text END AS fallback,
            (SELECT string_agg(quote_ident(c.attname), ', ') FROM pg_attribute c
              WHERE c.attrelid = p.partrelid AND c.attnum > 0 AND NOT c.attisdropped AND c.attgenerated = '') AS columns
       FROM pg_partitioned_table p JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
      WHERE p.partrelid = to_regclass($1)`,
    [quoted(table)],
  );
  assert(row?.kind === 'r', `${table} is not partitioned by range`);
  return row;
}

/**
 * A table of its own first, attached when it is ready: CREATE … PARTITION OF would lock out every writer of the parent.
 * Attaching makes PostgreSQL look through the default partition, and fail if a row there belongs to the new month;
 * so such rows move first, and nobody may add one meanwhile.
 */
async function addMonth(runner: SqlRunner, table: string, parent: Parent, name: string, month: string): Promise<void> {
  const from = `'${month}-01 00:00:00+00'`;
  const to = `'${addMonths(month, 1)}-01 00:00:00+00'`;
  const within = `${parent.column} >= ${from} AND ${parent.column} < ${to}`;
  // Identity belongs to the parent: a partition brings none of its own.
  await runner.query(`CREATE TABLE ${quoted(name)} (LIKE ${quoted(table)} INCLUDING ALL EXCLUDING IDENTITY)`);
  if (parent.fallback) await moveStrays(runner, parent, parent.fallback, name, within);
  await runner.query(
    `ALTER TABLE ${quoted(table)} ATTACH PARTITION ${quoted(name)} FOR VALUES FROM (${from}) TO (${to})`,
  );
}

async function moveStrays(
  runner: SqlRunner,
  parent: Parent,
  fallback: string,
  name: string,
  within: string,
): Promise<void> {
  await runner.query(`LOCK TABLE ${fallback} IN ACCESS EXCLUSIVE MODE`);
  const strays = await rowsOf(runner, `SELECT 1 FROM ${fallback} WHERE ${within} LIMIT 1`);
  if (strays.length === 0) return;
  // Tables that only grow refuse DELETE by trigger; a move is no deletion.
  await runner.query(`ALTER TABLE ${fallback} DISABLE TRIGGER USER`);
  await runner.query(`WITH moved AS (DELETE FROM ${fallback} WHERE ${within} RETURNING ${parent.columns})
    INSERT INTO ${quoted(name)} (${parent.columns}) SELECT ${parent.columns} FROM moved`);
  await runner.query(`ALTER TABLE ${fallback} ENABLE TRIGGER USER`);
}

async function exists(runner: SqlRunner, name: string): Promise<boolean> {
  const [row] = await rowsOf<{ found: boolean }>(runner, 'SELECT to_regclass($1) IS NOT NULL AS found', [quoted(name)]);
  return row.found;
}

async function rowsOf<Row>(runner: SqlRunner, sql: string, params: unknown[] = []): Promise<[Row, ...Row[]]> {
  return (await runner.query(sql, params)) as [Row, ...Row[]];
}
