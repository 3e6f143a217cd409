import { randomUUID } from 'node:crypto';
import { isId, newId } from '@florin/kernel';
import type { Answer } from '../http-client';
import type { StartedService } from '../start-service';
import { type TestCaller, tokenFor } from '../tokens';
import { shown } from './bad-bodies';
import { faultOf, type Verdict } from './judge';
import { type ApiDocument, type Operation, operationsOf } from './operations';
import { type Known, sampleOf } from './values';

/** A service under test, and what exists there. */
export interface Target {
  service: Pick<StartedService, 'app' | 'http' | 'close'>;
  /** The merchant that everything belongs to. */
  merchantId: string;
  /** The user whom what is personal belongs to; default somebody new. */
  ownerId?: string;
  /**
   * Ids and words that exist, by the name of the field or path parameter (`variant_id`), or by the path before the parameter
   * (`/orders`). What lists of the service show need not be told.
   */
  things?: Readonly<Record<string, string>>;
  /** What every request of the service carries beside the document's headers. */
  headers?: Readonly<Record<string, string>>;
  /** Reads by an id that answer the same, and empty, for everybody whom the service does not know: `GET /api/v1/…/{id}`. */
  emptyForUnknown?: readonly string[];
  /** Default: closes the service. */
  close?: () => Promise<void>;
}

/** One request with something wrong about it. */
export interface BadRequest {
  operation: Operation;
  what: string;
  /** In place of what is known, as it goes over the wire. */
  segments?: Record<string, string>;
  query?: string;
  /** A parameter of the query that is left out although it must be there. */
  without?: string;
  body?: unknown;
  raw?: string | Uint8Array;
  headers?: Record<string, string>;
  /** Default: somebody who may do everything at the merchant; null sends none. */
  token?: string | null;
  /** Null sends none. */
  key?: string | null;
  ifMatch?: string | null;
  verdict?: Verdict;
}

/** As many requests at once as the service's pool has connections. */
const atOnce = 5;
/** A route that takes none of so many bodies that its document allows wants something that a document cannot say. */
const mostTries = 40;
/** A rejected row says enough; a thousand say no more. */
const mostFaults = 25;

/** Sends bad requests to a service and says which answers are not what they should be. */
export class Prober {
  private readonly learned = new Map<string, string[]>();
  private readonly welcome = new Map<Operation, unknown>();
  /** Successes, of all that was sent, with a status that the document does not name. */
  readonly undocumented = new Set<string>();

  private constructor(
    readonly target: Target,
    readonly operations: readonly Operation[],
    readonly owner: TestCaller,
    private readonly ownerToken: string,
  ) {
    for (const [name, thing] of Object.entries(target.things ?? {})) this.learn(name, thing);
    this.learn('merchant_id', target.merchantId);
    // Three capitals, says the document; the services take only money in use.
    this.learn('currency', 'EUR');
  }

  static async open(target: Target): Promise<Prober> {
    const { body } = await target.service.http.get<ApiDocument>('/openapi.json');
    const owner = { sub: target.ownerId ?? newId(), roles: ['platform_admin'], merchants: [target.merchantId] };
    const token = await tokenFor({ ...owner, email: 'owner@odd.test', expiresInSeconds: 3_600 });
    const prober = new Prober(target, operationsOf(body), owner, token);
    // Twice: what the first round makes may be what the second needs.
    await prober.lookAround();
    await prober.lookAround();
    return prober;
  }

  get known(): Known {
    return Object.fromEntries(this.learned);
  }

  /** Every id that belongs to the merchant. */
  get owned(): string[] {
    const { merchantId, ownerId } = this.target;
    const ids = [...this.learned.values()].flat().filter(isId);
    return [...new Set([merchantId, ...ids])].filter((id) => id !== ownerId);
  }

  /** A body that the route took, or where we found none, one that the document allows; undefined where it reads none. */
  goodBodyOf(operation: Operation): unknown {
    return this.welcome.get(operation) ?? (operation.body && sampleOf(operation.body, this.known, 1));
  }

  /** Whether something is known for every parameter of the path. */
  knowsPathOf(operation: Operation): boolean {
    return this.thingsOf(operation).every((thing) => thing !== undefined);
  }

  /** What stands in the path when nothing else is said. */
  thingsOf(operation: Operation): (string | undefined)[] {
    return parametersOf(operation).map(({ name, before }) => this.thingFor(name, before));
  }

