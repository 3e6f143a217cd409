import { Transactions } from '@florin/database';
import { newId } from '@florin/kernel';
import { ledgerProofs } from '@florin/ledger';
import { eventually, startPostgres, type PostgresServer, testDatabase } from '@florin/testing';
import { DataSource } from 'typeorm';
import { migrations } from '../src/migrations';
import { soon } from './house';
import { WalletProcess } from './payments-process';
import type { Call } from './wire';

interface Standing {
  id: string;
  processor: string;
  state: string;
  action: string | null;
  captured_minor: number;
  refunded_minor: number;
}

const processors = ['stripe', 'paypal'];
const waiting = { headers: { prefer: 'wait=10' } };

/** One payment with each processor, put aside and nothing else. */
async function authorised(wallet: WalletProcess): Promise<Standing[]> {
  const asked = await Promise.all(processors.map((processor) => ask(wallet, processor)));
  await reached(wallet, asked, 'authorised');
  return asked;
}

async function ask(wallet: WalletProcess, processor: string): Promise<Standing> {
  const body = { member_id: newId(), amount_minor: 1_000, currency: 'EUR', card_token: 'tok_visa', processor };
  const { status, body: payment } = await wallet.http.post<Standing>('/api/v1/payments', body);
  expect(status).toBe(202);
  return payment;
}

const of = async (wallet: WalletProcess, { id }: { id: string }): Promise<Standing> =>
  (await wallet.http.get<Standing>(`/api/v1/payments/${id}`)).body;

const reached = (wallet: WalletProcess, payments: readonly Standing[], state: string) =>
  soon(async () => {
    for (const payment of payments) expect((await of(wallet, payment)).state).toBe(state);
  });

/** What the processor has taken and given back, in minor units, over everything it knows of the payment. */
async function atProcessor(wallet: WalletProcess, { id, processor }: Standing) {
  if (processor === 'stripe') {
    const charges = await wallet.stripe.wire.charges(id);
    const [taken, back] = [charges.map((each) => each.amount_received), charges.map((each) => each.amount_refunded)];
    return { orders: charges.length, taken: sum(taken), back: sum(back) };
  }
  const orders = wallet.paypal.sandbox.ordersOf(id);
  const cents = (parts: { amount: { value: string } }[]) =>
    sum(parts.map(({ amount }) => Math.round(Number(amount.value) * 100)));
  return {
    orders: orders.length,
    taken: cents(orders.flatMap(({ captures }) => captures)),
    back: cents(orders.flatMap(({ refunds }) => refunds)),
  };
}

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);

async function booked(wallet: WalletProcess, { id }: Standing): Promise<number> {
  const rows = await wallet.query<{ sold: string }>(
    `SELECT coalesce(sum(posting.amount), 0) AS sold FROM ledger_journals AS journal
     JOIN ledger_postings AS posting ON posting.journal_id = journal.id JOIN ledger_accounts AS account ON account.id = posting.account_id
     WHERE journal.reference = $1 AND account.code LIKE '%:sales:%'`,
    [`payment:${id}`],
  );
  return Number(rows[0]?.sold);
}

/** Dies when each processor has heard the first such question; it arrives there, or does not. */
function dieAt(wallet: WalletProcess, which: (call: Call) => boolean, arrives: boolean): Promise<void> {
  return new Promise((dead) => {
    const heard = new Set<string>();
    for (const processor of processors) {
      wallet.wire(processor).fate = async (call) => {
        if (!which(call) || heard.has(processor)) return 'arrives';
        heard.add(processor);
        if (heard.size === processors.length) {
          await wallet.kill();
          dead();
        } else await eventually(() => heard.size === processors.length || undefined);
        return arrives ? 'arrives' : 'question lost';
      };
    }
  });
}

const isAbout = (kind: string) => (call: Call) => call.key?.startsWith(`${kind}:`) === true;

