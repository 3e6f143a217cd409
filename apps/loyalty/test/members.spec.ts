import { type Envelope, memberEnrolled, orderCompleted, type OrderCompleted } from '@florin/contracts';
import { Transactions } from '@florin/database';
import { newId } from '@florin/kernel';
import { countQueries } from '@florin/testing';
import { EarnPoints } from '../src/earning/earn-points';
import type { LotDto, MemberDto } from '../src/members/member.dto';
import type { ReceiptDto } from '../src/receipts/receipt.dto';
import { House, type Member, type Page, plain, type Shop } from './house';

let house: House;
let shop: Shop;
beforeAll(async () => {
  house = await House.open();
  shop = await house.shop();
});
afterAll(() => house.close());

const members = '/api/v1/loyalty/members';

it('whoever verified an address is a member of every default program, once, and it is told', async () => {
  const club = await house.shop();
  await club.publish({ ...plain, currency: 'USD' });
  await club.publish({ ...plain, currency: 'GBP', is_default: false });
  const ada = club.member();
  const id = newId();
  club.verify(ada, id);
  club.verify(ada, id);
  club.verify(ada);
  await house.heard();
  const { body } = await ada.http.get<MemberDto>(`${members}/me`);
  expect(body.programs).toHaveLength(2);
  expect(body.programs).toMatchObject([
    { tier: 'bronze', points: 0, qualifying_points: 0, is_frozen: false, next_tier: { name: 'silver', missing: 100 } },
    { tier: 'bronze', points: 0 },
  ]);
  expect(
    (await house.told(memberEnrolled, { memberId: ada.id })).map(({ programId, tier }) => [programId, tier]).sort(),
  ).toEqual(body.programs.map(({ program_id, tier }) => [program_id, tier]).sort());
});

it('who buys before that is a member from the first order on, and keeps the points', async () => {
  const ada = shop.member();
  shop.buy(ada, [{ totalMinor: 1_000 }]);
  await house.heard();
  shop.verify(ada);
  expect(await shop.standing(ada)).toMatchObject({ points: 10 });
  expect(await house.told(memberEnrolled, { memberId: ada.id })).toHaveLength(1);
});

it('LOY-06: a member reads standing, lots and receipts page by page, newest first', async () => {
  const ada = shop.member();
  for (const totalMinor of [1_000, 2_000, 3_000]) {
    shop.buy(ada, [{ totalMinor }]);
    await house.heard();
  }
  const pages = async <Row>(path: string): Promise<Row[]> => {
    const first = (await ada.http.get<Page<Row>>(path, { query: { limit: 2 } })).body;
    const query = { limit: 2, cursor: first.next_cursor ?? '' };
    const second = (await ada.http.get<Page<Row>>(path, { query })).body;
    expect([first.has_more, second.has_more]).toEqual([true, false]);
    return [...first.data, ...second.data];
  };
  expect((await pages<LotDto>(`${members}/me/lots`)).map(({ earned }) => earned)).toEqual([30, 20, 10]);
  expect((await pages<ReceiptDto>(`${members}/me/receipts`)).map((each) => each.balance_after)).toEqual([60, 30, 10]);
});

describe('who sees what', () => {
  let ada: Member;
  let receipt: ReceiptDto;
  beforeAll(async () => {
    ada = shop.member();
    shop.buy(ada, [{ totalMinor: 1_000 }]);
    const [issued] = await shop.receipts(ada);
    if (!issued) throw new Error('the order has no receipt');
    receipt = issued;
  });

  it('a member sees what is theirs alone', async () => {
    const ben = shop.member();
    expect((await ada.http.get(`/api/v1/loyalty/receipts/${receipt.id}`)).body).toEqual(
      JSON.parse(JSON.stringify(receipt)),
    );
    expect((await ben.http.get(`/api/v1/loyalty/receipts/${receipt.id}`)).status).toBe(404);
    expect((await ben.http.get(`${members}/me`)).status).toBe(404);
    expect((await ben.http.get<Page<LotDto>>(`${members}/me/lots`)).body.data).toEqual([]);
    expect((await ben.http.get<Page<ReceiptDto>>(`${members}/me/receipts`)).body.data).toEqual([]);
    for (const path of ['', '/lots', '/receipts'])
      expect((await ben.http.get(`${members}/${ada.id}${path}`)).status).toBe(403);
  });

  it('staff see the members of their merchant', async () => {
    const agent = house.staff('support_agent', shop.merchantId);
    expect((await agent.get<MemberDto>(`${members}/${ada.id}`)).body.programs).toMatchObject([{ points: 10 }]);
    expect((await agent.get<Page<LotDto>>(`${members}/${ada.id}/lots`)).body.data).toMatchObject([{ earned: 10 }]);
    expect((await agent.get<Page<ReceiptDto>>(`${members}/${ada.id}/receipts`)).body.data).toMatchObject([
      { id: receipt.id },
    ]);
    expect((await agent.get(`/api/v1/loyalty/receipts/${receipt.id}`)).status).toBe(200);
    expect((await house.staff('catalog_manager', shop.merchantId).get(`${members}/${ada.id}`)).status).toBe(403);
  });

  it('staff of another merchant see nothing, nor does the member there', async () => {
    const foreign = house.staff('support_agent', newId());
    expect((await foreign.get(`${members}/${ada.id}`)).status).toBe(404);
    expect((await foreign.get<Page<LotDto>>(`${members}/${ada.id}/lots`)).body.data).toEqual([]);
    expect((await foreign.get<Page<ReceiptDto>>(`${members}/${ada.id}/receipts`)).body.data).toEqual([]);
    expect((await foreign.get(`/api/v1/loyalty/receipts/${receipt.id}`)).status).toBe(404);
    const elsewhere = house.service.http.as({ sub: ada.id, merchants: [newId()] });
    expect((await elsewhere.get(`${members}/me`)).status).toBe(404);
    expect((await elsewhere.get(`/api/v1/loyalty/receipts/${receipt.id}`)).status).toBe(404);
  });

  it('nobody without a token sees anything', async () => {
    for (const path of [
      `${members}/me`,
      `${members}/me/lots`,
      `${members}/me/receipts`,
      `/api/v1/loyalty/receipts/${receipt.id}`,
    ])
      expect((await house.service.http.get(path)).status).toBe(401);
  });
});

it('fifty orders cost as many statements as one', async () => {
  const asEvent = (data: OrderCompleted): Envelope<OrderCompleted> => ({
    ...{ specversion: '1.0', id: newId(), source: '/florin/test', type: orderCompleted.type, subject: data.orderId },
    ...{ time: data.completedAt, dataschema: orderCompleted.name, datacontenttype: 'application/json' },
    ...{ correlationid: newId(), data },
  });
  const statementsOf = async (orders: OrderCompleted[]): Promise<number> => {
    const work = () =>
      house.service.app
        .get(Transactions)
        .run((tx) => house.service.app.get(EarnPoints, { strict: false }).within(tx, orders.map(asEvent)));
    const { statements } = await countQueries(
      work,
      /job_runs|BEGIN|COMMIT|inbox|LISTEN|UPDATE outbox|published_at|advisory/,
    );
    return statements.length;
  };
  const orders = (count: number) =>
    Array.from({ length: count }, () => shop.order(shop.member(), [{ totalMinor: 5_000 }, { totalMinor: 100 }]));
  const one = await statementsOf(orders(1));
  expect(one).toBeGreaterThan(5);
  expect(await statementsOf(orders(50))).toBe(one);
  expect(await house.faults()).toEqual([]);
});
