import { Histogram, register } from 'prom-client';

export interface BatchMetrics {
  size: Histogram;
  seconds: Histogram;
}

/** How large sets are and how long they take, named after the service that keeps the ledger: `wallet_ledger_batch_size`. */
export function batchMetrics(service: string): BatchMetrics {
  const prefix = `${service.replace(/\W/g, '_')}_ledger_batch`;
  return {
    size: once(
      `${prefix}_size`,
      'Writes that shared one call to the ledger',
      [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000],
    ),
    seconds: once(
      `${prefix}_seconds`,
      'How long a call to the ledger took, waiting for other writers included',
      [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    ),
  };
}

/** Tests make several ledgers in one process; a metric can be registered once only. */
function once(name: string, help: string, buckets: number[]): Histogram {
  const known = register.getSingleMetric(name);
  return known instanceof Histogram ? known : new Histogram({ name, help, buckets });
}
