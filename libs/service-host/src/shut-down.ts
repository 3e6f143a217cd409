import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Messaging } from './health/messaging';
import { Lifecycle } from './lifecycle';
import type { Log } from './logs/log';

export interface Closing {
  app: NestFastifyApplication;
  /** Nest's own close: module hooks, then HTTP, then what closes the database. */
  close: () => Promise<void>;
  log: Log;
  flushTraces: () => Promise<void>;
}

/**
 * Ends a service so that nothing in flight is lost: unready first, so that nobody sends more; then no new messages, and
 * what runs may finish (messaging's drain limit); then the relay's confirms; then AMQP; then HTTP, whose requests still
 * had their database; and the database last. What was said but not published stays in the outbox for the next process.
 */
export async function shutDown({ app, close, log, flushTraces }: Closing): Promise<void> {
  const began = performance.now();
  app.get(Lifecycle).drain();
  log.info('ending: not ready any more');
  await app.get(Messaging).stop();
  log.info({ took_ms: Math.round(performance.now() - began) }, 'ending: messages are done, AMQP is closed');
  await close();
  await flushTraces();
  log.info({ took_ms: Math.round(performance.now() - began) }, 'ended');
}
