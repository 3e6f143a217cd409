import { FixedClock } from '@florin/kernel';
import type { StartedService } from '@florin/testing';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { House, signingKey } from './house';
import { startNeighbour } from './neighbour';

const [first, next] = [signingKey('first'), signingKey('next')];
let house: House;
let neighbour: StartedService;
beforeAll(async () => {
  house = await House.open({ keys: [first, next] });
  neighbour = await startNeighbour(house);
});
afterAll(async () => {
  await neighbour.close();
  await house.close();
});

const keySet = async (of: House) => (await of.http.get<JSONWebKeySet>('/.well-known/jwks.json')).body;
const kidOf = (token: string) => decodeProtectedHeader(token).kid;

it('publishes the public halves of both keys and nothing else', async () => {
  const { keys } = await keySet(house);
  expect(keys).toEqual(
    [first, next].map(({ kid, x, y }) => ({ kty: 'EC', crv: 'P-256', x, y, kid, alg: 'ES256', use: 'sig' })),
  );
});

it('AUTH-03: access tokens are RFC 9068, signed with the first key, and end after a quarter of an hour', async () => {
  const person = await house.person();
  const { access_token: token, expires_in: seconds } = await house.tokens(person);
  const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(await keySet(house)), {
    typ: 'at+jwt',
    algorithms: ['ES256'],
    issuer: 'https://auth.florin.test',
    audience: 'florin',
  });
  expect(protectedHeader).toMatchObject({ kid: 'first', alg: 'ES256' });
  expect(payload).toMatchObject({
    sub: person.id,
    roles: ['customer'],
    merchants: [house.merchantId],
    email: person.email,
    email_verified: true,
  });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(seconds);
  expect(seconds).toBe(900);
  expect(payload.jti).not.toBe(decodeJwt((await house.tokens(person)).access_token).jti);
});

it('AUTH-03: another service believes them by the published keys', async () => {
  const person = await house.person();
  const { access_token: token } = await house.tokens(person);
  const answer = await neighbour.http.get('/api/v1/doors/shopper', { token });
  expect([answer.status, answer.body]).toEqual([
    200,
    { subject: person.id, merchant: house.merchantId, roles: ['customer'] },
  ]);
  const stranger = await House.open({ keys: [signingKey('first')] });
  try {
    const { access_token: foreign } = await stranger.tokens(await stranger.person());
    expect((await neighbour.http.get('/api/v1/doors/shopper', { token: foreign })).status).toBe(401);
  } finally {
    await stranger.close();
  }
});

it('another service lets each role do what it may and no more', async () => {
  const doors = { merchant_admin: [200, 403], ops_marketing: [200, 200], customer: [403, 403] };
  for (const [role, expected] of Object.entries(doors)) {
    const { access_token: token } = await house.tokens(await house.staff([role]));
    const paths = ['/api/v1/doors/programs', '/api/v1/doors/programs/change'];
    const answers = await Promise.all(paths.map((path) => neighbour.http.get(path, { token })));
    expect([role, ...answers.map((answer) => answer.status)]).toEqual([role, ...expected]);
  }
});

it('changes its key without an outage: old tokens are believed while new ones are signed with the next key', async () => {
  const person = await house.person();
  const old = await house.tokens(person);
  const third = signingKey('third');
  const { database, broker } = house.service;
  const rotated = await House.open({ keys: [next, first, third], database, broker });
  const later = await startNeighbour(rotated);
  try {
    const fresh = await rotated.tokens(person);
    expect([kidOf(old.access_token), kidOf(fresh.access_token)]).toEqual(['first', 'next']);
    for (const asked of [neighbour, later])
      for (const { access_token: token } of [old, fresh])
        expect((await asked.http.get('/api/v1/doors/shopper', { token })).status).toBe(200);
    expect((await rotated.refresh(old.refresh_token)).status).toBe(200);
  } finally {
    await later.close();
    await rotated.close();
  }
});

it('AUTH-03: a token lives by the wall clock, however far a local run has moved its own', async () => {
  const ahead = await House.open({ clock: new FixedClock(new Date(Date.now() + 400 * 86_400_000)) });
  try {
    const { access_token: token } = await ahead.tokens(await ahead.person());
    expect((await ahead.http.get('/api/v1/users/me', { token })).status).toBe(200);
  } finally {
    await ahead.close();
  }
});
