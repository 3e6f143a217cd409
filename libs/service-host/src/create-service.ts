import { NestFactory } from '@nestjs/core';
import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ScheduleModuleOptions } from '@nestjs/schedule';
import { RevokedSessions } from '@florin/access';
import { DatabaseConfig } from '@florin/database';
import { httpAdapter } from '@florin/http';
import { AmqpConnections, FlorinTransport, MESSAGING_SETTINGS, Relay, type MessagingSettings } from '@florin/messaging';
import type { FastifyInstance } from 'fastify';
import { environment } from './config';
import { Messaging } from './health/messaging';
import { hostOptionsOf } from './host-options';
import type { BootOptions } from './host-options';
import { Lifecycle } from './lifecycle';
import { ConfigFaults, faultsOf, loadConfig } from './load-config';
import { createLog } from './logs/log';
import type { Log } from './logs/log';
import { NestLog } from './logs/nest-log';
import { addRequestHooks } from './requests/request-hooks';
import { Revocations } from './revocations';
import { Roles } from './roles';
import { shutDown } from './shut-down';
import type { SpanRing } from './traces/span-ring';
import { startTracing } from './traces/tracing';

const apiPrefix = 'api/v1';
/** The injection token of @nestjs/schedule's options, which it does not export. */
const scheduleOptions = 'SCHEDULE_MODULE_OPTIONS';
/** For machines and at fixed places, so not under the prefix. */
const outsidePrefix = ['livez', 'readyz', 'startupz', 'metrics', 'openapi.json', '.well-known/*path'];

/** Builds and starts a service: validated settings, tracing, log, HTTP, then what its roles ask for. Throws ConfigFaults. */
export async function createService(root: Type, options: BootOptions = {}): Promise<NestFastifyApplication> {
  const { service, config: configType } = hostOptionsOf(root);
  const faults = faultsOf([configType, DatabaseConfig], environment());
  if (faults.length > 0) throw new ConfigFaults(faults);
  const config = loadConfig(configType, environment());
  const tracing = startTracing(service, config);
  const log = createLog({ service, level: config.LOG_LEVEL });

  const app = await NestFactory.create<NestFastifyApplication>(root, httpAdapter(), {
    logger: new NestLog(log),
    abortOnError: false,
    rawBody: true,
  });
  const [lifecycle, roles] = [app.get(Lifecycle), app.get(Roles)];
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  addRequestHooks(fastify, { service, log, lifecycle, roles });
  if (tracing.ring && config.LOCAL_RUN) serveTraces(fastify, tracing.ring);
  app.setGlobalPrefix(apiPrefix, { exclude: outsidePrefix });
  closeInOrder(app, log, tracing.flush);

  limitSchedules(app, roles);
  await startMessaging(app, roles);
  await app.listen(config.PORT, config.HOST);
  if (options.waitForConsumers) await app.get(Messaging).whenHearing();
  lifecycle.serve();
  log.info(
    { url: await app.getUrl(), roles: roles.toString(), since_process_start_ms: Math.round(performance.now()) },
    `${service} is up`,
  );
  return app;
}

/** Connects what the roles ask for. A broker that is down does not keep the service down: both parts keep trying. */
async function startMessaging(app: NestFastifyApplication, roles: Roles): Promise<void> {
  const transport = optional(app, FlorinTransport);
  const relay = optional(app, Relay);
  const revocations = roles.has('api') ? revocationsOf(app) : undefined;
  const hears = transport !== undefined && roles.has('worker');
  if (hears) app.connectMicroservice({ strategy: transport });
  await app.init();
  if (hears) await app.startAllMicroservices();
  if (relay && roles.has('relay')) relay.start();
  revocations?.start();
  app.get(Messaging).started({ transport: hears ? transport : undefined, relay, revocations });
}

/** Where tokens are checked and messages are heard. */
function revocationsOf(app: NestFastifyApplication): Revocations | undefined {
  const [connections, sessions] = [optional(app, AmqpConnections), optional(app, RevokedSessions)];
  if (!connections || !sessions) return undefined;
  return new Revocations(connections, app.get<MessagingSettings>(MESSAGING_SETTINGS, { strict: false }), sessions);
}

function optional<T>(app: NestFastifyApplication, type: Type<T>): T | undefined {
  try {
    return app.get(type, { strict: false });
  } catch {
    return undefined; // the service has no such part
  }
}

/**
 * Schedules belong to workers: a process that only answers requests must not run a job a second time. Nor may two
 * modules that both import ScheduleModule: each copy of it would start every schedule of the application.
 */
function limitSchedules(app: NestFastifyApplication, roles: Roles): void {
  const copies = app.get<ScheduleModuleOptions>(scheduleOptions, { strict: false, each: true });
  copies.forEach((copy, index) => {
    const runs = roles.has('worker') && index === 0;
    Object.assign(copy, { cronJobs: runs, intervals: runs, timeouts: runs });
  });
}

/** Whoever closes the application, a signal or a test, gets the documented order. */
function closeInOrder(app: NestFastifyApplication, log: Log, flushTraces: () => Promise<void>): void {
  // Nest's own, from the class: through the proxy around the application it would be ours again, waiting for itself.
  const close = (Object.getPrototypeOf(app) as NestFastifyApplication).close.bind(app);
  let closing: Promise<void> | undefined;
  // Defined, not assigned: Nest's proxy around the application swallows assignments.
  Object.defineProperty(app, 'close', {
    configurable: true,
    writable: true,
    value: () => (closing ??= shutDown({ app, close, log, flushTraces })),
  });
}

/** Local run only: the edge reads this from every service and puts the traces together. */
function serveTraces(fastify: FastifyInstance, ring: SpanRing): void {
  fastify.get<{ Querystring: { trace_id?: string } }>('/dev/traces', (request, reply) => {
    void reply.send({ data: ring.recent(request.query.trace_id) });
  });
}
