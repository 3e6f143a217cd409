import { newId } from '@florin/kernel';
import type { LiabilityDto, LotDetailDto, LotDto, OwedGroupDto } from '../src/liability/liability.dto';
import { type Grouping, groupings } from '../src/liability/liability.dto';
import type { Page } from './house';
import { month, Program } from './points';

let koffie: Program;
beforeAll(async () => (koffie = await Program.open()));
afterAll(() => koffie.house.close());

let shop: Program;
beforeEach(() => (shop = koffie.another()));

const sum = (rows: { owed_minor: number }[]) => rows.reduce((total, { owed_minor }) => total + owed_minor, 0);
const of = ({ data }: LiabilityDto, key: string | null): OwedGroupDto | undefined =>
  data.find((group) => group.key === key);

/** A month with points of three members and money in wallets; the first month is closed. */
async function year() {
  const brand = `brand:${newId()}`;
  const own = `merchant:${shop.merchantId}`;
  const ada = shop.earn(month('2026-09'), 1_001, 50_003_00);
  const ben = shop.earn(month('2026-09'), 333, 7_777_77, {
    funders: [
      { funder: own, shareBps: 3_333 },
      { funder: brand, shareBps: 6_667 },
    ],
  });
  shop.redeem(month('2026-09'), ada, 400);
  await shop.close('2026-09');
  shop.redeem(month('2026-10'), ben, 33);
  shop.clawBack(month('2026-10'), ada, 100);
  const eve = shop.earn(month('2026-10'), 77, 3_000_00);
  const member = shop.house.member(ben.memberId, [shop.merchantId]);
  await shop.house.topUp(member, 12_34);
  return { ada, ben, eve, brand, own };
}

it('CMP-WAL-7: says in one call how much is owed, for what and to whom, and every grouping sums to the ledger', async () => {
  const { ada, ben, eve, brand } = await year();
  const owed = await shop.owed('?by=member');
  const points = await shop.balance('contract-liability');
  expect(owed.totals).toEqual([
    { kind: 'points', currency: 'EUR', owed_minor: points },
    { kind: 'wallet', currency: 'EUR', owed_minor: 12_34 },
  ]);
  expect(new Set(owed.data.map(({ key }) => key))).toEqual(new Set([ada, ben, eve].map(({ memberId }) => memberId)));
  for (const by of groupings) {
    const grouped = await shop.owed(`?by=${by}`);
    expect([by, sum(grouped.data)]).toEqual([by, points + 12_34]);
    expect([by, grouped.data.reduce((total, group) => total + group.points, 0)]).toEqual([by, 1_001 + 333 + 77 - 533]);
  }
  expect(of(await shop.owed('?by=program'), shop.id)?.owed_minor).toBe(points);
  expect(of(await shop.owed('?by=program'), null)).toMatchObject({ owed_minor: 12_34, points: 0 });
  expect((await shop.owed('?by=cohort')).data.map(({ key }) => key)).toEqual([null, '2026-09', '2026-10']);
  const lot = (await lots(`?member_id=${ben.memberId}`))[0];
  expect(of(await shop.owed('?by=funder'), brand)?.owed_minor).toBe(
    Math.floor(((lot?.owed_minor ?? 0) * 6_667) / 10_000),
  );
});

async function lots(query = ''): Promise<LotDto[]> {
  const answer = await shop.preparer.get<Page<LotDto>>(`/api/v1/liability/lots${query}`);
  expect(answer.status).toBe(200);
  return answer.body.data;
}

it('CMP-WAL-7: goes page by page without losing or repeating anybody', async () => {
  await year();
  const whole = await shop.owed('?by=member');
  const seen: OwedGroupDto[] = [];
  for (let cursor = ''; ;) {
    const part = await shop.owed(`?by=member&limit=1${cursor}`);
    seen.push(...part.data);
    if (!part.has_more) break;
    cursor = `&cursor=${part.next_cursor}`;
  }
  expect(seen).toEqual(whole.data);
});

