import { roles, undeclaredRoutes } from '@florin/access';
import { userVerified } from '@florin/contracts';
import { newId } from '@florin/kernel';
import { countQueries, eventually } from '@florin/testing';
import type { UserDto } from '../src/users/user.dto';
import { administrator, goodPassword, House, type Person } from './house';

let house: House;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());

async function tokenOf(person: { email: string; password: string }): Promise<string> {
  return (await house.tokens(person)).access_token;
}

const newStaff = (body: Record<string, unknown> = {}) => ({
  email: `${newId()}@staff.test`,
  password: goodPassword,
  display_name: 'Sam',
  roles: ['catalog_manager'],
  merchants: [house.merchantId],
  ...body,
});

async function create(creator: { email: string; password: string }, body: Record<string, unknown>) {
  return house.http.post<{ id: string }>('/api/v1/users', newStaff(body), { token: await tokenOf(creator) });
}

it('every route says what it needs', () => {
  expect(undeclaredRoutes(house.service.app)).toEqual([]);
});

describe('the first administrator', () => {
  it('is made when there is nobody, may act for every merchant, and is not made again', async () => {
    const { body } = await house.http.get<UserDto>('/api/v1/users/me', { token: await tokenOf(administrator) });
    expect(body).toMatchObject({ email: administrator.email, roles: ['platform_admin'], all_merchants: true });
    const { database, broker } = house.service;
    const env = { BOOTSTRAP_ADMIN_EMAIL: 'second@florin.test', BOOTSTRAP_ADMIN_PASSWORD: 'ballast 41 meadow tin' };
    await (await House.open({ database, broker, env })).close();
    expect(await house.count(`users WHERE email = 'second@florin.test'`)).toBe(0);
  });
});

describe('staff', () => {
  it('can be given each of the nine roles, and can log in at once', async () => {
    expect(roles).toHaveLength(9);
    for (const role of roles) {
      const person = await house.staff([role]);
      const { body } = await house.http.get<UserDto>('/api/v1/users/me', { token: await tokenOf(person) });
      expect(body).toMatchObject({ id: person.id, roles: [role], merchants: [house.merchantId], all_merchants: false });
    }
  });

  it('is made by a merchant_admin for the own merchant only', async () => {
    const boss = await house.staff(['merchant_admin']);
    expect((await create(boss, {})).status).toBe(201);
    const elsewhere = await create(boss, { merchants: [await house.addMerchant()] });
    expect([elsewhere.status, elsewhere.problem?.code]).toEqual([404, 'merchant_not_found']);
    const everywhere = await create(boss, { merchants: [] });
    expect([everywhere.status, everywhere.problem?.code]).toEqual([403, 'merchants_exceed_caller']);
  });

  it.each(['ops_marketing', 'finance_ops', 'auditor', 'system', 'platform_admin'])(
    'a merchant_admin cannot make a %s, who may do more',
    async (role) => {
      const boss = await house.staff(['merchant_admin']);
      const body = newStaff({ roles: ['catalog_manager', role] });
      const answer = await house.http.post('/api/v1/users', body, { token: await tokenOf(boss) });
      expect([answer.status, answer.problem?.code]).toEqual([403, 'role_exceeds_caller']);
      expect(await house.count('users WHERE email = $1', [body.email])).toBe(0);
    },
  );

  it.each(['customer', 'support_agent', 'ops_marketing', 'auditor'])('is not made by a %s', async (role) => {
    const answer = await create(await house.staff([role]), {});
    expect([answer.status, answer.problem?.code]).toEqual([403, 'permission_missing']);
  });

  it('is made once per key, and the log says by whom', async () => {
    const token = await tokenOf(administrator);
    const body = newStaff();
    const [one, two] = [1, 2].map(() =>
      house.http.post<{ id: string }>('/api/v1/users', body, { token, key: 'new-sam' }),
    );
    const made = await one;
    const replayed = await eventually(async () => {
      const answer = await two;
      return answer?.status === 201 ? answer : house.http.post('/api/v1/users', body, { token, key: 'new-sam' });
    });
    expect(replayed.body).toEqual(made?.body);
    expect(await house.count('users WHERE email = $1', [body.email])).toBe(1);
    expect(await house.logOf(made?.body.id ?? '')).toEqual(['user_created']);
  });

  it('is refused at an address that is taken, with a weak password and at an unknown merchant', async () => {
    const { email } = await house.person();
    const refusals = [{ email }, { password: 'password123' }, { merchants: [newId()] }].map((body) =>
      create(administrator, body),
    );
    const answers = await Promise.all(refusals);
    expect(answers.map(({ status, problem }) => [status, problem?.code])).toEqual([
      [409, 'email_taken'],
      [422, 'password_too_weak'],
      [404, 'merchant_not_found'],
    ]);
  });
});

