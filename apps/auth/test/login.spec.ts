import { userLocked } from '@florin/contracts';
import { FixedClock, minuteMs, newId } from '@florin/kernel';
import { eventually } from '@florin/testing';
import { House, told, type Person } from './house';

const clock = new FixedClock(new Date());
let house: House;
beforeAll(async () => (house = await House.open({ clock })));
afterAll(() => house.close());

const failuresAllowed = 10;
const wrong = 'not the right one 5';

async function fail(person: Person, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1)
    expect((await house.login({ ...person, password: wrong })).status).toBe(401);
}

describe('a password', () => {
  it('AUTH-01: is kept as a slow hash with a salt of its own', async () => {
    const people = [await house.person(), await house.person()];
    const rows = await house.service.query<{ password_hash: string }>(
      'SELECT password_hash FROM users WHERE id = ANY($1)',
      [people.map(({ id }) => id)],
    );
    const hashes = rows.map((row) => row.password_hash);
    expect(new Set(hashes).size).toBe(2);
    for (const hash of hashes) expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$/);
  });

  it('AUTH-01: of a hundred characters counts to its last one', async () => {
    const password = Array.from({ length: 34 }, (_, index) => (index * 7919 + 100).toString(36).padStart(3, '~'))
      .join('')
      .slice(0, 100);
    expect(password).toHaveLength(100);
    const person = await house.person(password);
    expect((await house.login({ ...person, password: `${password.slice(0, -1)}!` })).status).toBe(401);
    expect((await house.login(person)).status).toBe(200);
  });

  it('is asked for with any spelling of the address', async () => {
    const person = await house.person();
    expect((await house.login({ ...person, email: person.email.toUpperCase() })).status).toBe(200);
  });

  it('CMP-AUTH-2: that is wrong gets the same answer as an address that nobody has', async () => {
    const person = await house.person();
    const known = await house.login({ ...person, password: wrong });
    const unknown = await house.login({ email: `${newId()}@demo.test`, password: wrong });
    expect([known.status, known.problem?.code]).toEqual([401, 'invalid_credentials']);
    expect(told(unknown)).toEqual(told(known));
  });

  it('that is wrong never tells whether the address is verified', async () => {
    const email = `${newId()}@demo.test`;
    await house.signUp(email);
    expect((await house.login({ email, password: wrong })).problem?.code).toBe('invalid_credentials');
  });
});

describe('lockout', () => {
  it('AUTH-10, AUTH-58: comes with the tenth failure and is told to nobody who is not its owner', async () => {
    const person = await house.person();
    await fail(person, failuresAllowed - 1);
    expect(await house.count('users WHERE id = $1 AND failed_login_attempts = 9', [person.id])).toBe(1);
    expect(house.peer.of(userLocked, { userId: person.id })).toEqual([]);
    const tenth = await house.login({ ...person, password: wrong });
    const locked = await house.login(person);
    expect([locked.status, told(locked)]).toEqual([401, told(tenth)]);
    const until = new Date(clock.now().getTime() + 15 * minuteMs).toISOString();
    await eventually(() => house.peer.of(userLocked, { userId: person.id, until }).length === 1);
  });

  it('AUTH-10: ends by itself after fifteen minutes', async () => {
    const person = await house.person();
    await fail(person, failuresAllowed);
    clock.advance(15 * minuteMs - 1);
    expect((await house.login(person)).status).toBe(401);
    clock.advance(1);
    expect((await house.login(person)).status).toBe(200);
  });

  it('AUTH-10: is not prolonged by whoever goes on guessing', async () => {
    const person = await house.person();
    await fail(person, failuresAllowed);
    clock.advance(14 * minuteMs);
    await fail(person, failuresAllowed + 5);
    clock.advance(minuteMs);
    expect((await house.login(person)).status).toBe(200);
  });

  it('AUTH-10: counts failures in a row: a login in between starts anew', async () => {
    const person = await house.person();
    for (let round = 0; round < 2; round += 1) {
      await fail(person, failuresAllowed - 1);
      expect((await house.login(person)).status).toBe(200);
    }
  });

  it('AUTH-10: counts every one of thirty guesses at once', async () => {
    const person = await house.person();
    const guesses = Array.from({ length: 30 }, () => house.login({ ...person, password: wrong }));
    for (const guess of await Promise.all(guesses)) expect(guess.status).toBe(401);
    const log = await house.logOf(person.id);
    expect(log.filter((event) => event === 'login_failed')).toHaveLength(failuresAllowed - 1);
    expect(log.filter((event) => event === 'locked')).toHaveLength(1);
    await eventually(() => house.peer.of(userLocked, { userId: person.id }).length === 1);
  });

  it('of one person is no concern of another', async () => {
    const [ada, ben] = [await house.person(), await house.person()];
    await fail(ada, failuresAllowed);
    expect((await house.login(ben)).status).toBe(200);
  });
});

it('AUTH-12, AUTH-59: every attempt is in the log, with where it came from and without what was typed', async () => {
  const person = await house.person();
  await house.login({ ...person, password: wrong });
  const { email, password } = person;
  await house.http.post('/api/v1/auth/login', { email, password }, { headers: { 'user-agent': 'Firefox on a boat' } });
  const rows = await house.service.query<{ event: string; address: string; user_agent: string; row: string }>(
    'SELECT event, address, user_agent, log::text AS row FROM auth_logs AS log WHERE user_id = $1 ORDER BY id',
    [person.id],
  );
  expect(rows.slice(-2)).toMatchObject([
    { event: 'login_failed', address: '127.0.0.1' },
    { event: 'logged_in', address: '127.0.0.1', user_agent: 'Firefox on a boat' },
  ]);
  for (const { row } of rows) for (const typed of [person.password, wrong]) expect(row).not.toContain(typed);
});

it.each([
  ['login', 60, { email: 'nobody@demo.test', password: wrong }],
  ['sign-up', 30, { email: 'nobody@demo.test', password: 'short', display_name: 'N', merchant_id: newId() }],
  ['verification', 5, { email: 'nobody@demo.test' }],
  ['verify-email', 30, { token: 'x'.repeat(43) }],
])('AUTH-11: one address may ask %s only %i times a minute', async (route, limit, body) => {
  const limited = await House.open({ env: { RATE_LIMIT_ROUTE_FACTOR: '1' } });
  try {
    const statuses: number[] = [];
    for (let asked = 0; asked < limit + 1; asked += 1)
      statuses.push((await limited.http.post(`/api/v1/auth/${route}`, body)).status);
    expect(statuses.indexOf(429)).toBe(limit);
  } finally {
    await limited.close();
  }
});
