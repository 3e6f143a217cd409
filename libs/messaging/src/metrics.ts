import { Counter, Gauge, Histogram, register, type Metric } from 'prom-client';

/** Registering twice throws, and a test process makes several services. */
function once<T extends Metric>(name: string, make: () => T): T {
  return (register.getSingleMetric(name) as T | undefined) ?? make();
}

const secondsBuckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The figures of messaging, in prom-client's default registry. */
export const messagingMetrics = {
  outboxPending: once(
    'outbox_pending',
    () => new Gauge({ name: 'outbox_pending', help: 'Outbox rows that are not published yet' }),
  ),
  outboxOldestAge: once(
    'outbox_oldest_age_seconds',
    () =>
      new Gauge({
        name: 'outbox_oldest_age_seconds',
        help: 'Age of the oldest outbox row that is due and not published',
      }),
  ),
  outboxLag: once(
    'outbox_lag_seconds',
    () =>
      new Histogram({
        name: 'outbox_lag_seconds',
        help: 'From written to confirmed by the broker',
        buckets: secondsBuckets,
      }),
  ),
  published: once(
    'messaging_published_total',
    () =>
      new Counter({ name: 'messaging_published_total', help: 'Messages that the relay sent', labelNames: ['outcome'] }),
  ),
  handled: once(
    'messaging_handled_total',
    () =>
      new Counter({
        name: 'messaging_handled_total',
        help: 'Messages that consumers were done with',
        labelNames: ['queue', 'outcome'],
      }),
  ),
  handleSeconds: once(
    'messaging_handle_seconds',
    () =>
      new Histogram({
        name: 'messaging_handle_seconds',
        help: 'Time of one handling transaction',
        labelNames: ['queue'],
        buckets: secondsBuckets,
      }),
  ),
  deadLetters: once(
    'messaging_dead_letters',
    () => new Gauge({ name: 'messaging_dead_letters', help: 'Messages in a dead-letter queue', labelNames: ['queue'] }),
  ),
  consumerSilent: once(
    'messaging_consumer_silent',
    () =>
      new Gauge({
        name: 'messaging_consumer_silent',
        help: '1 when a consumer does not hear although it should',
        labelNames: ['queue'],
      }),
  ),
};