it('CMP-WAL-7: why a lot is owed: its order, its events and their journals', async () => {
  const { ada } = await year();
  const [listed] = await lots(`?member_id=${ada.memberId}`);
  const detail = (await shop.preparer.get<LotDetailDto>(`/api/v1/liability/lots/${ada.lotId}`)).body;
  expect(detail).toMatchObject({ ...listed, order_id: ada.orderId, outstanding_points: 501 });
  expect(detail.events.map(({ kind, points }) => [kind, points])).toEqual([
    ['earned', 1_001],
    ['redeemed', 400],
    ['clawed_back', 100],
  ]);
  const [earned, redeemed, clawedBack] = detail.events;
  expect(redeemed?.journal_id).toBeNull();
  const booked = async (id: string | null | undefined) =>
    (await shop.service.query<{ kind: string }>('SELECT kind FROM ledger_journals WHERE id = $1', [id]))[0]?.kind;
  expect([await booked(earned?.journal_id), await booked(clawedBack?.journal_id)]).toEqual([
    'points_deferred',
    'points_clawed_back',
  ]);
  expect((await koffie.another().preparer.get(`/api/v1/liability/lots/${ada.lotId}`)).status).toBe(404);
  expect((await lots(`?program_id=${shop.id}&cohort=2026-10`)).length).toBe(1);
});

it('CMP-WAL-7: as of any instant: what was owed then is what was said then, whatever happened since', async () => {
  const { ada, ben } = await year();
  const asOf = (at: string, by: Grouping) => shop.owed(`?as_of=${at}&by=${by}`);
  const now = await shop.owed('?by=cohort');
  const later = '2027-05-31T00:00:00.000Z';
  const points = ({ data }: LiabilityDto) => data.filter(({ key }) => key !== null);
  expect(points(await asOf(later, 'cohort'))).toEqual(points(now));
  const mid = await asOf('2026-09-20T00:00:00.000Z', 'member');
  // Before the month was closed nothing was revenue.
  const given = await shop.service.query<{ id: string; minor: number }>(
    'SELECT member_id AS id, allocated_minor::float8 AS minor FROM liability_lots WHERE merchant_id = $1',
    [shop.merchantId],
  );
  const allocated = new Map(given.map(({ id, minor }) => [id, minor]));
  expect(of(mid, ada.memberId)).toMatchObject({ points: 601, owed_minor: allocated.get(ada.memberId) });
  expect(of(mid, ben.memberId)).toMatchObject({ points: 333, owed_minor: allocated.get(ben.memberId) });
  const then = await asOf('2026-10-01T00:00:00.000Z', 'member');
  await shop.close('2026-10');
  shop.expire(month('2026-11'), ada, 501);
  await shop.close('2026-11');
  expect((await asOf('2026-10-01T00:00:00.000Z', 'member')).data).toEqual(then.data);
  for (const at of ['2026-09-20', '2026-10-01', '2026-10-20', '2026-11-20', '2027-01-01'])
    for (const by of groupings) {
      const past = await asOf(`${at}T00:00:00.000Z`, by);
      expect([at, by, sum(past.data)]).toEqual([at, by, sum(past.totals)]);
    }
});

it('lots are taken on once, however often and in whatever order they are told', async () => {
  const at = month('2026-10');
  const lotId = newId();
  const given = { lotId, memberId: newId(), orderId: newId() };
  // Both overtake the lot; the retry tiers bring them back.
  const redemption = shop.redeem(at, given, 30);
  const refund = shop.clawBack(at, given, 20);
  await new Promise((passed) => setTimeout(passed, 300));
  shop.earn(at, 100, 1_000_00, given);
  shop.earn(at, 100, 1_000_00, given);
  await shop.house.heard();
  shop.redeem(at, given, 30, shop.merchantId, redemption);
  shop.clawBack(at, given, 20, refund.refundId);
  await shop.house.heard();
  const [lot] = await lots();
  // 100 points at 0.9 cents beside goods for 1,000.00, of which a fifth went back.
  expect(lot).toMatchObject({ points: 100, outstanding_points: 50, price_minor: 72, owed_minor: 72 });
  expect(await shop.balance('contract-liability')).toBe(72);
});

it('a setting is versioned: an old one is refused, and lots keep theirs', async () => {
  shop.earn(month('2026-10'), 100, 1_000_00);
  await shop.house.heard();
  const { version } = await shop.set({ point_value_micros: 2_000_000 });
  expect(version).toBe(2);
  const path = `/api/v1/liability/programs/${shop.id}`;
  const input = { point_value_micros: 1, redemption_bps: 1, prior_weight_points: 1, spread_bps: 1 };
  const put = (body: object, tag: string, caller = shop.preparer) =>
    caller.send('PUT', path, body, { headers: { 'if-match': tag, 'idempotency-key': newId() } });
  expect((await put(input, '"1"')).status).toBe(412);
  expect((await put({ ...input, redemption_bps: 10_001 }, '"2"')).status).toBe(400);
  expect((await put(input, '"2"', koffie.another().preparer)).status).toBe(404);
  shop.earn(month('2026-10'), 100, 1_000_00);
  await shop.house.heard();
  expect((await lots()).map(({ price_minor }) => price_minor).sort()).toEqual([180, 90]);
});
