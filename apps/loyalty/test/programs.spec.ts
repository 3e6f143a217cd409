import { newId } from '@florin/kernel';
import type { ProgramDto } from '../src/programs/program.dto';
import { House, type Page, plain, ruled, type Shop } from './house';

let house: House;
let shop: Shop;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());
beforeEach(async () => {
  shop = await house.shop();
});

const programs = '/api/v1/loyalty/programs';

it('LOY-37: a program is kept as it was given, with its first version', async () => {
  const given = ruled(
    {
      earning: { points: 5, per_minor: 200, include_tax: false, max_per_order: 500, max_per_day: 900 },
      expiry_days: 365,
      cashback: { rate_bps: 250, hold_days: 14 },
    },
    { name: 'Winter', currency: 'USD', time_zone: 'America/New_York' },
  );
  const created = await shop.publish(given);
  expect(created).toMatchObject({ ...given, merchant_id: shop.merchantId, status: 'active', version: 1 });
  const read = await shop.marketing.get<ProgramDto>(`${programs}/${created.id}`);
  expect(read.body).toEqual(created);
  expect(read.headers.get('etag')).toBe('"1"');
});

it('LOY-39: a change publishes the next version, and receipts of the old one keep theirs', async () => {
  const ada = shop.member();
  shop.buy(ada, [{ totalMinor: 1_000 }]);
  const id = (await shop.standing(ada))?.program_id;
  const better = ruled({ earning: { ...plain.rules.earning, points: 7 } });
  const changed = await shop.marketing.put<ProgramDto>(`${programs}/${id}`, better, { headers: { 'if-match': '"1"' } });
  expect([changed.status, changed.body.version, changed.body.rules.earning.points]).toEqual([200, 2, 7]);
  shop.buy(ada, [{ totalMinor: 1_000 }]);
  expect((await shop.receipts(ada)).map(({ points, program_version }) => [points, program_version])).toEqual([
    [70, 2],
    [10, 1],
  ]);
  const versions = await house.service.query(
    'SELECT version, rules FROM loyalty_program_versions WHERE program_id = $1 ORDER BY version',
    [id],
  );
  expect(versions).toEqual([
    { version: 1, rules: plain.rules },
    { version: 2, rules: better.rules },
  ]);
});

it('of twenty who change the same version at once, one is heard', async () => {
  const [program] = (await shop.marketing.get<Page<ProgramDto>>(programs)).body.data;
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      shop.marketing.put(
        `${programs}/${program?.id}`,
        { ...plain, name: `Change ${index}` },
        { headers: { 'if-match': '"1"' } },
      ),
    ),
  );
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, ...Array.from({ length: 19 }, () => 412)]);
  const blind = await shop.marketing.put(`${programs}/${program?.id}`, plain);
  expect(blind.status).toBe(428);
});

it('LOY-42: a merchant has one default program in each currency, and orders earn in that of theirs', async () => {
  const dollars = await shop.publish(
    ruled({ earning: { ...plain.rules.earning, points: 2 } }, { currency: 'USD', name: 'Dollars' }),
  );
  const second = await shop.marketing.post(programs, plain);
  expect([second.status, second.problem?.code]).toEqual([409, 'default_taken']);
  const side = await shop.publish({ ...plain, is_default: false, name: 'Side' });
  const ada = shop.member();
  shop.buy(ada, [{ totalMinor: 1_000 }], { currency: 'USD' });
  shop.buy(ada, [{ totalMinor: 1_000 }]);
  await house.heard();
  const standings = await house.service.query<{ program_id: string; points: number }>(
    'SELECT program_id, points FROM customer_loyalty WHERE member_id = $1 ORDER BY points',
    [ada.id],
  );
  expect(standings.map(({ points }) => points)).toEqual([10, 20]);
  expect(standings[1]?.program_id).toBe(dollars.id);
  expect(standings.map(({ program_id }) => program_id)).not.toContain(side.id);
});

it('LOY-41: lists the programs of the merchant page by page, and none of another', async () => {
  for (const currency of ['USD', 'GBP', 'CHF']) await shop.publish({ ...plain, currency });
  const first = (await shop.marketing.get<Page<ProgramDto>>(programs, { query: { limit: 3 } })).body;
  const rest = (
    await shop.marketing.get<Page<ProgramDto>>(programs, { query: { limit: 3, cursor: first.next_cursor ?? '' } })
  ).body;
  expect([first.has_more, rest.has_more]).toEqual([true, false]);
  expect([...first.data, ...rest.data].map(({ currency }) => currency)).toEqual(['EUR', 'USD', 'GBP', 'CHF']);
  const foreign = house.staff('ops_marketing', newId());
  expect((await foreign.get<Page<ProgramDto>>(programs)).body.data).toEqual([]);
  const path = `${programs}/${first.data[0]?.id}`;
  expect((await foreign.get(path)).status).toBe(404);
  expect((await foreign.put(path, plain, { headers: { 'if-match': '"1"' } })).status).toBe(404);
});

it('reading programs and writing them are permissions of their own', async () => {
  const [program] = (await shop.marketing.get<Page<ProgramDto>>(programs)).body.data;
  const admin = house.staff('merchant_admin', shop.merchantId);
  expect((await admin.get(`${programs}/${program?.id}`)).status).toBe(200);
  expect((await admin.post(programs, { ...plain, currency: 'USD' })).status).toBe(403);
  expect((await admin.put(`${programs}/${program?.id}`, plain, { headers: { 'if-match': '"1"' } })).status).toBe(403);
  expect((await shop.member().http.get(programs)).status).toBe(403);
  expect((await house.service.http.get(programs)).status).toBe(401);
});

it.each([
  ['ladder_must_start_at_zero', [{ name: 'a', threshold: 1, multiplier_bps: 1 }]],
  ['ladder_must_rise', [0, 50, 50].map((threshold, index) => ({ name: `t${index}`, threshold, multiplier_bps: 1 }))],
  ['tier_repeated', [0, 50].map((threshold) => ({ name: 'same', threshold, multiplier_bps: 1 }))],
])('refuses a ladder that is none: %s', async (code, tiers) => {
  const answer = await shop.marketing.post(programs, ruled({ tiers }, { currency: 'USD' }));
  expect([answer.status, answer.problem?.errors?.[0]?.code ?? answer.problem?.code]).toEqual([422, code]);
});

it('the currency of a program stays', async () => {
  const [program] = (await shop.marketing.get<Page<ProgramDto>>(programs)).body.data;
  const answer = await shop.marketing.put(
    `${programs}/${program?.id}`,
    { ...plain, currency: 'USD' },
    { headers: { 'if-match': '"1"' } },
  );
  expect([answer.status, answer.problem?.errors?.[0]?.code ?? answer.problem?.code]).toEqual([422, 'currency_fixed']);
});

it('GAP-WAL-04: the same request again answers with the same program', async () => {
  const key = newId();
  const asked = { ...plain, currency: 'USD' };
  const sub = newId();
  const caller = house.service.http.as({ sub, roles: ['ops_marketing'], merchants: [shop.merchantId] });
  const answers = [
    await caller.post<ProgramDto>(programs, asked, { key }),
    await caller.post<ProgramDto>(programs, asked, { key }),
  ];
  expect(answers[1]?.body.id).toBe(answers[0]?.body.id);
  expect(answers[1]?.headers.get('idempotent-replayed')).toBe('true');
});