describe('kill -9', () => {
  let wallet: WalletProcess;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const database = await testDatabase({ migrations });
    drop = () => database.drop();
    wallet = await WalletProcess.on(database.url);
  });
  afterAll(async () => {
    await wallet.close();
    await drop();
  });

  async function again(): Promise<void> {
    for (const processor of processors) wallet.wire(processor).mend();
    await wallet.start();
    await wallet.endLeases();
  }

  describe.each([
    ['before the processor heard', false],
    ['after the processor did it', true],
  ])('%s', (_, arrives) => {
    it('while it authorises: the money is put aside once', async () => {
      const dead = dieAt(wallet, isAbout('authorise'), arrives);
      const asked = await Promise.all(processors.map((processor) => ask(wallet, processor)));
      await dead;
      await again();
      await reached(wallet, asked, 'authorised');
      for (const payment of asked) expect(await atProcessor(wallet, payment)).toEqual({ orders: 1, taken: 0, back: 0 });
    });

    it('while it captures: the part is taken and booked once', async () => {
      const payments = await authorised(wallet);
      const dead = dieAt(wallet, isAbout('capture'), arrives);
      for (const { id } of payments) await wallet.http.post(`/api/v1/payments/${id}/captures`, { amount_minor: 600 });
      await dead;
      await again();
      await reached(wallet, payments, 'partially_captured');
      for (const payment of payments) {
        expect(await of(wallet, payment)).toMatchObject({ captured_minor: 600 });
        expect(await atProcessor(wallet, payment)).toEqual({ orders: 1, taken: 600, back: 0 });
        expect(await booked(wallet, payment)).toBe(600);
      }
    });

    it('while it gives back: the refund is made and booked once', async () => {
      const payments = await authorised(wallet);
      for (const { id } of payments) await wallet.http.post(`/api/v1/payments/${id}/captures`, {}, waiting);
      await reached(wallet, payments, 'captured');
      const dead = dieAt(wallet, isAbout('refund'), arrives);
      for (const { id } of payments)
        await wallet.http.post(`/api/v1/payments/${id}/refunds`, { amount_minor: 350, reason: 'Broken' });
      await dead;
      await again();
      for (const payment of payments) {
        await soon(async () => expect(await booked(wallet, payment)).toBe(650));
        expect(await of(wallet, payment)).toMatchObject({ refunded_minor: 350 });
        expect(await atProcessor(wallet, payment)).toEqual({ orders: 1, taken: 1_000, back: 350 });
      }
    });
  });
});

describe('PostgreSQL restarted while payments are under way', () => {
  let server: PostgresServer;
  let wallet: WalletProcess;
  beforeAll(async () => {
    server = await startPostgres({ durable: true });
    wallet = await WalletProcess.on(server.url());
  }, 60_000);
  afterAll(async () => {
    await wallet.close();
    await server.stop();
  });

  it('each has one effect, whether its commit was answered or not', async () => {
    const asking = Array.from({ length: 12 }, async (_, index) => {
      const key = newId();
      const body = {
        ...{ member_id: newId(), amount_minor: 1_000, currency: 'EUR', card_token: 'tok_visa' },
        ...{ capture_method: 'automatic', processor: processors[index % 2] },
      };
      // As a client does: the same key until there is an answer.
      return eventually(
        async () => {
          const { status, body: payment } = await wallet.http.post<Standing>('/api/v1/payments', body, { key });
          return status < 300 ? payment : undefined;
        },
        { timeoutMs: 20_000 },
      );
    });
    await server.restart();
    const payments = await Promise.all(asking);
    await eventually(
      async () => {
        await wallet.endLeases();
        const states = await Promise.all(payments.map((payment) => of(wallet, payment)));
        return states.every(({ state }) => state === 'captured') || undefined;
      },
      { timeoutMs: 25_000 },
    );
    for (const payment of payments) {
      expect(await atProcessor(wallet, payment)).toEqual({ orders: 1, taken: 1_000, back: 0 });
      expect(await booked(wallet, payment)).toBe(1_000);
    }
    expect(await wallet.query('SELECT count(*)::integer AS count FROM payment_transactions')).toEqual([{ count: 12 }]);
    expect(await faultsInBooks(server.url())).toEqual([]);
  }, 60_000);
});

async function faultsInBooks(url: string): Promise<string[]> {
  const source = await new DataSource({ type: 'postgres', url }).initialize();
  try {
    return await new Transactions(source).run(async (tx) => {
      const found: string[] = [];
      for (const proof of ledgerProofs) {
        const { offenders } = await proof.run(tx, 10);
        found.push(...offenders.map(({ subject, detail }) => `${proof.name}: ${subject} ${detail}`));
      }
      return found;
    });
  } finally {
    await source.destroy();
  }
}
