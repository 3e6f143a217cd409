import { undeclaredRoutes } from '@florin/access';
import { merchantSaved } from '@florin/contracts';
import { newId } from '@florin/kernel';
import type { MerchantDto } from '../src/merchants/merchant.dto';
import { House, newMerchant } from './house';

let house: House;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());

const input = (body: Record<string, unknown> = {}) => ({
  name: 'Harbour Coffee',
  slug: `m-${newId()}`,
  currency: 'EUR',
  time_zone: 'Europe/Amsterdam',
  ...body,
});

function change(
  merchant: MerchantDto,
  body: Record<string, unknown>,
  version = merchant.version,
  as = adminOf(merchant),
) {
  const { name, slug, currency, time_zone } = merchant;
  return as.put<MerchantDto>(
    `/api/v1/merchants/${merchant.id}`,
    { name, slug, currency, time_zone, ...body },
    { headers: { 'if-match': `"${version}"` } },
  );
}

const adminOf = ({ id }: MerchantDto) => house.staff('merchant_admin', [id]);

it('every route says what it needs', () => {
  expect(undeclaredRoutes(house.service.app)).toEqual([]);
});

it('CAT-01: a merchant is opened by the platform, seen by everybody, and told to the other services', async () => {
  const merchant = await newMerchant(house.service, { name: 'Canal Books', currency: 'EUR' });
  const { body, headers } = await house.http.get<MerchantDto>(`/api/v1/merchants/${merchant.id}`);
  expect([body.name, headers.get('etag')]).toEqual(['Canal Books', '"1"']);
  const { id: merchantId } = merchant;
  expect(await house.said(merchantSaved, { merchantId })).toEqual([
    { merchantId, name: 'Canal Books', currency: 'EUR', timeZone: 'Europe/Amsterdam', version: 1 },
  ]);
});

it.each(['merchant_admin', 'ops_marketing', 'auditor', 'customer'])('is not opened by a %s', async (role) => {
  const answer = await house.staff(role).post('/api/v1/merchants', input());
  expect([answer.status, answer.problem?.code]).toEqual([403, 'permission_missing']);
});

it('changes only the version that was read, and each change is told with the next version', async () => {
  const merchant = await newMerchant(house.service);
  const changed = await change(merchant, { name: 'Canal Books & Tea' });
  expect([changed.status, changed.body.name, changed.body.version]).toEqual([200, 'Canal Books & Tea', 2]);
  const stale = await change(merchant, { name: 'Older idea' });
  expect([stale.status, stale.problem?.code]).toEqual([412, 'version_mismatch']);
  const blind = await adminOf(merchant).put(`/api/v1/merchants/${merchant.id}`, input());
  expect([blind.status, blind.problem?.code]).toEqual([428, 'if_match_required']);
  expect((await change(merchant, {}, 2)).status).toBe(200);
  const said = await house.said(merchantSaved, { merchantId: merchant.id }, 3);
  expect(said.map(({ version }) => version)).toEqual([1, 2, 3]);
});

it('of ten who change the same version at once one succeeds', async () => {
  const merchant = await newMerchant(house.service);
  const names = Array.from({ length: 10 }, (_, index) => `Name ${index}`);
  const answers = await house.inARush('merchants', merchant.id, () => names.map((name) => change(merchant, { name })));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(9).fill(412)]);
});

it('keeps its currency, because its prices are in it', async () => {
  const answer = await change(await newMerchant(house.service), { currency: 'USD' });
  expect([answer.status, answer.problem?.code]).toEqual([422, 'currency_fixed']);
});

it('has a slug that nobody else has', async () => {
  const [one, two] = [await newMerchant(house.service), await newMerchant(house.service)];
  const admin = house.staff('platform_admin', '*');
  const taken = [
    await admin.post('/api/v1/merchants', input({ slug: one.slug })),
    await change(two, { slug: one.slug }),
  ];
  expect(taken.map(({ status, problem }) => [status, problem?.code])).toEqual(taken.map(() => [409, 'slug_taken']));
});

it('AUTH-48: is changed by its own people only', async () => {
  const merchant = await newMerchant(house.service);
  const answer = await change(merchant, { name: 'Taken over' }, 1, house.staff('merchant_admin'));
  expect(answer.status).toBe(404);
  expect((await change(merchant, { name: 'Taken over' }, 1, house.staff('auditor', [merchant.id]))).status).toBe(403);
});

it('is listed page by page', async () => {
  for (let made = 0; made < 3; made += 1) await newMerchant(house.service);
  const seen: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const { body } = await house.http.get<{ data: MerchantDto[]; next_cursor: string | null }>('/api/v1/merchants', {
      query: { limit: 2, cursor },
    });
    seen.push(...body.data.map(({ id }) => id));
    cursor = body.next_cursor;
  }
  expect(seen).toHaveLength(await house.count('merchants'));
  expect(new Set(seen).size).toBe(seen.length);
});
