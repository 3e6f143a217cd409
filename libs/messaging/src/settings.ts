import { minuteMs, secondMs } from '@florin/kernel';
import { messagingEnvironment } from './config';

export interface MessagingSettings {
  /** Name of the service: the first part of its queue names, and the source of what it says. */
  service: string;
  rabbitmqUrl: string;
  /** Prefix of exchanges and retry tiers, so that several installations can share one broker. */
  namespace: string;
  /** Waits before the second, third, … attempt. After the last one a message is dead. */
  retryTiersMs: readonly number[];
  /** Larger messages are refused when said and dead when heard: a set of them must fit in memory. */
  maxMessageBytes: number;
  /** A confirm that takes longer counts as a failure: the message is sent again. */
  confirmTimeoutMs: number;
  /** How long close waits for running handlers. */
  drainMs: number;
  /**
   * How long messages gather before they are handled, for a service that nobody waits for: all its handlers then share one
   * transaction. 0: at once, and each controller for itself.
   */
  gatherMs: number;
  /** Rows that the relay reads and publishes together. */
  relayBatch: number;
  /** How long the relay sleeps when nothing wakes it. */
  relayPollMs: number;
  /** How long a row that could not be routed waits before the relay tries again; doubles up to 30 s. */
  unroutableBackoffMs: number;
  /** How often the watchdog looks whether every consumer still hears. */
  watchdogMs: number;
  /** How long a consumer may be without subscription or progress before it counts as silent. */
  silentAfterMs: number;
  /** First wait before reconnecting or resubscribing; doubles with jitter up to reconnectLimitMs. */
  reconnectBaseMs: number;
  reconnectLimitMs: number;
}

export const MESSAGING_SETTINGS = Symbol('MESSAGING_SETTINGS');

/** Where queues carry the plain names of their handlers. */
export const defaultNamespace = 'florin';
const localBroker = 'amqp://guest:guest@127.0.0.1:5672';

/** Settings of one service: the defaults, the environment over them, and what is given over both. */
export function messagingSettings(given: Partial<MessagingSettings> & { service: string }): MessagingSettings {
  const environment = messagingEnvironment();
  const defaults: Omit<MessagingSettings, 'service'> = {
    rabbitmqUrl: environment.rabbitmqUrl ?? localBroker,
    namespace: environment.namespace ?? defaultNamespace,
    retryTiersMs: [secondMs, 5 * secondMs, 30 * secondMs, 2 * minuteMs, 10 * minuteMs],
    maxMessageBytes: 1024 * 1024,
    confirmTimeoutMs: 10 * secondMs,
    drainMs: 20 * secondMs,
    gatherMs: 0,
    relayBatch: 500,
    relayPollMs: 500,
    unroutableBackoffMs: secondMs,
    watchdogMs: 5 * secondMs,
    silentAfterMs: 30 * secondMs,
    reconnectBaseMs: 100,
    reconnectLimitMs: 5 * secondMs,
  };
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...(Object.fromEntries(set) as Partial<MessagingSettings>), service: given.service };
}
