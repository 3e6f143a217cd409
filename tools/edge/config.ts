import { join } from 'node:path';

/** Where the edge listens and where it passes requests on to. */
export interface EdgeConfig {
  port: number;
  host: string;
  /** Service name → base URL. */
  services: Record<string, string>;
  /** Base URL of the desk: mailbox, webhook inspector, queues, traces. */
  deskUrl: string | undefined;
  /** The generated AsyncAPI document. */
  asyncapiFile: string;
  /** How long an upstream may take to begin its answer. Above the longest `Prefer: wait`. */
  answerTimeoutMs: number;
}

/** What the desk needs: where mail arrives, what it looks into, where it keeps things. */
export interface DeskConfig {
  port: number;
  host: string;
  smtpPort: number;
  dir: string;
  /** Service name → base URL: for the span rings and outbox figures. */
  services: Record<string, string>;
  /** Service name → database URL: for the outbox depths and the list of queues. */
  databases: Record<string, string>;
  rabbitmqUrl: string | undefined;
}

const environment = process.env;

function json(name: string): Record<string, string> {
  return JSON.parse(environment[name] ?? '{}') as Record<string, string>;
}

export function edgeConfig(): EdgeConfig {
  return {
    port: Number(environment['PORT'] ?? 4000),
    host: environment['HOST'] ?? '127.0.0.1',
    services: json('SERVICES'),
    deskUrl: environment['DESK_URL'],
    asyncapiFile: environment['ASYNCAPI_FILE'] ?? join(process.cwd(), 'docs/asyncapi.json'),
    answerTimeoutMs: Number(environment['ANSWER_TIMEOUT_MS'] ?? 65_000),
  };
}

export function deskConfig(): DeskConfig {
  return {
    port: Number(environment['PORT'] ?? 0),
    host: environment['HOST'] ?? '127.0.0.1',
    smtpPort: Number(environment['SMTP_PORT'] ?? 0),
    dir: environment['DATA_DIR'] ?? join(process.cwd(), '.local/desk'),
    services: json('SERVICES'),
    databases: json('DATABASES'),
    rabbitmqUrl: environment['RABBITMQ_URL'],
  };
}
