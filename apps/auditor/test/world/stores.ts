import 'reflect-metadata';
import { join } from 'node:path';
import { DatabaseConfig, openDataSource, Transactions } from '@florin/database';
import { type AccountInput, type Command, Ledger, sealChain } from '@florin/ledger';
import { eventually, type MigrationClass, testDatabase } from '@florin/testing';
import { Client } from 'pg';
import { type Service, services } from '../../src/services';

export type Row = Record<string, unknown>;
export type LedgerKeeper = 'wallet' | 'loyalty';

/** The schema of a service as it ships. By path: the prover is built on no other application, and only its tests look into one. */
function migrationsOf(service: Service): MigrationClass[] {
  const loaded = require(join(__dirname, '../../..', service, 'src/migrations')) as { migrations: MigrationClass[] };
  return loaded.migrations;
}

/** Seven empty databases with the schemas of the seven services, and a way to fill them. */
export class Stores {
  private readonly waiting = new Map<string, Row[]>();
  private readonly accounts: Record<LedgerKeeper, Map<string, AccountInput>> = {
    wallet: new Map(),
    loyalty: new Map(),
  };
  private readonly commands: Record<LedgerKeeper, Command[]> = { wallet: [], loyalty: [] };

  private constructor(
    readonly urls: Record<Service, string>,
    private readonly dropAll: () => Promise<void>,
  ) {}

  static async open(): Promise<Stores> {
    const databases = await Promise.all(
      services.map(async (service) => [service, await testDatabase({ migrations: migrationsOf(service) })] as const),
    );
    const urls = Object.fromEntries(databases.map(([service, { url }]) => [service, url])) as Record<Service, string>;
    return new Stores(urls, async () => void (await Promise.all(databases.map(([, database]) => database.drop()))));
  }

  /** Puts a row aside for `fill`. */
  add(service: Service, table: string, row: Row): void {
    const key = `${service} ${table} ${Object.keys(row).join(' ')}`;
    this.waiting.set(key, [...(this.waiting.get(key) ?? []), row]);
  }

  account(keeper: LedgerKeeper, code: string, asset: string, allowNegative = false): void {
    this.accounts[keeper].set(code, { code, asset, allowNegative });
  }

  /** A write of the real ledger, in the order given. */
  book(keeper: LedgerKeeper, command: Command): void {
    this.commands[keeper].push(command);
  }

  post(keeper: LedgerKeeper, key: string, kind: string, reference: string, postings: [string, number][]): void {
    const moved = postings
      .filter(([, amountMinor]) => amountMinor !== 0)
      .map(([account, amountMinor]) => ({ account, amountMinor }));
    this.book(keeper, { operation: 'post', input: { key, kind, reference, postings: moved } });
  }

  /** Writes everything that was put aside. Rows go past foreign keys and triggers: the story is written, not lived. */
  async fill(): Promise<void> {
    for (const service of services) await this.onDatabase(service, (client) => this.rows(service, client));
    for (const keeper of ['wallet', 'loyalty'] as const) await this.books(keeper);
    this.waiting.clear();
  }

  async onDatabase<T>(service: Service, work: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({ connectionString: this.urls[service] });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  drop(): Promise<void> {
    return this.dropAll();
  }

  private async rows(service: Service, client: Client): Promise<void> {
    await client.query('SET session_replication_role = replica');
    for (const [key, rows] of this.waiting) {
      const [of, table = '', ...columns] = key.split(' ');
      if (of !== service) continue;
      const names = columns.join(', ');
      await client.query(
        `INSERT INTO ${table} (${names}) SELECT ${names} FROM json_populate_recordset(NULL::${table}, $1::json)`,
        [JSON.stringify(rows)],
      );
    }
  }

  private async books(keeper: LedgerKeeper): Promise<void> {
    const dataSource = await openDataSource(
      DatabaseConfig.from({ DATABASE_URL: this.urls[keeper], DATABASE_POOL_SIZE: '2' }),
      'auditor-test',
    );
    const ledger = new Ledger();
    await new Transactions(dataSource).run(async (tx) => {
      await ledger.open(tx, [...this.accounts[keeper].values()]);
      for (const answer of await ledger.apply(tx, this.commands[keeper]))
        if (!answer.ok && answer.code !== 'insufficient_funds') throw new Error(answer.detail);
    });
    this.commands[keeper] = [];
    await dataSource.destroy();
  }

  /** Seals a ledger's hash chain, as its job does; it waits for every transaction on the server that began before. */
  async seal(keeper: LedgerKeeper): Promise<void> {
    const dataSource = await openDataSource(
      DatabaseConfig.from({ DATABASE_URL: this.urls[keeper], DATABASE_POOL_SIZE: '2' }),
      'auditor-test',
    );
    const transactions = new Transactions(dataSource);
    await eventually(async () => (await transactions.run((tx) => sealChain(tx, 1_000))) !== null, {
      timeoutMs: 60_000,
    });
    await dataSource.destroy();
  }
}
