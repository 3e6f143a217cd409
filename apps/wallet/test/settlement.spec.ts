import { prefundingChanged, settlementIssued } from '@florin/contracts';
import { newId } from '@florin/kernel';
import type { HttpClient } from '@florin/testing';
import type { PrefundingDto, SettlementDto, SettlementHeadDto, TransferDto } from '../src/settlement/settlement.dto';
import { type Page, soon } from './house';
import { month, Program } from './points';

let koffie: Program;
let operator: HttpClient;
beforeAll(async () => {
  koffie = await Program.open();
  operator = koffie.service.http.as({ sub: newId(), roles: ['platform_admin'], merchants: '*' });
});
afterAll(() => koffie.house.close());

/** Every scenario settles a month of its own: one settlement is for everybody. */
let year = 2020;
let period: string;
let shops: [Program, Program, Program];
beforeEach(() => {
  period = `${(year += 1)}-05`;
  shops = [koffie.another(), koffie.another(), koffie.another()];
});

const own = ({ merchantId }: Program): string => `merchant:${merchantId}`;
const key = () => ({ headers: { 'idempotency-key': newId() } });

async function issue(): Promise<SettlementDto> {
  await koffie.house.heard();
  const answer = await operator.post<SettlementDto>('/api/v1/settlements', { period, currency: 'EUR' });
  expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
  return answer.body;
}

/** What stands on the partner's account. */
async function position(partner: string): Promise<number> {
  const [row] = await koffie.service.query<{ posted: number }>(
    'SELECT posted::float8 AS posted FROM ledger_accounts WHERE code = $1',
    [`partner:${partner}:settlement:EUR`],
  );
  return row?.posted ?? 0;
}

it('DIF-WAL-6: points spent elsewhere are paid by who funds them, netted over everybody and invoiced', async () => {
  const [a, b, c] = shops;
  const brand = `brand:${newId()}`;
  const at = month(period);
  const ofA = a.earn(at, 1_000, 100_000);
  const ofB = b.earn(at, 1_000, 100_000, {
    funders: [
      { funder: own(b), shareBps: 5_000 },
      { funder: brand, shareBps: 3_000 },
      { funder: 'operator', shareBps: 2_000 },
    ],
  });
  a.redeem(at, ofA, 300, b.merchantId);
  a.redeem(at, ofA, 100, a.merchantId);
  b.redeem(at, ofB, 200, c.merchantId);
  b.redeem(at, ofB, 101, b.merchantId);
  await koffie.house.heard();
  // B is owed 300 by A, 30 and 20 of its own points by brand and operator, and owes C half of 200.
  const expected = new Map([
    [own(a), -300],
    [own(b), 300 - 100 + 30 + 20],
    [own(c), 200],
    [brand, -60 - 30],
  ]);
  for (const [partner, amount] of expected) expect([partner, await position(partner)]).toEqual([partner, amount]);
  const settlement = await issue();
  const pairs = settlement.invoices.map(({ debtor, creditor, total_minor }) => [debtor, creditor, total_minor]);
  expect(new Set(pairs)).toEqual(
    new Set([
      [own(a), own(b), 300],
      [own(b), own(c), 100],
      [brand, own(c), 60],
      ['operator', own(c), 40],
      [brand, own(b), 30],
      ['operator', own(b), 20],
    ]),
  );
  const fromA = settlement.invoices.find(({ debtor }) => debtor === own(a));
  expect(fromA).toMatchObject({ lines: [{ program_id: a.id, redemptions: 1, points: 300, amount_minor: 300 }] });
  expect(settlement.transfers.map(({ amount_minor }) => amount_minor)).toEqual([250, 90, 60, 50]);
  const seenByC = await c.preparer.get<SettlementDto>(`/api/v1/settlements/${settlement.id}`);
  expect(seenByC.body).toMatchObject({ net_minor: 200 });
  expect(seenByC.body.invoices.every(({ creditor }) => creditor === own(c))).toBe(true);
  expect((await a.preparer.get<SettlementDto>(`/api/v1/settlements/${settlement.id}`)).body.net_minor).toBe(-300);
  await soon(() =>
    expect(koffie.house.peer.of(settlementIssued, { settlementId: settlement.id })).toMatchObject([{ period }]),
  );
});

it('DIF-WAL-6: a transfer is paid once, when who gets the money says so; then nobody owes anything', async () => {
  const [a, b] = shops;
  const at = month(period);
  a.redeem(at, a.earn(at, 500, 50_000), 500, b.merchantId);
  const { id, transfers } = await issue();
  const [transfer] = transfers;
  const paid = (by: HttpClient) =>
    by.post<TransferDto>(`/api/v1/settlements/transfers/${transfer?.id}/paid`, { reference: 'SEPA 42' }, key());
  expect((await paid(a.preparer)).body).toMatchObject({ code: 'creditor_only' });
  expect((await paid(koffie.another().preparer)).status).toBe(404);
  const answers = await Promise.all(Array.from({ length: 6 }, () => paid(b.preparer)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409]);
  expect([await position(own(a)), await position(own(b))]).toEqual([0, 0]);
  expect((await operator.get<SettlementDto>(`/api/v1/settlements/${id}`)).body.transfers).toMatchObject([
    { state: 'paid', reference: 'SEPA 42' },
  ]);
});

