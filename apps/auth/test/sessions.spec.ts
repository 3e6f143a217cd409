import { createHash, randomBytes } from 'node:crypto';
import { sessionRevoked } from '@florin/contracts';
import { dayMs, FixedClock, newId, secondMs } from '@florin/kernel';
import { eventually } from '@florin/testing';
import { Jobs } from '@florin/database';
import { SchedulerRegistry } from '@nestjs/schedule';
import { decodeJwt } from 'jose';
import type { SessionDto, TokensDto } from '../src/sessions/session.dto';
import { House } from './house';

const clock = new FixedClock(new Date());
let house: House;
beforeAll(async () => (house = await House.open({ clock })));
afterAll(() => house.close());

const newSession = async () => house.tokens(await house.person());
const sessionOf = ({ access_token }: TokensDto) => String(decodeJwt(access_token)['sid']);
const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');

async function refreshed(tokens: TokensDto): Promise<TokensDto> {
  const answer = await house.refresh(tokens.refresh_token);
  expect(answer.status).toBe(200);
  return answer.body;
}

async function refused(refreshToken: string): Promise<string | undefined> {
  const answer = await house.refresh(refreshToken);
  expect(answer.status).toBe(401);
  return answer.problem?.code;
}

function revoked(session: TokensDto) {
  return eventually(() => {
    const said = house.peer.of(sessionRevoked, { sessionId: sessionOf(session) });
    return said.length > 0 && said;
  });
}

describe('refresh', () => {
  it('AUTH-04, AUTH-05, AUTH-62: gives the next pair of the same session', async () => {
    const first = await newSession();
    const next = await refreshed(first);
    expect(next).toMatchObject({ token_type: 'Bearer', expires_in: 900 });
    expect(next.refresh_token).not.toBe(first.refresh_token);
    expect(next.access_token).not.toBe(first.access_token);
    expect(sessionOf(next)).toBe(sessionOf(first));
    expect((await house.http.get('/api/v1/users/me', { token: next.access_token })).status).toBe(200);
  });

  it('AUTH-06, AUTH-62: tokens are kept as hashes only', async () => {
    const tokens = await newSession();
    expect(tokens.refresh_token).toMatch(/^[\w-]{43}$/);
    expect(await house.count('refresh_tokens WHERE token_hash = $1', [hashOf(tokens.refresh_token)])).toBe(1);
    for (const table of ['refresh_tokens', 'user_sessions', 'auth_logs', 'idempotency_keys'])
      expect(await house.count(`${table} AS stored WHERE strpos(stored::text, $1) > 0`, [tokens.refresh_token])).toBe(
        0,
      );
  });

  it('GAP-AUTH-05: a token that comes again ends its whole session, and everyone is told', async () => {
    const stolen = await newSession();
    const heir = await refreshed(await refreshed(stolen));
    clock.advance(10 * secondMs + 1);
    expect(await refused(stolen.refresh_token)).toBe('refresh_token_reused');
    expect(await refused(heir.refresh_token)).toBe('refresh_token_invalid');
    expect(await revoked(stolen)).toMatchObject([{ reason: 'refresh_token_reused' }]);
    expect(await house.logOf(String(decodeJwt(heir.access_token).sub))).toContain('refresh_reused');
  });

  it('GAP-AUTH-05: spares the other sessions of the same person', async () => {
    const person = await house.person();
    const [phone, laptop] = [await house.tokens(person), await house.tokens(person)];
    await refreshed(phone);
    clock.advance(11 * secondMs);
    expect(await refused(phone.refresh_token)).toBe('refresh_token_reused');
    await refreshed(laptop);
  });

  it('GAP-AUTH-05: within ten seconds a second use is a lost answer, not a theft', async () => {
    const first = await newSession();
    await refreshed(first);
    clock.advance(10 * secondMs);
    const again = await refreshed(first);
    expect((await refreshed(again)).access_token).toBeTruthy();
    expect(house.peer.of(sessionRevoked, { sessionId: sessionOf(first) })).toEqual([]);
  });

  it('GAP-AUTH-05: the grace runs from the first use and is not prolonged by the second', async () => {
    const first = await newSession();
    await refreshed(first);
    clock.advance(8 * secondMs);
    await refreshed(first);
    clock.advance(8 * secondMs);
    expect(await refused(first.refresh_token)).toBe('refresh_token_reused');
  });

  it('GAP-AUTH-05: the grace ends as soon as a successor is used: then a second use is a theft at once', async () => {
    const stolen = await newSession();
    const heir = await refreshed(await refreshed(stolen));
    expect(await refused(stolen.refresh_token)).toBe('refresh_token_reused');
    expect(await refused(heir.refresh_token)).toBe('refresh_token_invalid');
    expect(await revoked(stolen)).toMatchObject([{ reason: 'refresh_token_reused' }]);
  });

  it('GAP-AUTH-05: of two tabs the use of one tab says nothing about the token of the other', async () => {
    const shared = await newSession();
    const [left, right] = [await refreshed(shared), await refreshed(shared)];
    await refreshed(left);
    await refreshed(right);
    await refreshed(right);
  });

  it('GAP-AUTH-05: two tabs that refresh at once both go on', async () => {
    const tokens = await newSession();
    const answers = await Promise.all([1, 2].map(() => house.refresh(tokens.refresh_token)));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
    const heirs = answers.map((answer) => answer.body.refresh_token);
    expect(new Set(heirs).size).toBe(2);
    for (const heir of heirs) expect((await house.refresh(heir)).status).toBe(200);
  });

  it('refuses a token that nobody was given', async () => {
    expect(await refused(randomBytes(32).toString('base64url'))).toBe('refresh_token_invalid');
  });

  it('refuses a token that is too old', async () => {
    const tokens = await newSession();
    clock.advance(30 * dayMs);
    expect(await refused(tokens.refresh_token)).toBe('refresh_token_invalid');
  });
});

