import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';
import { newId } from '@florin/kernel';

/** Who a test acts as. Everything has a default: `tokenFor()` is some customer without a merchant. */
export interface TestCaller {
  /** User id; default a new one. */
  sub?: string;
  /** Default ['customer']. */
  roles?: string[];
  /** Merchant ids, or '*' for all; default none. */
  merchants?: string[] | '*';
  sessionId?: string;
  email?: string;
  emailVerified?: boolean;
  /** Assurance level; default 'aal1'. */
  acr?: string;
  /** Default 600; negative makes a token that has expired. */
  expiresInSeconds?: number;
  /** Replaces or adds claims, to forge what auth would never sign. */
  claims?: Record<string, unknown>;
}

export const testIssuer = 'https://auth.florin.test';
export const testAudience = 'florin';
const keyId = 'test-key';

let keys: ReturnType<typeof newKeys> | undefined;

function newKeys() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function signingKeys() {
  keys ??= newKeys();
  return keys;
}

/** The public half of the test keys as a URL that needs no server (`data:`), for JWKS_URL. */
export async function jwksUrl(): Promise<string> {
  const jwk = await exportJWK(signingKeys().publicKey);
  const set = { keys: [{ ...jwk, kid: keyId, alg: 'ES256', use: 'sig' }] };
  return `data:application/json;base64,${Buffer.from(JSON.stringify(set)).toString('base64')}`;
}

/** An access token as auth would issue it (typ at+jwt, ES256), that services started by startService() accept. */
export function tokenFor(caller: TestCaller = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const claims = {
    roles: caller.roles ?? ['customer'],
    merchants: caller.merchants ?? [],
    sid: caller.sessionId ?? newId(),
    acr: caller.acr ?? 'aal1',
    email: caller.email,
    email_verified: caller.emailVerified ?? true,
    client_id: 'florin-tests',
    sub: caller.sub ?? newId(),
    iss: testIssuer,
    aud: testAudience,
    iat: now,
    exp: now + (caller.expiresInSeconds ?? 600),
    jti: randomUUID(),
    ...caller.claims,
  };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: keyId })
    .sign(signingKeys().privateKey);
}
