import type { Bank } from './bank';

export interface ReadTimes {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  worstMs: number;
}

/**
 * Reads balances at a steady rate, each at its own moment whether those before it were answered or not, and counts from that
 * moment: a reader who had to wait for a slow one before it is not left out.
 */
export async function readBalances(bank: Bank, perSecond: number, seconds: number): Promise<ReadTimes> {
  const times: number[] = [];
  const total = perSecond * seconds;
  const began = performance.now();
  const under: Promise<void>[] = [];
  const read = async (dueAt: number): Promise<void> => {
    const [balance] = await bank.ledger.balances(bank.reads, [bank.anyone()]);
    if (!balance) throw new Error('a balance was not there');
    times.push(performance.now() - dueAt);
  };
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - began) * perSecond) / 1_000));
    for (; sent < due; sent += 1) under.push(read(began + (sent * 1_000) / perSecond));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(under);
  const spent = (performance.now() - began) / 1_000;
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { perSecond: times.length / spent, p50Ms: at(0.5), p99Ms: at(0.99), worstMs: at(1) };
}
