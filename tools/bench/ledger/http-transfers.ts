import { newId } from '@florin/kernel';
import { Pool } from 'undici';
import { usageOf } from '../processes';
import { startWallet } from './wallet-service';

const senders = 2_000;
const warmUpSeconds = 4;

export interface HttpLoad {
  accounts: number;
  seconds: number;
  /** Requests under way at once. */
  connections: number;
  /** Leaves a CPU profile of the service in this folder. */
  profile?: string;
}

export interface HttpRate {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  refused: number;
  /** CPU per transfer, microseconds: of the service, of PostgreSQL, and of the load itself. */
  serviceMicros: number;
  postgresMicros: number;
  loadMicros: number;
}

/** One transfer per request against the wallet service, from member to member, each with a key of its own; as many at once as there are connections. */
export async function transferOverHttp(
  server: { url(database?: string): string; pid?: number },
  { accounts, seconds, connections, profile }: HttpLoad,
): Promise<HttpRate> {
  const wallet = await startWallet(server, accounts, Math.min(senders, accounts), profile);
  const pool = new Pool(wallet.url, { connections, pipelining: 1 });
  let refused = 0;
  const times: number[] = [];
  const send = async (sender: number): Promise<void> => {
    const receiver = (sender + 1 + Math.floor(Math.random() * (accounts - 1))) % accounts;
    const began = performance.now();
    const { statusCode, body } = await pool.request({
      path: '/api/v1/wallet/transfers',
      method: 'POST',
      headers: {
        authorization: `Bearer ${wallet.tokens[sender]}`,
        'content-type': 'application/json',
        'idempotency-key': newId(),
      },
      body: JSON.stringify({ to_member_id: wallet.members[receiver], currency: 'EUR', amount_minor: 1 }),
    });
    const text = await body.text();
    if (statusCode === 201) times.push(performance.now() - began);
    else if ((refused += 1) === 1) console.error(`  ${statusCode}: ${text}`);
  };
  const press = async (forSeconds: number): Promise<void> => {
    const until = performance.now() + forSeconds * 1_000;
    await Promise.all(
      Array.from({ length: connections }, async (_, lane) => {
        for (let sent = 0; performance.now() < until; sent += 1)
          await send((lane + sent * connections) % wallet.tokens.length);
      }),
    );
  };
  try {
    await press(warmUpSeconds);
    [times.length, refused] = [0, 0];
    const pids = { service: wallet.pid, postgres: server.pid ?? 0 };
    const [before, own, began] = [usageOf(pids), process.cpuUsage(), performance.now()];
    await press(seconds);
    const spent = (performance.now() - began) / 1_000;
    const [after, { user, system }] = [usageOf(pids), process.cpuUsage(own)];
    const perTransfer = (name: 'service' | 'postgres'): number =>
      (((after[name]?.cpuSeconds ?? 0) - (before[name]?.cpuSeconds ?? 0)) * 1_000_000) / times.length;
    times.sort((a, b) => a - b);
    return {
      perSecond: times.length / spent,
      p50Ms: times[Math.floor(times.length / 2)] ?? 0,
      p99Ms: times[Math.floor(times.length * 0.99)] ?? 0,
      refused,
      serviceMicros: perTransfer('service'),
      postgresMicros: perTransfer('postgres'),
      loadMicros: (user + system) / times.length,
    };
  } finally {
    await pool.close();
    await wallet.stop();
  }
}
