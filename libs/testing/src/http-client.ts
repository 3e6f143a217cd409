import { randomUUID } from 'node:crypto';
import { tokenFor } from './tokens';
import type { TestCaller } from './tokens';

export interface RequestOptions {
  /** A bearer token; null sends none, also where the client has one. */
  token?: string | null;
  /** Mints a token for this caller. */
  as?: TestCaller;
  /** Idempotency-Key of a write; default a new one; null sends none. */
  key?: string | null;
  headers?: Record<string, string>;
  query?: Record<string, string | number | boolean | undefined>;
}

/** The body of an error answer (RFC 9457). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail?: string;
  request_id?: string;
  errors?: { field: string; code: string; message: string }[];
}

export interface Answer<T> {
  status: number;
  headers: Headers;
  /** The JSON that came; the text where it was none. */
  body: T;
  /** The same, where it is application/problem+json. */
  problem?: Problem;
}

/** Calls a service as a client would, over a real socket. */
export class HttpClient {
  constructor(
    private readonly base: string,
    private readonly defaults: RequestOptions = {},
  ) {}

  /** A client that sends this caller's token with everything. */
  as(caller: TestCaller): HttpClient {
    return new HttpClient(this.base, { ...this.defaults, token: undefined, as: caller });
  }

  get<T = Record<string, unknown>>(path: string, options?: RequestOptions): Promise<Answer<T>> {
    return this.send('GET', path, undefined, options);
  }

  post<T = Record<string, unknown>>(path: string, body?: unknown, options?: RequestOptions): Promise<Answer<T>> {
    return this.send('POST', path, body ?? {}, options);
  }

  put<T = Record<string, unknown>>(path: string, body?: unknown, options?: RequestOptions): Promise<Answer<T>> {
    return this.send('PUT', path, body ?? {}, options);
  }

  patch<T = Record<string, unknown>>(path: string, body?: unknown, options?: RequestOptions): Promise<Answer<T>> {
    return this.send('PATCH', path, body ?? {}, options);
  }

  delete<T = Record<string, unknown>>(path: string, options?: RequestOptions): Promise<Answer<T>> {
    return this.send('DELETE', path, undefined, options);
  }

  /** A string or a buffer goes out as it is, to send what is not JSON. */
  async send<T>(method: string, path: string, body: unknown, options: RequestOptions = {}): Promise<Answer<T>> {
    const merged = { ...this.defaults, ...options };
    const headers = new Headers({ ...this.defaults.headers, ...options.headers });
    const token = await this.tokenOf(options);
    if (token && !headers.has('authorization')) headers.set('authorization', `Bearer ${token}`);
    if (body !== undefined && !headers.has('content-type')) headers.set('content-type', 'application/json');
    const isWrite = method === 'POST' || method === 'PUT' || method === 'PATCH';
    if (isWrite && merged.key !== null) headers.set('idempotency-key', merged.key ?? randomUUID());
    const raw =
      typeof body === 'string' || body instanceof Uint8Array
        ? body
        : body === undefined
          ? undefined
          : JSON.stringify(body);
    const response = await fetch(`${this.base}${path}${queryString(merged.query)}`, {
      method,
      headers,
      body: raw as string | undefined,
      redirect: 'manual',
    });
    return parse<T>(response);
  }

  private async tokenOf(options: RequestOptions): Promise<string | null | undefined> {
    if (options.token !== undefined) return options.token;
    if (options.as) return tokenFor(options.as);
    if (this.defaults.token !== undefined) return this.defaults.token;
    return this.defaults.as && tokenFor(this.defaults.as);
  }
}

function queryString(query: RequestOptions['query']): string {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined);
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString()}`;
}

async function parse<T>(response: Response): Promise<Answer<T>> {
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  // NDJSON is many of them, and none itself.
  const body = (/[/+]json\b/.test(type) && text ? JSON.parse(text) : text) as T;
  const problem = type.includes('application/problem+json') ? (body as unknown as Problem) : undefined;
  return { status: response.status, headers: response.headers, body, problem };
}
