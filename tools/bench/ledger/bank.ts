import { DatabaseConfig, migrate, openDataSource, Reads, Transactions } from '@florin/database';
import { newId } from '@florin/kernel';
import { type JournalInput, Ledger, ledgerMigrations } from '@florin/ledger';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { usageOf } from '../processes';

const startMinor = 1_000_000_000;
const perSet = 1_000;

/** How writes are handed to the library. */
export interface Load {
  /** Transfers in one transaction. */
  set: number;
  /** Transactions under way at once. */
  writers: number;
  /** Every transfer takes from one account. */
  hot?: boolean;
}

export interface Measured {
  perSecond: number;
  /** CPU of this process and of PostgreSQL, microseconds per transfer. */
  nodeMicros: number;
  postgresMicros: number;
}

/** A ledger with so many funded accounts in a database of its own. */
export class Bank {
  readonly reads: Reads;

  private constructor(
    readonly dataSource: DataSource,
    readonly transactions: Transactions,
    readonly ledger: Ledger,
    private readonly accounts: number,
    private readonly postgresPid: number,
    config: DatabaseConfig,
  ) {
    this.reads = new Reads(dataSource, config);
  }

  static async open(server: { url(database?: string): string; pid?: number }, accounts: number): Promise<Bank> {
    const client = new Client({ connectionString: server.url() });
    await client.connect();
    await client.query('CREATE DATABASE ledger');
    await client.end();
    const url = server.url('ledger');
    await migrate({ url, migrations: ledgerMigrations });
    const config = DatabaseConfig.from({
      DATABASE_URL: url,
      DATABASE_POOL_SIZE: '12',
      DATABASE_STATEMENT_TIMEOUT_MS: '600000',
      DATABASE_LOCK_TIMEOUT_MS: '60000',
    });
    const dataSource = await openDataSource(config, 'ledger-bench');
    const transactions = new Transactions(dataSource);
    const bank = new Bank(dataSource, transactions, new Ledger(), accounts, server.pid ?? 0, config);
    await bank.fund();
    return bank;
  }

  readonly codeOf = (index: number): string => `member:${index}:wallet:EUR`;
  readonly anyone = (): string => this.codeOf(Math.floor(Math.random() * this.accounts));

  private async fund(): Promise<void> {
    await this.transactions.run((tx) => this.ledger.open(tx, [{ code: 'world', asset: 'EUR', allowNegative: true }]));
    for (let first = 0; first < this.accounts; first += perSet) {
      const count = Math.min(perSet, this.accounts - first);
      const codes = Array.from({ length: count }, (_, index) => this.codeOf(first + index));
      await this.transactions.run(async (tx) => {
        await this.ledger.open(
          tx,
          codes.map((code) => ({ code, asset: 'EUR' })),
        );
        await this.ledger.post(
          tx,
          codes.map((code) => transfer('world', code, startMinor)),
        );
      });
    }
    await this.settle();
  }

  /** Has the server do now what it would do some time after so many writes. */
  async settle(): Promise<void> {
    await this.dataSource.query('VACUUM ANALYZE');
    await this.dataSource.query('CHECKPOINT');
  }

  /** Runs so many transfers and says how fast, and what each cost. */
  async run(transfers: number, { set, writers, hot = false }: Load): Promise<Measured> {
    const pids = { postgres: this.postgresPid };
    const [before, own, began] = [usageOf(pids), process.cpuUsage(), performance.now()];
    const sets = Math.ceil(transfers / set / writers);
    const write = async (): Promise<void> => {
      for (let done = 0; done < sets; done += 1) {
        const inputs = Array.from({ length: set }, () =>
          transfer(hot ? this.codeOf(0) : this.anyone(), this.anyone(), 1),
        );
        await this.transactions.run(async (tx) => {
          for (const answer of await this.ledger.post(tx, inputs)) if (!answer.ok) throw new Error(answer.detail);
        });
      }
    };
    await Promise.all(Array.from({ length: writers }, write));
    const seconds = (performance.now() - began) / 1_000;
    const { user, system } = process.cpuUsage(own);
    const postgres = (usageOf(pids)['postgres']?.cpuSeconds ?? 0) - (before['postgres']?.cpuSeconds ?? 0);
    const done = sets * set * writers;
    return {
      perSecond: done / seconds,
      nodeMicros: (user + system) / done,
      postgresMicros: (postgres * 1_000_000) / done,
    };
  }

  async close(): Promise<void> {
    await this.dataSource.destroy();
  }
}

function transfer(from: string, to: string, amountMinor: number): JournalInput {
  const id = newId();
  return {
    key: `transfer:${id}`,
    kind: 'transfer',
    reference: `order:${id}`,
    postings: [
      { account: from, amountMinor: -amountMinor },
      { account: to, amountMinor },
    ],
  };
}
