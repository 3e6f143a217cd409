/** What the HTTP edge of a service takes from outside. */
export interface HttpConfig {
  /** Addresses and CIDR ranges of our own proxies (TRUSTED_PROXIES, comma separated); only they may forward client addresses. */
  trustedProxies: string[];
  /** The header in which our own proxies name the country of a client (CLIENT_COUNTRY_HEADER); none is believed without it. */
  countryHeader: string | undefined;
  redisUrl: string | undefined;
  /** Requests a minute from one address; 0 switches the limit off. Behind NAT many people share one. */
  addressPerMinute: number;
  userPerMinute: number;
  /** Multiplies the limits of @RateLimit; 0 switches them off. For benches and fuzzing. */
  routeFactor: number;
  /** Whether the general limits shrink while the process is in trouble (RATE_LIMIT_ADAPTIVE=off for not). */
  adaptive: boolean;
  /** Longest wait for Redis before this process counts alone. */
  redisTimeoutMs: number;
  strikesPerMinute: number;
  blockSeconds: number;
}

/** Reads the environment; throws with everything that is wrong at once. */
export function httpConfig(env: NodeJS.ProcessEnv = process.env): HttpConfig {
  const faults: string[] = [];
  const number = (name: string, fallback: number): number => {
    const text = env[name];
    if (text === undefined || text === '') return fallback;
    const value = Number(text);
    if (!Number.isFinite(value) || value < 0) faults.push(`${name} must be a number from 0, not ${text}`);
    return value;
  };
  const config: HttpConfig = {
    trustedProxies: (env['TRUSTED_PROXIES'] ?? '')
      .split(',')
      .map((range) => range.trim())
      .filter(Boolean),
    countryHeader: env['CLIENT_COUNTRY_HEADER']?.toLowerCase() || undefined,
    redisUrl: env['REDIS_URL'] || undefined,
    addressPerMinute: Math.round(number('RATE_LIMIT_ADDRESS_PER_MINUTE', 6_000)),
    userPerMinute: Math.round(number('RATE_LIMIT_USER_PER_MINUTE', 1_200)),
    routeFactor: number('RATE_LIMIT_ROUTE_FACTOR', 1),
    adaptive: env['RATE_LIMIT_ADAPTIVE'] !== 'off',
    redisTimeoutMs: Math.max(1, Math.round(number('RATE_LIMIT_REDIS_TIMEOUT_MS', 100))),
    strikesPerMinute: Math.round(number('RATE_LIMIT_STRIKES_PER_MINUTE', 600)),
    blockSeconds: Math.max(1, Math.round(number('RATE_LIMIT_BLOCK_SECONDS', 600))),
  };
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return config;
}