describe('the list of users', () => {
  async function seen(person: Person, query: Record<string, string | number> = {}): Promise<UserDto[]> {
    const token = await tokenOf(person);
    const users: UserDto[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const { body } = await house.http.get<{ data: UserDto[]; next_cursor: string | null }>('/api/v1/users', {
        token,
        query: { limit: 3, cursor, ...query },
      });
      users.push(...body.data);
      cursor = body.next_cursor;
    }
    return users;
  }

  it('AUTH-48: shows staff the people of their own merchant, page by page', async () => {
    const other = await house.addMerchant();
    const boss = await house.staff(['merchant_admin'], [other]);
    const mates = [await house.staff(['catalog_manager'], [other]), await house.staff(['customer'], [other])];
    for (let made = 0; made < 3; made += 1) mates.push(await house.staff(['customer'], [other]));
    await house.staff(['customer']);
    const ids = (await seen(boss)).map(({ id }) => id);
    expect(ids.sort()).toEqual([boss, ...mates].map(({ id }) => id).sort());
    expect((await seen(boss, { email: mates[0]?.email.toUpperCase() ?? '' })).map(({ id }) => id)).toEqual([
      mates[0]?.id,
    ]);
    expect(await seen(boss, { email: administrator.email })).toEqual([]);
  });

  it('takes one statement, however many there are', async () => {
    const token = await tokenOf(await house.staff(['merchant_admin']));
    const list = (limit: number) =>
      countQueries(() => house.http.get<{ data: UserDto[] }>('/api/v1/users', { token, query: { limit } }));
    const [one, many] = [await list(1), await list(100)];
    expect(many.result.body.data.length).toBeGreaterThan(10);
    expect([one.statements.length, many.statements.length]).toEqual([1, 1]);
  });

  it('SEC-08: never holds a hash, a count of failures or a token', async () => {
    const [user] = await seen(await house.staff(['merchant_admin']));
    expect(Object.keys(user ?? {}).sort()).toEqual([
      'all_merchants',
      'created_at',
      'display_name',
      'email',
      'email_verified_at',
      'id',
      'locale',
      'merchants',
      'roles',
    ]);
  });

  it('is not for customers', async () => {
    const answer = await house.http.get('/api/v1/users', { token: await tokenOf(await house.person()) });
    expect(answer.status).toBe(403);
  });
});

describe('import', () => {
  const imported = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      id: newId(),
      email: `${newId()}@old-shop.test`,
      display_name: `Customer ${index}`,
      merchant_id: house.merchantId,
    }));

  it('brings a thousand customers over in one go, verified, and says so of each', async () => {
    const users = imported(1_000);
    const token = await tokenOf(administrator);
    const work = () => house.http.post('/api/v1/users/import', { password: goodPassword, users }, { token });
    const { result, statements } = await countQueries(work);
    expect([result.status, result.body['known']]).toEqual([201, []]);
    expect(statements.length).toBeLessThan(12);
    const [some] = users;
    expect((await house.login({ email: some?.email ?? '', password: goodPassword })).status).toBe(200);
    await eventually(
      () => house.peer.of(userVerified).filter(({ email }) => email.endsWith('@old-shop.test')).length === 1_000,
    );
    expect(house.peer.of(userVerified, { userId: some?.id })).toMatchObject([
      { email: some?.email, merchantId: house.merchantId, displayName: 'Customer 0' },
    ]);
  });

  it('names the addresses that are taken and leaves their accounts alone', async () => {
    const person = await house.person();
    const [fresh] = imported(1);
    const users = [fresh, { email: person.email, display_name: 'Eve', merchant_id: house.merchantId }];
    const token = await tokenOf(administrator);
    const { body } = await house.http.post(
      '/api/v1/users/import',
      { password: 'some other 55 phrase', users },
      { token },
    );
    expect(body).toEqual({ created: [fresh?.id], known: [person.email] });
    expect((await house.login(person)).status).toBe(200);
  });

  it('without a password makes accounts that nobody can log in to', async () => {
    const users = imported(1);
    await house.http.post('/api/v1/users/import', { users }, { token: await tokenOf(administrator) });
    expect((await house.login({ email: users[0]?.email ?? '', password: goodPassword })).status).toBe(401);
  });

  it('takes an id once: who has it already stays as they are', async () => {
    const person = await house.person();
    const [one, two] = imported(2);
    const token = await tokenOf(administrator);
    const bring = (users: object[]) => house.http.post('/api/v1/users/import', { users }, { token });
    const taken = await bring([{ ...one, id: person.id }, two ?? {}]);
    expect([taken.status, taken.body]).toEqual([201, { created: [two?.id], known: [one?.email] }]);
    expect((await house.login(person)).status).toBe(200);
    const [three, four] = imported(2);
    const twice = await bring([three ?? {}, { ...four, id: three?.id }]);
    expect([twice.status, twice.problem?.code]).toEqual([422, 'user_repeated']);
  });

  it('AUTH-02: refuses a password that is weak', async () => {
    const token = await tokenOf(administrator);
    const body = { password: 'password123', users: imported(1) };
    const answer = await house.http.post('/api/v1/users/import', body, { token });
    expect([answer.status, answer.problem?.code]).toEqual([422, 'password_too_weak']);
  });

  it('is for the own merchant, all or nothing', async () => {
    const boss = await house.staff(['merchant_admin']);
    const users = imported(2);
    const foreign = { ...imported(1)[0], merchant_id: await house.addMerchant() };
    const answer = await house.http.post(
      '/api/v1/users/import',
      { users: [...users, foreign] },
      { token: await tokenOf(boss) },
    );
    expect([answer.status, answer.problem?.code]).toEqual([404, 'merchant_not_found']);
    expect(await house.count('users WHERE id = ANY($1)', [users.map(({ id }) => id)])).toBe(0);
  });
});

describe('a token', () => {
  it('AUTH-03: is asked for on every protected route', async () => {
    for (const path of ['/api/v1/users/me', '/api/v1/users', '/api/v1/auth/sessions']) {
      const answer = await house.http.get(path, { token: null });
      expect([path, answer.status, answer.problem?.code]).toEqual([path, 401, 'token_missing']);
    }
  });
});
