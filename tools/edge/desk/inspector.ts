import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

const maxDeliveries = 2_000;
/** What is shown of a body; the signature is checked over all of it. */
const shownBodyBytes = 64 * 1024;

export interface Delivery {
  id: string;
  name: string;
  received_at: string;
  webhook_id: string | null;
  type: string | null;
  /** True or false where the secret is known, null where it is not. */
  signature_valid: boolean | null;
  signature_problem: string | null;
  /** How often this webhook id has come to this address, this time included. */
  times_seen: number;
  answered: number;
  headers: Record<string, string>;
  body: string;
}

/** How an address behaves: which secret it checks with, and whether it refuses the next few on purpose. */
export interface Behaviour {
  secret?: string;
  fail_next?: number;
  fail_status?: number;
}

interface Incoming {
  name: string;
  headers: Record<string, string>;
  body: Buffer;
}

export interface DeliverySearch {
  name?: string;
  webhookId?: string;
  type?: string;
  limit: number;
}

/** Takes what webhooks bring, checks signatures by the Standard Webhooks scheme, and can misbehave as receivers do. */
export class Inspector {
  private deliveries: Delivery[] = [];
  private nextId = 1;
  private readonly behaviours: Map<string, Behaviour>;
  private readonly seen = new Map<string, number>();

  /** Secrets are kept on disk, readable to their owner only, so that a restart still can verify. */
  constructor(private readonly secretsFile: string) {
    this.behaviours = new Map(Object.entries(readSecrets(secretsFile)).map(([name, secret]) => [name, { secret }]));
  }

  behave(name: string, wish: Behaviour): Behaviour {
    const next = { ...this.behaviours.get(name), ...wish };
    this.behaviours.set(name, next);
    if (wish.secret !== undefined) this.saveSecrets();
    return { ...next, secret: next.secret === undefined ? undefined : '(set)' };
  }

  receive(incoming: Incoming): Delivery {
    const behaviour = this.behaviours.get(incoming.name) ?? {};
    const webhookId = incoming.headers['webhook-id'] ?? null;
    const key = `${incoming.name} ${webhookId ?? ''}`;
    const timesSeen = (this.seen.get(key) ?? 0) + 1;
    this.seen.set(key, timesSeen);
    const fault = behaviour.secret === undefined ? null : signatureFault(behaviour.secret, incoming);
    const delivery: Delivery = {
      id: String(this.nextId),
      name: incoming.name,
      received_at: new Date().toISOString(),
      webhook_id: webhookId,
      type: typeOf(incoming.body),
      signature_valid: behaviour.secret === undefined ? null : fault === null,
      signature_problem: fault,
      times_seen: timesSeen,
      answered: answerOf(behaviour, fault),
      headers: incoming.headers,
      body: incoming.body.subarray(0, shownBodyBytes).toString('utf8'),
    };
    this.nextId += 1;
    if (behaviour.fail_next) behaviour.fail_next -= 1;
    this.deliveries.push(delivery);
    if (this.deliveries.length > maxDeliveries) this.forgetOldest();
    return delivery;
  }

  /** Newest first. */
  find(search: DeliverySearch): Delivery[] {
    const matches = this.deliveries.filter(
      (delivery) =>
        (search.name === undefined || delivery.name === search.name) &&
        (search.webhookId === undefined || delivery.webhook_id === search.webhookId) &&
        (search.type === undefined || delivery.type === search.type),
    );
    return matches.slice(-search.limit).reverse();
  }

  get(id: string): Delivery | undefined {
    return this.deliveries.find((delivery) => delivery.id === id);
  }

  get count(): number {
    return this.deliveries.length;
  }

  clear(): void {
    this.deliveries = [];
    this.seen.clear();
  }

  private forgetOldest(): void {
    const oldest = this.deliveries.shift();
    if (oldest) this.seen.delete(`${oldest.name} ${oldest.webhook_id ?? ''}`);
  }

  private saveSecrets(): void {
    const secrets = [...this.behaviours].flatMap(([name, { secret }]) =>
      secret === undefined ? [] : [[name, secret]],
    );
    mkdirSync(dirname(this.secretsFile), { recursive: true });
    writeFileSync(this.secretsFile, JSON.stringify(Object.fromEntries(secrets)), { mode: 0o600 });
  }
}

function answerOf(behaviour: Behaviour, fault: string | null): number {
  if (behaviour.fail_next && behaviour.fail_next > 0) return behaviour.fail_status ?? 503;
  return fault === null ? 200 : 401;
}

function signatureFault(secret: string, incoming: Incoming): string | null {
  try {
    new Webhook(secret).verify(incoming.body, incoming.headers, { jsonParse: false });
    return null;
  } catch (error) {
    if (error instanceof WebhookVerificationError || error instanceof Error) return error.message;
    throw error;
  }
}

function typeOf(body: Buffer): string | null {
  try {
    const parsed = JSON.parse(body.toString('utf8')) as { type?: unknown } | null;
    return typeof parsed?.type === 'string' ? parsed.type : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function readSecrets(file: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}
