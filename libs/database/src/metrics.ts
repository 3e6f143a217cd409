import { Counter, Gauge, Histogram, register } from 'prom-client';
import type { Pool } from 'pg';

const seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];

/** Pools that are open in this process, by name, read whenever metrics are scraped. */
const pools = new Map<string, Pool>();

/** The default registry is one per process, while a test may build many modules: each metric is made once. */
function once<M>(name: string, make: () => M): M {
  return (register.getSingleMetric(name) as M | undefined) ?? make();
}

/** Counts a pool in the gauges under this name, until `forgetPool`. */
export function watchPool(name: string, pool: Pool): void {
  pools.set(name, pool);
}

/** Takes a closed pool out of the gauges, unless another one has its name by now. */
export function forgetPool(name: string, pool: Pool): void {
  if (pools.get(name) === pool) pools.delete(name);
}

once(
  'database_pool_in_use',
  () =>
    new Gauge({
      name: 'database_pool_in_use',
      help: 'Connections that are working for somebody',
      labelNames: ['pool'],
      collect() {
        this.reset();
        for (const [name, pool] of pools) this.set({ pool: name }, pool.totalCount - pool.idleCount);
      },
    }),
);

once(
  'database_pool_waiting',
  () =>
    new Gauge({
      name: 'database_pool_waiting',
      help: 'Callers that wait for a connection',
      labelNames: ['pool'],
      collect() {
        this.reset();
        for (const [name, pool] of pools) this.set({ pool: name }, pool.waitingCount);
      },
    }),
);

export const transactionSeconds = once(
  'database_transaction_seconds',
  () =>
    new Histogram({
      name: 'database_transaction_seconds',
      help: 'From waiting for a connection to the end of the transaction',
      labelNames: ['service', 'outcome'],
      buckets: seconds,
    }),
);

export const transactionRetries = once(
  'database_transaction_retries_total',
  () =>
    new Counter({
      name: 'database_transaction_retries_total',
      help: 'Transactions run again after a serialization failure, a deadlock or a stale plan',
      labelNames: ['service'],
    }),
);

/** One histogram per service, named as the feature list names loyalty's: `loyalty_db_query_latency_ms`. */
export function queryLatency(service: string): Histogram<'type'> {
  const name = `${service.replace(/\W/g, '_')}_db_query_latency_ms`;
  return once(
    name,
    () =>
      new Histogram({
        name,
        help: 'Milliseconds per statement, by its first word',
        labelNames: ['type'],
        buckets: [0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 1_000, 5_000],
      }),
  );
}

export const batchSize = once(
  'coalescing_batch_size',
  () =>
    new Histogram({
      name: 'coalescing_batch_size',
      help: 'Items that shared one transaction',
      labelNames: ['writer'],
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024],
    }),
);

export const submitSeconds = once(
  'coalescing_submit_seconds',
  () =>
    new Histogram({
      name: 'coalescing_submit_seconds',
      help: 'From submitting an item to its answer',
      labelNames: ['writer'],
      buckets: seconds,
    }),
);

export const queueDepth = once(
  'coalescing_queue_depth',
  () =>
    new Gauge({
      name: 'coalescing_queue_depth',
      help: 'Items that wait for a batch',
      labelNames: ['writer'],
    }),
);

export const overloads = once(
  'coalescing_refused_total',
  () =>
    new Counter({
      name: 'coalescing_refused_total',
      help: 'Items refused because the queue was full',
      labelNames: ['writer'],
    }),
);

export const replicaLag = once(
  'database_replica_lag_seconds',
  () =>
    new Gauge({
      name: 'database_replica_lag_seconds',
      help: 'How far a replica is behind the primary; -1 while it cannot be asked',
      labelNames: ['replica'],
    }),
);

export const readsRouted = once(
  'database_reads_total',
  () =>
    new Counter({
      name: 'database_reads_total',
      help: 'Reads by where they went',
      labelNames: ['target'],
    }),
);

export const partitionBytes = once(
  'database_partition_bytes',
  () =>
    new Gauge({
      name: 'database_partition_bytes',
      help: 'Size of each partition with its indexes',
      labelNames: ['table', 'partition'],
    }),
);

export const monthsAhead = once(
  'database_partition_months_ahead',
  () =>
    new Gauge({
      name: 'database_partition_months_ahead',
      help: 'Whole months after this one that already have a partition',
      labelNames: ['table'],
    }),
);

export const strayRows = once(
  'database_partition_default_rows',
  () =>
    new Gauge({
      name: 'database_partition_default_rows',
      help: 'Rows in the default partition: above zero means that a month was missing',
      labelNames: ['table'],
    }),
);

export const jobRuns = once(
  'job_runs_total',
  () =>
    new Counter({
      name: 'job_runs_total',
      help: 'Runs of scheduled jobs',
      labelNames: ['job', 'outcome'],
    }),
);

export const jobLastSuccess = once(
  'job_last_success_timestamp_seconds',
  () =>
    new Gauge({
      name: 'job_last_success_timestamp_seconds',
      help: 'When the job last ended well in this process',
      labelNames: ['job'],
    }),
);
