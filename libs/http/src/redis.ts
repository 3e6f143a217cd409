import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';

const longestRetryMs = 2_000;

/**
 * A connection for limits: never waits for Redis and never fails because of it. Commands go out only while it is connected;
 * the caller counts locally meanwhile.
 */
export function connectRedis(url: string, commandTimeoutMs: number): Redis {
  const logger = new Logger('Redis');
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: commandTimeoutMs,
    retryStrategy: (attempt) => Math.min(100 * 2 ** Math.min(attempt, 10), longestRetryMs),
  });
  let down = false;
  redis.on('ready', () => {
    if (down) logger.log('Redis is back: limits hold for all processes together');
    down = false;
  });
  redis.on('error', (error: Error) => {
    if (!down) logger.warn({ err: error }, 'Redis is away: limits hold for each process alone');
    down = true;
  });
  return redis;
}
