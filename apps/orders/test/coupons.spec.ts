import { newId } from '@florin/kernel';
import { eventually } from '@florin/testing';
import type { CouponDto } from '../src/coupons/coupons.dto';
import { House, type Shopper } from './house';

let house: House;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());
beforeEach(() => house.neighbours.behave());

const takenOf = async (id: string) =>
  (await house.service.query<{ taken: number }>('SELECT taken FROM coupon_codes WHERE id = $1', [id]))[0]?.taken;

describe('limits', () => {
  it('CMP-ORD-1, GAP-ORD-05, DIF-ORD-2: of 99 buyers at once exactly 10 use a coupon of ten uses', async () => {
    const coupon = await house.coupon({ code: 'TEN-ONLY', kind: 'fixed', amount_minor: 100, max_uses: 10 });
    const buyers = Array.from({ length: 99 }, () => house.shopper());
    const carts = await Promise.all(buyers.map((buyer) => house.cart(buyer)));
    const answers = await Promise.all(
      buyers.map((buyer, index) => house.place(buyer, carts[index]?.id ?? '', { coupon_code: 'TEN-ONLY' })),
    );
    expect(answers.filter((answer) => answer.status === 202)).toHaveLength(10);
    expect(answers.filter((answer) => answer.problem?.code === 'coupon_used_up')).toHaveLength(89);
    expect(await takenOf(coupon.id)).toBe(10);
    await eventually(
      async () => (await house.count(`coupon_uses WHERE coupon_id = $1 AND state = 'confirmed'`, [coupon.id])) === 10,
    );
    expect(await house.count(`orders WHERE coupon_code = 'TEN-ONLY' AND discount_minor = 100`)).toBe(10);
  });

  it('CMP-ORD-1, GAP-ORD-05: one shopper with eight carts at once uses a once-per-customer coupon once', async () => {
    await house.coupon({ code: 'ONCE-EACH', kind: 'percent', percent_bps: 500, max_uses_per_member: 1 });
    const ada = house.shopper();
    const carts = await Promise.all(Array.from({ length: 8 }, () => house.cart(ada)));
    const answers = await Promise.all(carts.map((cart) => house.place(ada, cart.id, { coupon_code: 'ONCE-EACH' })));
    expect(answers.filter((answer) => answer.status === 202)).toHaveLength(1);
    expect(answers.filter((answer) => answer.problem?.code === 'coupon_used_up_by_member')).toHaveLength(7);
    const ben = house.shopper();
    expect((await house.buy(ben, undefined, { coupon_code: 'ONCE-EACH' })).status).toBe('completed');
  });

  it('GAP-ORD-05: the counter itself refuses to pass the limit, whatever the code above it believes', async () => {
    const coupon = await house.coupon({ kind: 'fixed', amount_minor: 100, max_uses: 1 });
    await expect(house.service.query('UPDATE coupon_codes SET taken = 2 WHERE id = $1', [coupon.id])).rejects.toThrow(
      'coupon_codes_never_overrun',
    );
    const take = 'INSERT INTO coupon_members (coupon_id, member_id, taken, max_uses) VALUES ($1, $2, 3, 2)';
    await expect(house.service.query(take, [coupon.id, newId()])).rejects.toThrow('coupon_members_never_overrun');
  });

  it('DIF-ORD-2: a cancelled checkout gives its use back, for everybody and for the shopper', async () => {
    const coupon = await house.coupon({
      code: 'LAST-ONE',
      kind: 'fixed',
      amount_minor: 100,
      max_uses: 1,
      max_uses_per_member: 1,
    });
    house.neighbours.behave({ payment: 'refuses' });
    const ada = house.shopper();
    expect(await house.buy(ada, undefined, { coupon_code: 'LAST-ONE' })).toMatchObject({ status: 'cancelled' });
    expect(await takenOf(coupon.id)).toBe(0);
    house.neighbours.behave();
    expect(await house.buy(ada, undefined, { coupon_code: 'LAST-ONE' })).toMatchObject({
      status: 'completed',
      discount_minor: 100,
    });
    expect(await takenOf(coupon.id)).toBe(1);
    expect(await house.count('coupon_uses WHERE coupon_id = $1', [coupon.id])).toBe(2);
  });
});

