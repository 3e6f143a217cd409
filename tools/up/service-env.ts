import { join } from 'node:path';
import { databaseUrl } from './databases';
import type { Ports } from './ports';
import type { Secrets } from './secrets';
import type { Servers } from './servers';
import { root, type ServiceName, services } from './services';

/** Values of our own process that must not leak into the services: they get theirs from here. */
const notInherited = /^(npm_|NODE_OPTIONS$|NODE_ENV$|DATABASE_|RABBITMQ_|REDIS_|TEST_|PORT$|HOST$|FLORIN_)/;

export interface Surroundings {
  dir: string;
  ports: Ports;
  servers: Servers;
  secrets: Secrets;
  clockFile: string;
}

export const localAudience = 'florin';
const payoutOrganization = 'florin_local';

export const edgeUrl = (ports: Ports): string => `http://localhost:${ports['edge']}`;

export function serviceUrls(ports: Ports): Record<string, string> {
  return Object.fromEntries(services.map((service) => [service, `http://127.0.0.1:${ports[service]}`]));
}

export function databaseUrls(servers: Servers): Record<string, string> {
  return Object.fromEntries(services.map((service) => [service, databaseUrl(servers.postgresUrl, service)]));
}

/** What every process gets: our own environment without what is decided here. */
function inherited(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && !notInherited.test(name),
  );
  return { ...(Object.fromEntries(entries) as Record<string, string>), NODE_ENV: 'production' };
}

/** Secrets and addresses that only this service has. */
function ownOf(service: ServiceName, { ports, secrets }: Surroundings): Record<string, string> {
  switch (service) {
    case 'auth':
      return {
        JWT_PRIVATE_KEYS: JSON.stringify(secrets.jwtKeys),
        MAIL_SEAL_KEY: secrets.mailSealKey,
        BOOTSTRAP_ADMIN_EMAIL: secrets.people[0]?.email ?? '',
        BOOTSTRAP_ADMIN_PASSWORD: secrets.people[0]?.password ?? '',
      };
    case 'wallet':
      return {
        PROCESSOR_URL: `http://127.0.0.1:${ports['processor']}`,
        PROCESSOR_API_KEY: secrets.processorApiKey,
        PROCESSOR_WEBHOOK_SECRET: secrets.processorWebhookSecret,
        PAYPAL_URL: `http://127.0.0.1:${ports['paypal']}`,
        ...paypalClient(secrets),
        PAYOUT_URL: `http://127.0.0.1:${ports['payouts']}`,
        PAYOUT_ORGANIZATION_ID: payoutOrganization,
        PAYOUT_API_KEY: secrets.payoutApiKey,
        PAYOUT_WEBHOOK_KEY: secrets.payoutWebhookKey,
        PAYOUT_ACCOUNT_ID: 'local_account',
        PAYOUT_DATA_KEYS: `local:${secrets.payoutDataKey}`,
      };
    case 'notifications':
      return {
        SMTP_URL: `smtp://127.0.0.1:${ports['smtp']}`,
        MAIL_FROM: 'Florin <shop@demo.test>',
        MAIL_SEAL_KEY: secrets.mailSealKey,
        DATA_KEY: secrets.dataKey,
      };
    case 'loyalty':
    case 'catalog':
    case 'orders':
    case 'analytics':
      return {};
  }
}

/** The whole environment of one service in the local run. */
export function serviceEnvironment(service: ServiceName, around: Surroundings): Record<string, string> {
  const { ports, servers, clockFile } = around;
  const issuer = edgeUrl(ports);
  return {
    LOG_LEVEL: 'info',
    DATABASE_POOL_SIZE: '8',
    ...inherited(),
    PORT: String(ports[service]),
    HOST: '127.0.0.1',
    DATABASE_URL: databaseUrl(servers.postgresUrl, service),
    RABBITMQ_URL: servers.rabbitmqUrl,
    ...(servers.redisUrl === undefined ? {} : { REDIS_URL: servers.redisUrl }),
    JWKS_URL: `http://127.0.0.1:${ports['auth']}/.well-known/jwks.json`,
    JWT_ISSUER: issuer,
    JWT_AUDIENCE: localAudience,
    PUBLIC_URL: issuer,
    // The edge is the only proxy; without this every caller would be the edge to the rate limits.
    TRUSTED_PROXIES: '127.0.0.1/32',
    LOCAL_RUN: 'true',
    TEST_CLOCK_FILE: clockFile,
    ...ownOf(service, around),
  };
}

export function edgeEnvironment({ ports }: Surroundings): Record<string, string> {
  return {
    ...inherited(),
    PORT: String(ports['edge']),
    SERVICES: JSON.stringify(serviceUrls(ports)),
    DESK_URL: `http://127.0.0.1:${ports['desk']}`,
    ASYNCAPI_FILE: join(root, 'docs/asyncapi.json'),
  };
}

export function deskEnvironment({ ports, servers, dir }: Surroundings): Record<string, string> {
  return {
    ...inherited(),
    PORT: String(ports['desk']),
    SMTP_PORT: String(ports['smtp']),
    DATA_DIR: join(dir, 'desk'),
    SERVICES: JSON.stringify(serviceUrls(ports)),
    DATABASES: JSON.stringify(databaseUrls(servers)),
    RABBITMQ_URL: servers.rabbitmqUrl,
  };
}

const paypalClient = ({ paypalClientSecret }: Secrets): Record<string, string> => ({
  PAYPAL_CLIENT_ID: 'client_local',
  PAYPAL_CLIENT_SECRET: paypalClientSecret,
  PAYPAL_WEBHOOK_ID: 'WH-LOCAL',
});

/** The worlds outside that a local run brings along: who takes cards, and who pays out. */
export function sandboxes({
  ports,
  secrets,
  dir,
}: Surroundings): { name: string; entry: string; env: Record<string, string> }[] {
  const callback = `${edgeUrl(ports)}/api/v1`;
  const environment = (name: string, own: Record<string, string>) => ({
    ...inherited(),
    PORT: String(ports[name]),
    DATA_DIR: join(dir, name),
    ...own,
  });
  return [
    {
      name: 'processor',
      entry: 'tools/sandbox/main.js',
      env: environment('processor', {
        PROCESSOR_API_KEY: secrets.processorApiKey,
        PROCESSOR_WEBHOOK_SECRET: secrets.processorWebhookSecret,
        WEBHOOK_URL: `${callback}/payments/webhooks/sandbox`,
        PAYPAL_PORT: String(ports['paypal']),
        PAYPAL_WEBHOOK_URL: `${callback}/payments/webhooks/paypal`,
        ...paypalClient(secrets),
      }),
    },
    {
      name: 'payouts',
      entry: 'tools/sandbox/payouts-main.js',
      env: environment('payouts', {
        PAYOUT_ORGANIZATION_ID: payoutOrganization,
        PAYOUT_API_KEY: secrets.payoutApiKey,
        PAYOUT_WEBHOOK_KEY: secrets.payoutWebhookKey,
        WEBHOOK_URL: `${callback}/payouts/webhooks/modern_treasury`,
      }),
    },
  ];
}
