import { Histogram, register } from 'prom-client';

type LatencyHistogram = Histogram<'method' | 'route' | 'status'>;

const buckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Registering twice throws, and a test process makes several services. */
function once<T>(name: string, make: () => T): T {
  return (register.getSingleMetric(name) as T | undefined) ?? make();
}

/** Time from the request's head to the end of the answer, by method, route template and status. */
export function requestSeconds(): LatencyHistogram {
  const name = 'http_request_duration_seconds';
  return once(
    name,
    () =>
      new Histogram({
        name,
        help: 'Time of HTTP requests, by route template',
        labelNames: ['method', 'route', 'status'],
        buckets,
      }),
  );
}

/** The same under the name of the service, as the feature list names loyalty's: `loyalty_api_latency_seconds`. */
export function apiLatency(service: string): Histogram<'method' | 'endpoint' | 'status'> {
  const name = `${service.replace(/\W/g, '_')}_api_latency_seconds`;
  return once(
    name,
    () =>
      new Histogram({
        name,
        help: `Time of requests to the API of ${service}`,
        labelNames: ['method', 'endpoint', 'status'],
        buckets,
      }),
  );
}
