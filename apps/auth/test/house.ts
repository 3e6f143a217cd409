import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { emailVerificationRequested, merchantSaved } from '@florin/contracts';
import { newId, type Clock } from '@florin/kernel';
import {
  eventually,
  freePort,
  Peer,
  startService,
  type StartedService,
  type TestBroker,
  type TestDatabase,
} from '@florin/testing';
import { compactDecrypt, type JWK } from 'jose';
import { AppModule } from '../src/app.module';
import { migrations } from '../src/migrations';
import type { TokensDto } from '../src/sessions/session.dto';

export interface Person {
  id: string;
  email: string;
  password: string;
}

export interface HouseOptions {
  clock?: Clock;
  env?: Record<string, string>;
  /** Private keys, the signing one first. */
  keys?: JWK[];
  /** Of a house that was closed or still stands. */
  database?: TestDatabase;
  broker?: TestBroker;
}

export const goodPassword = 'quince wharf 72 lantern';
const sealKey = randomBytes(32).toString('base64url');
export const administrator = { email: 'root@florin.test', password: 'ballast 41 meadow tin' };

export function signingKey(kid: string): JWK {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...(privateKey.export({ format: 'jwk' }) as JWK), kid };
}

/** The auth service, which trusts the keys that it publishes itself, one merchant, and a peer that hears what is said. */
export class House {
  readonly merchantId = newId();

  private constructor(
    readonly service: StartedService,
    readonly peer: Peer,
    readonly jwksUrl: string,
  ) {}

  static async open({ env, keys = [signingKey('first'), signingKey('next')], ...options }: HouseOptions = {}) {
    const port = await freePort();
    const jwksUrl = `http://127.0.0.1:${port}/.well-known/jwks.json`;
    const service = await startService(AppModule, {
      migrations,
      ...options,
      env: {
        PORT: String(port),
        JWKS_URL: jwksUrl,
        JWT_PRIVATE_KEYS: JSON.stringify(keys),
        MAIL_SEAL_KEY: sealKey,
        BOOTSTRAP_ADMIN_EMAIL: administrator.email,
        BOOTSTRAP_ADMIN_PASSWORD: administrator.password,
        RATE_LIMIT_ROUTE_FACTOR: '0',
        ...env,
      },
    });
    const house = new House(service, await Peer.open(service.broker), jwksUrl);
    await house.addMerchant(house.merchantId);
    return house;
  }

  get http() {
    return this.service.http;
  }

  /** Catalog says that there is this merchant. */
  async addMerchant(merchantId: string = newId(), name = 'Harbour Coffee', version = 1): Promise<string> {
    this.peer.say(merchantSaved, { merchantId, name, currency: 'EUR', timeZone: 'Europe/Amsterdam', version });
    await eventually(async () => (await this.count('merchants WHERE id = $1', [merchantId])) === 1);
    return merchantId;
  }

  signUp(email: string, body: Record<string, unknown> = {}) {
    return this.http.post('/api/v1/auth/sign-up', {
      merchant_id: this.merchantId,
      email,
      password: goodPassword,
      display_name: 'Ada',
      ...body,
    });
  }

  /** The tokens of all mails that were asked for to this address, once there are so many. */
  mailedTokens(email: string, atLeast = 1): Promise<string[]> {
    return eventually(async () => {
      const requests = this.peer.of(emailVerificationRequested, { email });
      expect(requests.length).toBeGreaterThanOrEqual(atLeast);
      const links = await Promise.all(requests.map(({ sealedLink }) => openLink(sealedLink)));
      return links.map((link) => new URL(link).searchParams.get('token') ?? '');
    });
  }

  async mailedToken(email: string): Promise<string> {
    const [token = ''] = await this.mailedTokens(email);
    return token;
  }

  verify(token: string) {
    return this.http.post('/api/v1/auth/verify-email', { token });
  }

  /** Somebody who signed up and followed the link. */
  async person(password = goodPassword): Promise<Person> {
    const email = `${newId()}@demo.test`;
    expect((await this.signUp(email, { password })).status).toBe(202);
    expect((await this.verify(await this.mailedToken(email))).status).toBe(200);
    const [row] = await this.service.query<{ id: string }>('SELECT id FROM users WHERE email = $1', [email]);
    return { id: row?.id ?? '', email, password };
  }

  login({ email, password }: { email: string; password: string }) {
    return this.http.post<TokensDto>('/api/v1/auth/login', { email, password });
  }

  async tokens(person: { email: string; password: string }): Promise<TokensDto> {
    const answer = await this.login(person);
    expect(answer.status).toBe(200);
    return answer.body;
  }

  refresh(refreshToken: string) {
    return this.http.post<TokensDto>('/api/v1/auth/refresh', { refresh_token: refreshToken });
  }

  logout(refreshToken: string) {
    return this.http.post('/api/v1/auth/logout', { refresh_token: refreshToken });
  }

  /** Somebody of the staff, made by the administrator. */
  async staff(roles: string[], merchants: string[] = [this.merchantId]): Promise<Person> {
    const person = { email: `${newId()}@staff.test`, password: goodPassword };
    const { access_token: token } = await this.tokens(administrator);
    const answer = await this.http.post<{ id: string }>(
      '/api/v1/users',
      { ...person, display_name: 'Sam', roles, merchants },
      { token },
    );
    expect(answer.status).toBe(201);
    return { ...person, id: answer.body.id };
  }

  async count(sql: string, params: readonly unknown[] = []): Promise<number> {
    const [row] = await this.service.query<{ count: number }>(`SELECT count(*)::integer AS count FROM ${sql}`, params);
    return row?.count ?? -1;
  }

  /** What the log of authentication holds about somebody, oldest first. */
  async logOf(userId: string): Promise<string[]> {
    const rows = await this.service.query<{ event: string }>(
      'SELECT event FROM auth_logs WHERE user_id = $1 ORDER BY id',
      [userId],
    );
    return rows.map((row) => row.event);
  }

  async close(): Promise<void> {
    await this.service.close();
    await this.peer.close();
  }
}

/** As notifications opens it. */
export async function openLink(sealed: string): Promise<string> {
  const { plaintext } = await compactDecrypt(sealed, Buffer.from(sealKey, 'base64url'));
  return Buffer.from(plaintext).toString('utf8');
}

/** What a problem tells its reader; the request id differs each time. */
export function told(answer: { status: number; problem?: object | undefined; body: unknown }): unknown {
  const { request_id: _, ...rest } = (answer.problem ?? answer.body) as Record<string, unknown>;
  return { status: answer.status, ...rest };
}
