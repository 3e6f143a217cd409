import { Client, types } from 'pg';

/** Rows that a stream holds in memory at the most, for each side. */
const pageSize = 5_000;
const int8 = 20;
const connectTimeoutMs = 10_000;
/** A goodbye to a server that is gone is not waited for. */
const closeTimeoutMs = 2_000;

export interface StoreOptions {
  url: string;
  /** Milliseconds that one statement may take. */
  timeoutMs: number;
}

/** What a proof reads with: one snapshot of one database. */
export interface Reader {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
  /** All rows of a query in bounded pages: millions of them never stand in memory together. */
  rows<Row>(sql: string, params?: readonly unknown[]): AsyncGenerator<Row>;
}

/**
 * One database, opened so that nothing can be written through it, and looked at as it was at one moment. A second
 * connection tells what is there now, for what the snapshot is too old to know.
 */
export class Store {
  private turn: Promise<unknown> = Promise.resolve();
  private presentTurn: Promise<unknown> = Promise.resolve();
  private cursors = 0;

  private constructor(
    private readonly snapshot: Client,
    private readonly present: Client,
  ) {}

  static async open({ url, timeoutMs }: StoreOptions): Promise<Store> {
    const snapshot = client(url, timeoutMs);
    const present = client(url, timeoutMs);
    try {
      await Promise.all([snapshot.connect(), present.connect()]);
      // Large sorts and joins are the prover's daily work; compiling them costs more than it saves.
      await snapshot.query(`SET work_mem = '128MB'; SET jit = off`);
      return new Store(snapshot, present);
    } catch (error) {
      await Promise.all([close(snapshot), close(present)]);
      throw error;
    }
  }

  /** Looks now: everything read through `reader` is as of this moment, which is given by the database's own clock. */
  async look(): Promise<Date> {
    await this.snapshot.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows } = await this.snapshot.query<{ at: Date }>('SELECT clock_timestamp() AS at');
    await this.snapshot.query('SAVEPOINT looked');
    return rows[0]?.at ?? new Date();
  }

  /** What is there at this moment, whatever the snapshot says. */
  now<Row>(sql: string, params: readonly unknown[] = []): Promise<Row[]> {
    const mine = this.presentTurn.then(async () => (await this.present.query(sql, [...params])).rows as Row[]);
    this.presentTurn = mine.catch(() => undefined);
    return mine;
  }

  /** A reader of the snapshot that tells how long it kept the database busy, apart from waiting for other readers. */
  reader(spent: (milliseconds: number) => void): Reader {
    const run = <Row>(sql: string, params: readonly unknown[] = []) => this.run<Row>(sql, params, spent);
    const name = () => `rows_${(this.cursors += 1)}`;
    return {
      query: run,
      async *rows<Row>(sql: string, params?: readonly unknown[]) {
        const cursor = name();
        await run(`DECLARE ${cursor} NO SCROLL CURSOR FOR ${sql}`, params);
        for (;;) {
          const page = await run<Row>(`FETCH ${pageSize} FROM ${cursor}`);
          yield* page;
          if (page.length < pageSize) break;
        }
        await run(`CLOSE ${cursor}`);
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all([close(this.snapshot), close(this.present)]);
  }

  /** One statement after the other, so that the time of each is its own. A failed one leaves the snapshot usable. */
  private run<Row>(sql: string, params: readonly unknown[], spent: (milliseconds: number) => void): Promise<Row[]> {
    const mine = this.turn.then(async () => {
      const started = performance.now();
      try {
        return (await this.snapshot.query(sql, [...params])).rows as Row[];
      } catch (error) {
        await this.snapshot.query('ROLLBACK TO SAVEPOINT looked').catch(() => undefined);
        throw error;
      } finally {
        spent(performance.now() - started);
      }
    });
    this.turn = mine.catch(() => undefined);
    return mine;
  }
}

type Parse = (text: string) => unknown;

function client(url: string, timeoutMs: number): Client {
  const driver = types.getTypeParser as (oid: number, format?: string) => Parse;
  const opened = new Client({
    connectionString: url,
    application_name: 'florin prove',
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: timeoutMs,
    lock_timeout: timeoutMs,
    // Other databases are read meanwhile; the server must not end a snapshot for that.
    idle_in_transaction_session_timeout: 0,
    options: '-c default_transaction_read_only=on',
    types: {
      getTypeParser: (oid: number, format?: string) =>
        oid === int8 && format !== 'binary' ? exactNumber : driver(oid, format),
    },
  });
  // The statement in flight, or the next one, gets the error.
  opened.on('error', () => undefined);
  return opened;
}

function exactNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new RangeError(`The integer ${text} does not fit a JavaScript number exactly`);
  return value;
}

async function close(connection: Client): Promise<void> {
  const late = new Promise((resolve) => setTimeout(resolve, closeTimeoutMs).unref());
  await Promise.race([connection.end().catch(() => undefined), late]);
}