describe('logout', () => {
  it('ends the session once, and everyone is told once', async () => {
    const tokens = await newSession();
    for (let time = 0; time < 2; time += 1) expect((await house.logout(tokens.refresh_token)).status).toBe(204);
    expect(await refused(tokens.refresh_token)).toBe('refresh_token_invalid');
    expect(await revoked(tokens)).toMatchObject([{ reason: 'logged_out' }]);
    expect(await house.count(`outbox WHERE subject = $1 AND type = 'auth.session.revoked'`, [sessionOf(tokens)])).toBe(
      1,
    );
  });

  it('works with an older token of the session too', async () => {
    const first = await newSession();
    const next = await refreshed(first);
    await house.logout(first.refresh_token);
    expect(await refused(next.refresh_token)).toBe('refresh_token_invalid');
  });

  it('of a token that nobody was given is no error', async () => {
    expect((await house.logout(randomBytes(32).toString('base64url'))).status).toBe(204);
  });
});

describe('the list of sessions', () => {
  it('shows where somebody is logged in, and which of them is asking', async () => {
    const person = await house.person();
    const [phone, laptop, ended] = await Promise.all([1, 2, 3].map(() => house.tokens(person)));
    await house.logout(ended?.refresh_token ?? '');
    const { body } = await house.http.get<SessionDto[]>('/api/v1/auth/sessions', { token: laptop?.access_token ?? '' });
    expect(body).toHaveLength(2);
    expect(body.find(({ current }) => current)?.id).toBe(laptop && sessionOf(laptop));
    expect(body.find(({ current }) => !current)?.id).toBe(phone && sessionOf(phone));
    expect(body[0]).toMatchObject({ address: '127.0.0.1' });
  });

  it('leaves out sessions that can no longer be refreshed', async () => {
    const person = await house.person();
    await house.tokens(person);
    clock.advance(31 * dayMs);
    const tokens = await house.tokens(person);
    const { body } = await house.http.get<SessionDto[]>('/api/v1/auth/sessions', { token: tokens.access_token });
    expect(body.map(({ id }) => id)).toEqual([sessionOf(tokens)]);
  });

  it('AUTH-66, K8S-16: sessions lie in sixteen partitions by person', async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => house.person()));
    await Promise.all(people.map((person) => house.tokens(person)));
    expect(await house.count(`pg_inherits WHERE inhparent = 'user_sessions'::regclass`)).toBe(16);
    const used = 'SELECT DISTINCT tableoid::regclass::text AS part FROM user_sessions WHERE user_id = ANY($1)';
    const parts = await house.service.query<{ part: string }>(used, [people.map(({ id }) => id)]);
    expect(parts.length).toBeGreaterThan(1);
    for (const { part } of parts) expect(part).toMatch(/^user_sessions_\d+$/);
  });
});

it('AUTH-13: tokens and sessions that ended long ago are removed, and nothing else', async () => {
  const [old, other] = [await newSession(), await newSession()];
  const email = `${newId()}@demo.test`;
  await house.signUp(email);
  await house.mailedToken(email);
  clock.advance(59 * dayMs);
  const young = await newSession();
  const clean = () => house.service.app.get(Jobs).runByHand('clean-tokens');
  const tokensLeft = (tokens: TokensDto) =>
    house.count('refresh_tokens WHERE token_hash = $1', [hashOf(tokens.refresh_token)]);
  const sessionsLeft = (tokens: TokensDto) => house.count('user_sessions WHERE id = $1', [sessionOf(tokens)]);
  await clean();
  expect([await tokensLeft(old), await sessionsLeft(old), await tokensLeft(young)]).toEqual([1, 1, 1]);
  clock.advance(2 * dayMs);
  await clean();
  expect(await Promise.all([old, other, young].map(tokensLeft))).toEqual([0, 0, 1]);
  expect(await Promise.all([old, other, young].map(sessionsLeft))).toEqual([0, 0, 1]);
  const waiting = 'email_verification_tokens AS token JOIN users ON users.id = token.user_id WHERE users.email = $1';
  expect(await house.count(waiting, [email])).toBe(0);
  await refreshed(young);
});

it('AUTH-13: which happens by itself, every hour', async () => {
  const tokens = await newSession();
  const job = house.service.app.get(SchedulerRegistry).getCronJob('clean-tokens');
  expect(job.nextDate().toMillis() - Date.now()).toBeLessThanOrEqual(3_600_000);
  clock.advance(61 * dayMs);
  await job.fireOnTick();
  const left = 'refresh_tokens WHERE token_hash = $1';
  await eventually(async () => (await house.count(left, [hashOf(tokens.refresh_token)])) === 0);
});
