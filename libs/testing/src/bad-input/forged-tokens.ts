import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { type JWK, SignJWT, UnsecuredJWT } from 'jose';
import { jwksUrl, type TestCaller, tokenFor } from '../tokens';

/** A token that no route may accept, and the code of the answer. */
export interface BadToken {
  what: string;
  /** Null is none at all. */
  token: string | null;
  code: 'token_missing' | 'token_invalid' | 'token_expired';
}

const hour = 3_600;

/** Every way we know to come with a token that is not ours, for a caller who would be welcome with a right one. */
export async function badTokens(caller: TestCaller): Promise<BadToken[]> {
  const good = await tokenFor(caller);
  const [header = '', payload = '', signature = ''] = good.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>;
  const { keyId, publicPem } = await publicHalf();
  const protectedHeader = { typ: 'at+jwt', kid: keyId };
  const sign = (alg: string, key: Parameters<SignJWT['sign']>[0], extra: Record<string, unknown> = {}) =>
    new SignJWT(claims).setProtectedHeader({ ...protectedHeader, ...extra, alg }).sign(key);
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const richer = Buffer.from(JSON.stringify({ ...claims, roles: ['platform_admin'], merchants: '*' })).toString(
    'base64url',
  );
  const now = Math.floor(Date.now() / 1_000);
  const withClaims = (changed: Record<string, unknown>) =>
    tokenFor({ ...caller, claims: { ...caller.claims, ...changed } });
  const invalid: Record<string, string> = {
    'no token at all but text': 'forged.token.here',
    'one part': 'x',
    'a header that is no JSON': `!!!.${payload}.${signature}`,
    'the key of a stranger': await sign('ES256', stranger.privateKey),
    'the key of a stranger, sent along': await sign('ES256', stranger.privateKey, {
      jwk: stranger.publicKey.export({ format: 'jwk' }),
    }),
    'a key id that nobody has': await sign('ES256', stranger.privateKey, { kid: 'nobody' }),
    'alg none': new UnsecuredJWT(claims).encode(),
    'alg none, with our key id': `${encoded({ ...protectedHeader, alg: 'none' })}.${payload}.`,
    'HS256 with the public key as the secret': await sign('HS256', new Uint8Array(Buffer.from(publicPem))),
    'no signature': `${header}.${payload}.`,
    'the signature of other claims': `${header}.${richer}.${signature}`,
    'another signature': `${header}.${payload}.${randomBytes(64).toString('base64url')}`,
    'another audience': await withClaims({ aud: 'somebody-else' }),
    'another issuer': await withClaims({ iss: 'https://auth.elsewhere.test' }),
    'not valid yet': await withClaims({ nbf: now + hour }),
    'no subject': await withClaims({ sub: '' }),
    'roles that are no list': await withClaims({ roles: 'platform_admin' }),
    'merchants that are no list': await withClaims({ merchants: { $ne: '' } }),
  };
  return [
    { what: 'no token', token: null, code: 'token_missing' },
    { what: 'an expired token', token: await tokenFor({ ...caller, expiresInSeconds: -60 }), code: 'token_expired' },
    ...Object.entries(invalid).map(([what, token]): BadToken => ({ what, token, code: 'token_invalid' })),
  ];
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What everybody may know of the test keys. */
async function publicHalf(): Promise<{ keyId: string; publicPem: string }> {
  const text = Buffer.from((await jwksUrl()).split(',')[1] ?? '', 'base64').toString('utf8');
  const [key] = (JSON.parse(text) as { keys: (JWK & { kid: string })[] }).keys;
  if (!key) throw new Error('The test keys have no public half.');
  const publicPem = createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
  return { keyId: key.kid, publicPem };
}
