import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';

export interface CallOptions {
  token?: string;
  body?: unknown;
  merchantId?: string;
  /** Seconds to wait for the end of what was asked for. */
  wait?: number;
  ifMatch?: number;
  idempotencyKey?: string;
  headers?: Record<string, string>;
}

export interface Answer<T> {
  status: number;
  body: T;
  headers: Record<string, string | string[] | undefined>;
}

/** An answer that was not wanted: says which call, which status and which code. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly call: string,
    readonly status: number,
    readonly code: string,
    readonly detail: string,
  ) {
    super(`${call} answered ${status} ${code}: ${detail}`);
  }
}

interface Problem {
  code?: string;
  detail?: string;
  errors?: { field: string; message: string }[];
}

const valueMethods = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** One address of the platform, the edge or a service. Connections are kept open. */
export class Api {
  private readonly agent: Agent;

  constructor(
    readonly url: string,
    connections = 64,
  ) {
    this.agent = new Agent({ connections, keepAliveTimeout: 30_000, headersTimeout: 60_000, bodyTimeout: 60_000 });
  }

  get<T>(path: string, options: CallOptions = {}): Promise<T> {
    return this.ok<T>('GET', path, options);
  }

  post<T>(path: string, options: CallOptions = {}): Promise<T> {
    return this.ok<T>('POST', path, options);
  }

  put<T>(path: string, options: CallOptions = {}): Promise<T> {
    return this.ok<T>('PUT', path, options);
  }

  async ok<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
    const answer = await this.call<T>(method, path, options);
    if (answer.status < 400) return answer.body;
    const { code = 'unknown', detail = '', errors = [] } = (answer.body ?? {}) as Problem;
    throw new ApiError(
      `${method} ${path}`,
      answer.status,
      code,
      [detail, ...errors.map((error) => `${error.field}: ${error.message}`)].join(' '),
    );
  }

  /** Any answer, also a refusal. Paths start at /api/v1 unless they begin with `//`. */
  async call<T>(method: string, path: string, options: CallOptions = {}): Promise<Answer<T>> {
    const target = path.startsWith('//') ? path.slice(1) : `/api/v1${path}`;
    const headers: Record<string, string> = { accept: 'application/json', ...options.headers };
    if (options.body !== undefined) headers['content-type'] = 'application/json';
    if (options.token !== undefined) headers['authorization'] = `Bearer ${options.token}`;
    if (options.merchantId !== undefined) headers['x-merchant-id'] = options.merchantId;
    if (options.wait !== undefined) headers['prefer'] = `wait=${options.wait}`;
    if (options.ifMatch !== undefined) headers['if-match'] = `"${options.ifMatch}"`;
    if (valueMethods.has(method)) headers['idempotency-key'] = options.idempotencyKey ?? randomUUID();
    const reply = await request(`${this.url}${target}`, {
      method: method as 'GET',
      dispatcher: this.agent,
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
    });
    const text = await reply.body.text();
    return {
      status: reply.statusCode,
      headers: reply.headers,
      body: (text === '' ? undefined : JSON.parse(text)) as T,
    };
  }

  async close(): Promise<void> {
    await this.agent.close();
  }
}

/** Asks again until there is an answer that satisfies. Throws with the last reason when the time is over. */
export async function until<T>(what: string, ask: () => Promise<T | undefined>, timeoutMs = 20_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let reason = 'it did not happen';
  while (Date.now() < deadline) {
    try {
      const found = await ask();
      if (found !== undefined) return found;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      reason = error.message;
    }
    await sleep(50);
  }
  throw new Error(`${what}: waited ${timeoutMs / 1_000} s; ${reason}`);
}
