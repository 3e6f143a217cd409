import { secondMs } from '@florin/kernel';
import { Agent, request } from 'undici';
import { ProcessorSilent } from './card-processor';

export interface PaypalConnectionOptions {
  url: string;
  clientId: string;
  clientSecret: string;
  timeoutMs: number;
}

export interface PaypalReply {
  status: number;
  body: unknown;
}

interface Token {
  value: string;
  usableUntil: number;
}

/** A token is fetched anew this long before it ends, so that no question travels with one that is just ending. */
const earlyMs = 30 * secondMs;

/**
 * The wire to PayPal (https://developer.paypal.com/api/rest/requests): an OAuth 2.0 client-credentials token that expires, and
 * JSON. Throws ProcessorSilent when nobody can say what became of the question.
 */
export class PaypalConnection {
  private readonly agent = new Agent({ connections: 32, pipelining: 1 });
  private token: Token | undefined;
  private fetching: Promise<Token> | undefined;

  constructor(private readonly options: PaypalConnectionOptions) {}

  /** The request id makes a repeated question the same one: PayPal then gives the latest state of what it did first. */
  async send(
    method: 'GET' | 'POST',
    path: string,
    signal: AbortSignal,
    body?: object,
    requestId?: string,
  ): Promise<PaypalReply> {
    const token = await this.validToken(signal);
    const first = await this.ask(method, path, signal, token, body, requestId);
    if (first.status !== 401) return first;
    // It ended earlier than it said, or was revoked: nothing was done, so the same question is asked with another.
    if (this.token === token) this.token = undefined;
    return this.ask(method, path, signal, await this.validToken(signal), body, requestId);
  }

  private async ask(
    method: 'GET' | 'POST',
    path: string,
    signal: AbortSignal,
    token: Token,
    body?: object,
    requestId?: string,
  ): Promise<PaypalReply> {
    return this.call(path, signal, {
      method,
      headers: {
        authorization: `Bearer ${token.value}`,
        prefer: 'return=representation',
        ...(body && { 'content-type': 'application/json' }),
        ...(requestId !== undefined && { 'paypal-request-id': requestId }),
      },
      body: body && JSON.stringify(body),
    });
  }

  /** One token for all questions, fetched once however many wait for it. */
  private async validToken(signal: AbortSignal): Promise<Token> {
    if (this.token && Date.now() < this.token.usableUntil) return this.token;
    this.fetching ??= this.fetchToken(signal).finally(() => (this.fetching = undefined));
    this.token = await this.fetching;
    return this.token;
  }

  private async fetchToken(signal: AbortSignal): Promise<Token> {
    const { clientId, clientSecret } = this.options;
    const reply = await this.call('/v1/oauth2/token', signal, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
    });
    const { access_token: value, expires_in: seconds } = reply.body as { access_token?: unknown; expires_in?: unknown };
    if (reply.status !== 200 || typeof value !== 'string' || typeof seconds !== 'number')
      throw new ProcessorSilent(`PayPal gave no token: ${reply.status}`);
    const livesMs = seconds * secondMs;
    return { value, usableUntil: Date.now() + Math.max(livesMs / 2, livesMs - earlyMs) };
  }

  private async call(
    path: string,
    signal: AbortSignal,
    question: { method: 'GET' | 'POST'; headers: Record<string, string>; body?: string | undefined },
  ): Promise<PaypalReply> {
    try {
      const reply = await request(new URL(path, this.options.url), {
        ...question,
        dispatcher: this.agent,
        signal: AbortSignal.any([signal, AbortSignal.timeout(this.options.timeoutMs)]),
      });
      const text = await reply.body.text();
      return { status: reply.statusCode, body: text === '' ? {} : (JSON.parse(text) as unknown) };
    } catch (error) {
      throw new ProcessorSilent(
        `${question.method} ${path}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}
