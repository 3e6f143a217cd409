import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { newId } from '@florin/kernel';
import { freePort, HttpClient, jwksUrl, testAudience, testIssuer } from '@florin/testing';
import { Client } from 'pg';
import type { WithdrawalDetailDto } from '../src/withdrawals/withdrawal.dto';
import { type Member, soon } from './house';
import { type Lie, PayoutsHouse, webhookPath } from './payouts-house';

const root = join(__dirname, '../../..');
const patienceMs = 60_000;
jest.setTimeout(patienceMs);

/** A wallet of its own process on the house's database, that can be killed as a power cut would. */
class Mortal {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly env: Record<string, string>,
    readonly url: string,
  ) {}

  static async on({ house, provider }: PayoutsHouse): Promise<Mortal> {
    const port = await freePort();
    const { database, broker } = house.service;
    const env = {
      ...{
        LOCAL_RUN: 'true',
        NODE_ENV: 'test',
        LOG_LEVEL: 'error',
        HOST: '127.0.0.1',
        PORT: String(port),
        MIGRATE: 'off',
      },
      ...{ DATABASE_URL: database.url, DATABASE_POOL_SIZE: '5', RABBITMQ_URL: broker.url },
      ...{ MESSAGING_NAMESPACE: broker.namespace, ROLES: 'api,worker,relay', JWKS_URL: await jwksUrl() },
      ...{ JWT_ISSUER: testIssuer, JWT_AUDIENCE: testAudience, PUBLIC_URL: 'http://127.0.0.1:4000' },
      ...{ PROCESSOR_URL: house.wire.url, PAYOUT_URL: provider.url, PAYOUT_TIMEOUT_MS: '500' },
    };
    const mortal = new Mortal(env, `http://127.0.0.1:${port}`);
    provider.webhookUrl = `${mortal.url}${webhookPath}`;
    return mortal;
  }

  get isAlive(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  async live(): Promise<void> {
    if (this.isAlive) return;
    const register = join(root, 'libs/messaging/test/swc-register.cjs');
    this.child = spawn(process.execPath, ['-r', register, join(root, 'apps/wallet/src/main.ts')], {
      env: { PATH: process.env['PATH'], ...this.env },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const ready = () =>
      fetch(`${this.url}/readyz`).then(
        ({ status }) => status === 200,
        () => false,
      );
    const until = Date.now() + patienceMs / 2;
    while (!(await ready())) {
      if (Date.now() > until || !this.isAlive) throw new Error('the wallet does not come up');
      await new Promise((later) => setTimeout(later, 200));
    }
  }

  async die(): Promise<void> {
    const { child } = this;
    if (!child || !this.isAlive) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }
}

let payouts: PayoutsHouse;
let wallet: Mortal;
let ada: Member;
/** Called when the provider is asked to pay. */
let onOrder: () => void = () => undefined;

beforeAll(async () => {
  const lie = ({ amount }: { amount: number }): Lie => {
    onOrder();
    const becomes = ['processing', 'completed'] as const;
    return [{ becomes, losesQuestions: 2 }, { becomes, losesAnswer: true }, { becomes }][amount % 3] ?? { becomes };
  };
  payouts = await PayoutsHouse.open({ env: { ROLES: 'api' }, sandbox: { lie } });
  await payouts.set({ fee_fixed_minor: 50 });
  wallet = await Mortal.on(payouts);
});
afterAll(async () => {
  await wallet.die();
  await payouts.close();
});
beforeEach(async () => {
  onOrder = () => undefined;
  await wallet.live();
  ada = await payouts.house.rich(10_000);
});

/** Somebody at the wallet that dies. */
const at = (sub: string, roles: string[]) =>
  new HttpClient(wallet.url).as({ sub, roles, merchants: [payouts.house.merchantId] });

const steps = 'LOCK TABLE withdrawal_steps IN SHARE MODE';
const waiting = `pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;

/** Does something that the lock holds up, kills the wallet while it waits, and lets go. */
async function killedWhile(lock: string, work: () => unknown): Promise<void> {
  const client = new Client({ connectionString: payouts.house.service.database.url });
  await client.connect();
  try {
    await client.query(`BEGIN; ${lock}`);
    // Whoever asked never hears.
    const lost = Promise.resolve(work()).catch(() => undefined);
    await soon(async () => expect(await payouts.house.count(waiting)).toBeGreaterThan(0));
    await wallet.die();
    await lost;
    // The server would notice the death only after the wait.
    await payouts.house.service.query(`SELECT pg_terminate_backend(pid) FROM ${waiting}`);
  } finally {
    await client.end();
  }
}

/** The dead one's lease runs out. */
const leasesEnd = () => payouts.house.service.query('UPDATE wallet_withdrawals SET lease_until = now()');

/** A new one goes on, and the payout is paid once. */
async function paidOnce({ id }: { id: string }): Promise<void> {
  await leasesEnd();
  await payouts.reached({ id }, 'paid');
  await soon(() => expect(payouts.provider.isSettled).toBe(true));
  expect(payouts.provider.book.ofIntent(id)).toHaveLength(1);
  expect(await payouts.house.wallet(ada)).toMatchObject({ posted_minor: 6_000, held_minor: 0 });
  await payouts.booksAgree();
}

it('DIF-WAL-5: killed while the provider takes the order, it is paid once', async () => {
  const withdrawal = await payouts.approved(ada, 4_000);
  const killed = new Promise<void>((done) => {
    onOrder = () => {
      onOrder = () => undefined;
      void wallet.die().then(done);
    };
  });
  await payouts.gather();
  await killed;
  await soon(() => expect(payouts.provider.book.ofIntent(withdrawal.id)).toHaveLength(1));
  expect((await payouts.one(withdrawal.id)).state).toBe('held');
  await wallet.live();
  await paidOnce(withdrawal);
});

it('DIF-WAL-5: killed between the answer of the provider and its writing down, it is paid once', async () => {
  const withdrawal = await payouts.approved(ada, 4_000);
  await killedWhile(steps, () => payouts.gather());
  expect(payouts.provider.book.ofIntent(withdrawal.id)).toHaveLength(1);
  expect((await payouts.one(withdrawal.id)).state).toBe('held');
  await wallet.live();
  await paidOnce(withdrawal);
});

it('killed while a webhook is being written down, it comes again and is booked once', async () => {
  payouts.provider.webhookUrl = undefined;
  const withdrawal = await payouts.sent(ada, 4_000);
  await payouts.reached(withdrawal, 'submitted');
  // Nobody asks by themselves: only the webhook makes them.
  await payouts.house.service.query(`UPDATE wallet_withdrawals SET next_at = now() + interval '1 day'`);
  await killedWhile(steps, () => {
    payouts.provider.webhookUrl = `${wallet.url}${webhookPath}`;
  });
  await wallet.live();
  await paidOnce(withdrawal);
  const { steps: audit } = await payouts.one(withdrawal.id);
  expect(audit.filter((step) => step.learned_from === 'webhook')).not.toEqual([]);
  expect(audit.filter((step) => step.to_state === 'paid' && step.from_state !== 'paid')).toHaveLength(1);
});

it('killed while a batch is being gathered, there is none, and the next one is whole', async () => {
  const withdrawal = await payouts.approved(ada, 4_000);
  const finance = at(newId(), ['finance_ops']);
  await killedWhile('LOCK TABLE payout_batches IN SHARE MODE', () =>
    finance.post('/api/v1/payouts/batches', { currency: 'EUR' }),
  );
  expect((await payouts.one(withdrawal.id)).batch_id).toBeNull();
  await wallet.live();
  expect((await payouts.gather()).lines.map((line) => line.withdrawal_id)).toEqual([withdrawal.id]);
  await paidOnce(withdrawal);
});

it('killed while a withdrawal is asked for and while it is approved, asking again under the same key is one', async () => {
  const [{ id: beneficiary_id }, key] = [await payouts.beneficiary(ada), newId()];
  const body = { amount_minor: 4_000, currency: 'EUR', beneficiary_id };
  const asks = () => at(ada.id, ['customer']).post<WithdrawalDetailDto>('/api/v1/withdrawals', body, { key });
  await killedWhile(steps, asks);
  expect(await payouts.house.wallet(ada)).toMatchObject({ held_minor: 0 });
  await wallet.live();
  const { body: withdrawal, status } = await asks();
  expect(status).toBe(201);
  const [officer, decision] = [newId(), newId()];
  const approves = () =>
    at(officer, ['finance_ops']).post(`/api/v1/withdrawals/${withdrawal.id}/approve`, {}, { key: decision });
  await killedWhile(steps, approves);
  expect((await payouts.one(withdrawal.id)).approvals_given).toBe(0);
  await wallet.live();
  expect((await approves()).status).toBe(200);
  await payouts.gather();
  await paidOnce(withdrawal);
});

it('DIF-WAL-5: killed again and again while many payouts are under way, each is paid once', async () => {
  const ids: string[] = [];
  for (let count = 0; count < 12; count += 1) {
    const member = await payouts.house.rich(5_000);
    ids.push((await payouts.approved(member, 1_000 + count)).id);
  }
  await payouts.gather();
  for (let life = 0; life < 5; life += 1) {
    await new Promise((later) => setTimeout(later, 100 + 250 * life));
    await wallet.die();
    await leasesEnd();
    await wallet.live();
  }
  await leasesEnd();
  const paid = `wallet_withdrawals WHERE state = 'paid' AND id = ANY($1::uuid[])`;
  await soon(async () => expect(await payouts.house.count(paid, [ids])).toBe(ids.length));
  expect(ids.map((id) => payouts.provider.book.ofIntent(id).length)).toEqual(ids.map(() => 1));
  await payouts.booksAgree();
});