it('DIF-WAL-6: a month is settled once, by the operator; invoice numbers have no gaps', async () => {
  const [a, b, c] = shops;
  const at = month(period);
  a.redeem(at, a.earn(at, 500, 50_000), 500, c.merchantId);
  b.redeem(at, b.earn(at, 500, 50_000), 500, c.merchantId);
  await koffie.house.heard();
  const input = { period, currency: 'EUR' };
  expect((await a.preparer.post('/api/v1/settlements', input)).body).toMatchObject({ code: 'operator_only' });
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => operator.post<SettlementDto>('/api/v1/settlements', input, key())),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
  const settlement = answers.find(({ status }) => status === 201)?.body;
  expect(settlement?.invoices.map(({ number }) => number)).toEqual(['2027-000001', '2027-000002']);
  expect((await operator.post('/api/v1/settlements', { ...input, period: '2027-06' }, key())).status).toBe(422);
  // What is told of a settled month goes into the next settlement, with the next number.
  a.redeem(at, a.earn(at, 70, 5_000), 70, c.merchantId);
  period = `${(year += 1)}-05`;
  const next = await issue();
  expect(next.invoices.map(({ number, total_minor }) => [number, total_minor])).toEqual([['2027-000003', 70]]);
  const listed = (await c.preparer.get<Page<SettlementHeadDto>>('/api/v1/settlements')).body.data;
  expect(listed.map(({ id }) => id)).toEqual([next.id, settlement?.id]);
  expect((await koffie.another().preparer.get<Page<SettlementHeadDto>>('/api/v1/settlements')).body.data).toEqual([]);
  expect((await b.preparer.get(`/api/v1/settlements/${next.id}`)).status).toBe(404);
});

it('DIF-WAL-6: the value of a redemption goes to the funders to the last cent', async () => {
  const [a, b] = shops;
  const at = month(period);
  const thirds = [3_333, 3_333, 3_334].map((shareBps) => ({ funder: `brand:${newId()}`, shareBps }));
  const lots = [1, 2, 3].map((lot) => a.earn(at, 10 * lot + 1, 5_000, { funders: thirds }));
  for (const lot of lots) a.redeem(at, lot, 10, b.merchantId);
  await koffie.house.heard();
  expect(await position(own(b))).toBe(30);
  const funded = await Promise.all(thirds.map(({ funder }) => position(funder)));
  expect(funded.reduce((sum, amount) => sum + amount, 0)).toBe(-30);
});

it('DIF-WAL-6: prefunding follows what is out, and what is left is told to who gives points', async () => {
  const [a] = shops;
  const at = month('2026-10');
  const first = a.earn(at, 1_000, 100_000);
  await koffie.house.heard();
  const change = (kind: string, amount_minor: number) =>
    a.preparer.post<PrefundingDto>('/api/v1/settlements/prefunding', { currency: 'EUR', kind, amount_minor }, key());
  // What was given before there was prefunding counts.
  expect((await change('deposit', 5_000)).body).toMatchObject({ balance_minor: 5_000, remaining_minor: 4_000 });
  const second = a.earn(at, 2_000, 100_000, {
    funders: [
      { funder: own(a), shareBps: 2_500 },
      { funder: 'operator', shareBps: 7_500 },
    ],
  });
  a.redeem(at, first, 400);
  a.expire(at, second, 1_000);
  await koffie.house.heard();
  const stands = async () => (await a.preparer.get<PrefundingDto[]>('/api/v1/settlements/prefunding')).body;
  expect(await stands()).toMatchObject([{ balance_minor: 5_000, committed_minor: 600 + 250, enforced: false }]);
  await soon(() =>
    expect(
      koffie.house.peer.of(prefundingChanged, { merchantId: a.merchantId }).map((said) => said.remainingMinor),
    ).toContain(4_150),
  );
  const enforce = (version: number) =>
    a.preparer.send<PrefundingDto>(
      'PUT',
      '/api/v1/settlements/prefunding',
      { currency: 'EUR', enforced: true },
      {
        headers: { 'if-match': `"${version}"`, 'idempotency-key': newId() },
      },
    );
  expect([(await enforce(1)).status, (await enforce(2)).body.enforced]).toEqual([412, true]);
  expect((await change('withdrawal', 4_151)).body).toMatchObject({ code: 'prefunding_committed' });
  expect((await change('withdrawal', 4_150)).body).toMatchObject({ balance_minor: 850, remaining_minor: 0 });
  // The event of it carries the same, so that whoever gives points refuses the next one.
  await soon(() =>
    expect(koffie.house.peer.of(prefundingChanged, { merchantId: a.merchantId }).at(-1)).toMatchObject({
      remainingMinor: 0,
      enforced: true,
    }),
  );
  expect(await a.balance('prefunding:')).toBe(850);
});