  async send(request: BadRequest): Promise<Answer<unknown>> {
    const answer = await this.ask(request);
    const { name, successes } = request.operation;
    if (answer.status < 400 && faultOf(answer, { successes }) !== undefined)
      this.undocumented.add(`${name} → ${answer.status}`);
    return answer;
  }

  private ask(request: BadRequest): Promise<Answer<unknown>> {
    const { operation, segments = {}, token = this.ownerToken, key, ifMatch } = request;
    const headers: Record<string, string> = {};
    if (operation.needsKey && key !== null) headers['idempotency-key'] = key ?? randomUUID();
    if (operation.needsIfMatch && ifMatch !== null) headers['if-match'] = ifMatch ?? '"1"';
    const path = operation.path.replace(
      /\{(\w+)\}/g,
      (_, name: string, at: number) => segments[name] ?? this.thingFor(name, operation.path.slice(0, at)) ?? newId(),
    );
    return this.target.service.http.send(
      operation.method,
      `${path}${this.queryOf(request)}`,
      request.raw ?? JSON.stringify(request.body),
      {
        token,
        key: null,
        headers: { ...headers, ...this.target.headers, ...request.headers },
      },
    );
  }

  /** Sends them all; gives one line for each answer that is wrong. */
  async faults(requests: readonly BadRequest[]): Promise<string[]> {
    const faults: string[] = [];
    const waiting = [...requests];
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const answer = await this.send(next);
        const fault = faultOf(answer, next.verdict);
        if (fault !== undefined)
          faults.push(`${next.operation.name} · ${next.what} → ${answer.status} ${shown(answer.body)}: ${fault}`);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    return faults.length <= mostFaults
      ? faults
      : [...faults.slice(0, mostFaults), `and ${faults.length - mostFaults} more`];
  }

  /** What was asked for, with every parameter that must be there. */
  private queryOf({ operation, query = '', without }: BadRequest): string {
    const given = new URLSearchParams(query);
    const needed = operation.parameters
      .filter((parameter) => parameter.in === 'query' && parameter.required)
      .filter(({ name }) => !given.has(name) && name !== without)
      .map(({ name, schema }) => {
        const value = this.learned.get(name)?.[0] ?? sampleOf(schema, {}, 1);
        return `${name}=${encodeURIComponent(String(value))}`;
      });
    const pairs = [...needed, query].filter((pair) => pair !== '');
    return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
  }

  private thingFor(name: string, before: string): string | undefined {
    return (this.learned.get(collectionOf(before)) ?? this.learned.get(name))?.[0];
  }

  private learn(name: string, thing: string): void {
    const things = this.learned.get(name) ?? [];
    if (!things.includes(thing)) this.learned.set(name, [...things, thing]);
  }

  /** Tries until each route has taken a body, which makes one of everything, then reads every list. */
  private async lookAround(): Promise<void> {
    for (const operation of this.operations) {
      if (!operation.body || this.welcome.has(operation) || !this.knowsPathOf(operation)) continue;
      for (let seed = 1; seed <= mostTries && !this.welcome.has(operation); seed += 1) {
        const body = sampleOf(operation.body, this.known, seed, seed % 2 === 0);
        // Where the document knows Prefer, the end is asked for: what it answers is then seen too.
        const waits = operation.parameters.some(({ name }) => name === 'Prefer');
        const answer = await this.send({ operation, what: '', body, headers: waits ? { prefer: 'wait=2' } : {} });
        if (answer.status >= 300) continue;
        this.welcome.set(operation, body);
        if (operation.method === 'POST') this.learnFrom(operation, answer.body);
      }
    }
    for (const operation of this.operations) {
      if (operation.method !== 'GET' || operation.isPublic || !this.knowsPathOf(operation)) continue;
      const { status, body } = await this.send({ operation, what: '' });
      if (status === 200) this.learnFrom(operation, body);
    }
  }

  private learnFrom(operation: Operation, answer: unknown): void {
    const { data } = answer as { data?: unknown };
    for (const row of [data ?? answer].flat() as { id?: unknown }[]) {
      if (isId(row.id) && !operation.path.endsWith('}')) this.learn(collectionOf(operation.path), row.id);
    }
  }
}

/** The parameters of a path, each with the path before it. */
function parametersOf({ path }: Operation): { name: string; before: string }[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map((match) => ({
    name: match[1] ?? '',
    before: path.slice(0, match.index),
  }));
}

/** `/api/v1/orders/` → `/orders`. */
const collectionOf = (path: string): string => path.replace(/^\/api\/v1/, '').replace(/\/$/, '');
