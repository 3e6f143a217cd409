import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { newId } from '@florin/kernel';
import {
  eventually,
  HttpClient,
  jwksUrl,
  testAudience,
  type TestBroker,
  testBroker,
  testIssuer,
} from '@florin/testing';
import { Client } from 'pg';
import { type Paypal, type Sandbox, startPaypalSandbox, startSandbox } from './sandbox';
import { Wire } from './wire';

const root = join(__dirname, '../../..');
const main = join(root, 'dist/apps/wallet/src/main.js');

interface LogLine {
  msg?: string;
  url?: string;
}

/** The wallet as a process of its own, as it runs in production: it can be killed, and everything it prints is kept. */
export class WalletProcess {
  private static built = false;
  readonly staffId = newId();
  readonly merchantId = newId();
  /** Everything that any of its processes printed. */
  output = '';
  private child: ReturnType<typeof spawn> | undefined;
  private at = '';

  private constructor(
    private readonly databaseUrl: string,
    readonly broker: TestBroker,
    readonly stripe: { sandbox: Sandbox; wire: Wire },
    readonly paypal: { sandbox: Paypal; wire: Wire },
  ) {}

  static async on(databaseUrl: string): Promise<WalletProcess> {
    if (!this.built) execFileSync(process.execPath, [join(root, 'tools/build/build.mjs')]);
    this.built = true;
    const [sandbox, paypal] = await Promise.all([startSandbox({}), startPaypalSandbox({})]);
    const wires = await Promise.all([Wire.to(sandbox.url), Wire.to(paypal.url)]);
    const [stripe, second] = [
      { sandbox, wire: wires[0] },
      { sandbox: paypal, wire: wires[1] },
    ];
    const wallet = new WalletProcess(databaseUrl, await testBroker(), stripe, second);
    await wallet.start();
    return wallet;
  }

  get http(): HttpClient {
    return new HttpClient(this.at).as({ sub: this.staffId, roles: ['finance_ops'], merchants: [this.merchantId] });
  }

  get url(): string {
    return this.at;
  }

  wire(processor: string): Wire {
    return processor === 'paypal' ? this.paypal.wire : this.stripe.wire;
  }

  /** Starts it, and waits until it is up. */
  async start(): Promise<void> {
    const began = this.output.length;
    const child = spawn(process.execPath, [main], { env: await this.environment(), stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    const keep = (chunk: Buffer) => (this.output += chunk.toString());
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    this.at = await eventually(() => addressIn(this.output.slice(began)), { timeoutMs: 25_000 });
    // What processors tell of themselves would hide what a crash leaves behind.
    this.stripe.sandbox.webhookUrl = undefined;
    this.paypal.sandbox.webhookUrl = undefined;
  }

  /** kill -9: nothing is written any more, nothing is said to anybody. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Whoever was asking died: their leases are over. */
  async endLeases(): Promise<void> {
    for (const table of ['payment_transactions', 'payment_refunds'])
      await this.query(`UPDATE ${table} SET lease_until = now() - interval '1 second' WHERE lease_until > now()`);
  }

  async query<Row = Record<string, unknown>>(sql: string, params: unknown[] = []): Promise<Row[]> {
    const client = new Client({ connectionString: this.databaseUrl });
    await client.connect();
    try {
      return (await client.query(sql, params)).rows as Row[];
    } finally {
      await client.end();
    }
  }

  async close(): Promise<void> {
    await this.kill();
    for (const { sandbox, wire } of [this.stripe, this.paypal]) {
      await wire.close();
      await sandbox.stop();
    }
  }

  private async environment(): Promise<Record<string, string>> {
    return {
      LOCAL_RUN: 'true',
      // Everything it could say, so that a search through it means something.
      LOG_LEVEL: 'debug',
      HOST: '127.0.0.1',
      PORT: '0',
      DATABASE_URL: this.databaseUrl,
      DATABASE_POOL_SIZE: '5',
      RABBITMQ_URL: this.broker.url,
      MESSAGING_NAMESPACE: this.broker.namespace,
      JWKS_URL: await jwksUrl(),
      JWT_ISSUER: testIssuer,
      JWT_AUDIENCE: testAudience,
      PUBLIC_URL: 'http://127.0.0.1:4000',
      PROCESSOR_URL: this.stripe.wire.url,
      PROCESSOR_TIMEOUT_MS: '1500',
      PAYPAL_URL: this.paypal.wire.url,
      PAYPAL_CERTIFICATES_ORIGIN: this.paypal.sandbox.url,
    };
  }
}

function addressIn(output: string): string | undefined {
  for (const line of output.split('\n')) {
    if (!line.includes('wallet is up')) continue;
    const { url } = JSON.parse(line) as LogLine;
    if (url) return url.replace('[::1]', '127.0.0.1');
  }
  return undefined;
}