describe('staff', () => {
  it('ORD-16, ORD-20: makes a coupon with a code of its own choice or a random one, once per key', async () => {
    const marketing = house.staff('ops_marketing');
    const body = { kind: 'percent', percent_bps: 1_250, min_spend_minor: 500 };
    const first = await marketing.post<CouponDto>('/api/v1/coupons', body, { key: 'new-coupon' });
    expect(first.status).toBe(201);
    expect(first.body.code).toMatch(/^[A-HJ-NP-Z2-9]{10}$/);
    const taken = await marketing.post('/api/v1/coupons', { ...body, code: first.body.code.toLowerCase() });
    expect([taken.status, taken.problem?.code]).toEqual([409, 'coupon_code_taken']);
  });

  it.each([
    [{ kind: 'percent', percent_bps: 100, amount_minor: 5 }, 'amount_minor'],
    [{ kind: 'fixed', amount_minor: 5, percent_bps: 100 }, 'percent_bps'],
    [{ kind: 'percent', percent_bps: 100, amount_minor: null }, 'amount_minor'],
  ])('is told which field does not belong to the kind of coupon: %j', async (body, field) => {
    const before = await house.count('coupon_codes');
    const { status, problem } = await house.staff('ops_marketing').post('/api/v1/coupons', body);
    expect([status, problem?.errors?.map((error) => error.field)]).toEqual([400, [field]]);
    expect(await house.count('coupon_codes')).toBe(before);
  });

  it.each(['kind', 'percent_bps', 'amount_minor'])('cannot change the %s of a coupon', async (field) => {
    const { id } = await house.coupon({ kind: 'fixed', amount_minor: 100 });
    const body = { max_uses: 5, [field]: field === 'kind' ? 'percent' : 500 };
    const { status, problem } = await house
      .staff('ops_marketing')
      .patch(`/api/v1/coupons/${id}`, body, { headers: { 'if-match': '"1"' } });
    expect([status, problem?.errors?.map((error) => error.field)]).toEqual([400, [field]]);
    expect(await house.count('coupon_codes WHERE id = $1 AND max_uses IS NULL', [id])).toBe(1);
  });

  it('changes only the version that was read', async () => {
    const marketing = house.staff('ops_marketing');
    const { id } = await house.coupon({ kind: 'fixed', amount_minor: 100 });
    const path = `/api/v1/coupons/${id}`;
    const etag = (await marketing.get(path)).headers.get('etag') ?? '';
    expect((await marketing.patch(path, { active: false })).problem?.code).toBe('if_match_required');
    const changed = await marketing.patch<CouponDto>(
      path,
      { active: false, max_uses: 5 },
      { headers: { 'if-match': etag } },
    );
    expect([changed.status, changed.body]).toMatchObject([200, { active: false, max_uses: 5, version: 2 }]);
    expect((await marketing.patch(path, { active: true }, { headers: { 'if-match': etag } })).status).toBe(412);
    const ada = house.shopper();
    const refused = await house.place(ada, (await house.cart(ada)).id, { coupon_code: changed.body.code });
    expect(refused.problem?.code).toBe('coupon_unknown');
  });

  it('cannot lower a limit below what is taken', async () => {
    const coupon = await house.coupon({ kind: 'fixed', amount_minor: 100, max_uses: 3 });
    for (const shopper of [house.shopper(), house.shopper()])
      await house.buy(shopper, undefined, { coupon_code: coupon.code });
    const answer = await house
      .staff('ops_marketing')
      .patch(`/api/v1/coupons/${coupon.id}`, { max_uses: 1 }, { headers: { 'if-match': '"1"' } });
    expect([answer.status, answer.problem?.code]).toEqual([409, 'limit_below_taken']);
  });

  it('sees its own merchant and nobody else, page by page', async () => {
    for (let made = 0; made < 3; made += 1) await house.coupon({ kind: 'fixed', amount_minor: 1 });
    const marketing = house.staff('ops_marketing');
    const seen: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const { body } = await marketing.get<{ data: CouponDto[]; next_cursor: string | null }>('/api/v1/coupons', {
        query: { limit: 2, cursor },
      });
      seen.push(...body.data.map((coupon) => coupon.id));
      cursor = body.next_cursor;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(await house.count('coupon_codes WHERE merchant_id = $1', [house.merchantId]));
    const stranger = house.staff('ops_marketing', [newId()]);
    expect((await stranger.get(`/api/v1/coupons/${seen[0]}`)).status).toBe(404);
    expect((await house.shopper().http.post('/api/v1/coupons', { kind: 'fixed', amount_minor: 1 })).status).toBe(403);
  });
});

it('shows in the cart what a coupon takes off, or why it does not', async () => {
  const coupon = await house.coupon({ code: 'PREVIEW', kind: 'percent', percent_bps: 1_000, min_spend_minor: 2_000 });
  const ada: Shopper = house.shopper();
  const small = await house.cart(ada, { [house.beans]: 1 });
  const look = (id: string) => ada.http.get(`/api/v1/carts/${id}`, { query: { coupon_code: 'preview' } });
  expect((await look(small.id)).body).toMatchObject({
    total_minor: 1_450,
    coupon: { applies: false, refusal_code: 'coupon_min_spend' },
  });
  const large = await house.cart(ada, { [house.beans]: 2 });
  expect((await look(large.id)).body).toMatchObject({
    discount_minor: 290,
    total_minor: 2_610,
    coupon: { code: 'PREVIEW', applies: true },
  });
  expect(await takenOf(coupon.id)).toBe(0);
});
