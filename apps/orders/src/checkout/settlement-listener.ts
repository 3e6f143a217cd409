import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Client } from 'pg';
import { DatabaseConfig } from '@florin/database';
import { backoffMs, sleep } from '@florin/kernel';
import { Roles } from '@florin/service-host';
import { settlementChannel, SettlementWatch, type Settlement } from './settlement-watch';

const reconnectBaseMs = 200;
const reconnectLimitMs = 5_000;

/** Hears ends of checkouts that other processes announce. While it is cut off, waiting shoppers get their 202 a little later. */
@Injectable()
export class SettlementListener implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(SettlementListener.name);
  private readonly stopped = new AbortController();
  private client: Client | undefined;

  constructor(
    private readonly config: DatabaseConfig,
    private readonly watch: SettlementWatch,
    private readonly roles: Roles,
  ) {}

  onApplicationBootstrap(): void {
    if (this.roles.has('api')) void this.listen();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped.abort();
    this.watch.giveUp();
    await this.client?.end();
  }

  private async listen(): Promise<void> {
    for (let attempt = 0; !this.stopped.signal.aborted; attempt += 1) {
      const ended = await this.connect();
      if (ended === 'after listening') attempt = 0;
      await sleep(reconnectBaseMs + backoffMs(attempt, reconnectBaseMs, reconnectLimitMs), this.stopped.signal);
    }
  }

  /** Listens until the connection ends. */
  private async connect(): Promise<'at once' | 'after listening'> {
    const client = new Client({
      connectionString: this.config.DATABASE_URL,
      application_name: 'orders-settlements',
      keepAlive: true,
    });
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    client.on('error', (error) => this.logger.warn(`The listening connection was lost: ${error.message}`));
    client.on('notification', ({ payload }) => this.watch.settled(JSON.parse(payload ?? '[]') as Settlement[]));
    try {
      await client.connect();
      await client.query(`LISTEN ${settlementChannel}`);
    } catch (error) {
      if (!this.stopped.signal.aborted) this.logger.warn(`Cannot listen for settled orders: ${String(error)}`);
      await client.end().catch(() => undefined);
      return 'at once';
    }
    this.client = client;
    await ended;
    return 'after listening';
  }
}
