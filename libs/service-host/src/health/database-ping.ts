import { Client } from 'pg';

const timeoutMs = 2_000;
/** Probes of several kubelets and balancers share an answer of this age. */
const freshMs = 500;

/**
 * Asks the database for a sign of life, on a connection of its own: a pool that is busy with work must not make a
 * healthy process look unready.
 */
export class DatabasePing {
  private client: Client | undefined;
  private last: { at: number; result: Promise<string | undefined> } | undefined;

  constructor(
    private readonly url: string,
    private readonly service: string,
  ) {}

  /** Undefined when it answers, else the reason, without addresses or names. */
  failure(): Promise<string | undefined> {
    if (!this.last || Date.now() - this.last.at > freshMs) this.last = { at: Date.now(), result: this.ask() };
    return this.last.result;
  }

  async close(): Promise<void> {
    await this.forget(this.client);
  }

  private async ask(): Promise<string | undefined> {
    let client = this.client;
    try {
      if (!client) {
        client = new Client({
          connectionString: this.url,
          application_name: `${this.service}-health`,
          connectionTimeoutMillis: timeoutMs,
          query_timeout: timeoutMs,
        });
        const mine = client;
        mine.on('error', () => void this.forget(mine));
        await mine.connect();
        this.client = mine;
      }
      await client.query('SELECT 1');
      return undefined;
    } catch (error) {
      await this.forget(client);
      const code = (error as { code?: unknown }).code;
      return typeof code === 'string' ? code : 'no answer in time';
    }
  }

  private async forget(client: Client | undefined): Promise<void> {
    if (!client) return;
    if (this.client === client) this.client = undefined;
    await client.end().catch(() => undefined); // it is broken already
  }
}
