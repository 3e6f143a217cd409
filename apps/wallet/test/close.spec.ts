import { periodClosed } from '@florin/contracts';
import { Transactions } from '@florin/database';
import { newId } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import type { CloseDto, CohortLineDto, GlAccountMapDto } from '../src/close/close.dto';
import { month, Program } from './points';
import type { Page } from './house';

let koffie: Program;
beforeAll(async () => (koffie = await Program.open()));
afterAll(() => koffie.house.close());

/** A fresh merchant for every scenario; they share the house. */
let shop: Program;
beforeEach(() => (shop = koffie.another()));

const fresh = () => ({ headers: { 'idempotency-key': newId() } });
const only = (close: CloseDto) => close.programs[0];

/** KPMG's program: 10,000 points worth 1.00 each for 100,000.00, of which 97 % are expected to come back. */
async function handbook() {
  // A program is known from its first point on; this one is taken back.
  const first = shop.earn(month('2026-10'), 1, 0);
  await shop.house.heard();
  shop.clawBack(month('2026-10'), first, 1);
  await shop.set({ point_value_micros: 100_000_000, redemption_bps: 9_700, prior_weight_points: 1_000 });
  return shop.earn(month('2026-10'), 10_000, 100_000_00);
}

it('DIF-WAL-1: KPMG examples 10A and 10B through the API: allocated, recognised pro rata, trued up', async () => {
  const given = await handbook();
  shop.redeem(month('2026-10'), given, 4_500);
  const first = only(await shop.close('2026-10'));
  // 8,842.30 × 4,500 ÷ 9,700.
  expect(first).toMatchObject({ additions_minor: 8_842_30, redeemed_minor: 4_102_10, breakage_minor: 0 });
  expect(first?.closing_minor).toBe(8_842_30 - 4_102_10);
  await shop.set({ redemption_bps: 9_200 });
  shop.redeem(month('2026-11'), given, 4_000);
  const closed = await shop.close('2026-11');
  // Cumulative 8,842.30 × 8,500 ÷ 9,200 = 8,169.52, of which 8,842.30 × 4,000 ÷ 9,700 were expected.
  const [october] = (await shop.preparer.get<Page<CohortLineDto>>(`/api/v1/closes/${closed.id}/lines`)).body.data;
  expect(october).toMatchObject({ cohort: '2026-10', expected_points: 9_200, recognised_minor: 8_169_52 });
  expect(october?.redeemed_minor).toBe(3_646_31);
  expect(october?.breakage_minor).toBe(8_169_52 - 4_102_10 - 3_646_31);
  expect(await shop.balance('points-revenue')).toBe(4_102_10 + 3_646_31);
  expect(await shop.balance('contract-liability')).toBe(8_842_30 - 8_169_52);
  expect(await shop.balance('sales')).toBe(-8_842_30);
  expect(await shop.carried()).toBe(8_842_30 - 8_169_52);
});

it('DIF-WAL-1: expiry, clawbacks and late events, month after month: every month foots, verifies and stays', async () => {
  const a = shop.earn(month('2026-08'), 1_000, 50_000_00);
  const b = shop.earn(month('2026-08'), 500, 20_000_00);
  const closes = [await shop.close('2026-08')];
  shop.redeem(month('2026-09'), a, 400);
  shop.clawBack(month('2026-09'), b, 250);
  closes.push(await shop.close('2026-09'));
  // Both of these are dated into months that are closed.
  shop.earn(month('2026-08'), 300, 10_000_00);
  shop.redeem(month('2026-09'), a, 100);
  shop.expire(month('2026-10'), b, 250);
  closes.push(await shop.close('2026-10'));
  shop.expire(month('2026-11'), a, 500);
  closes.push(await shop.close('2026-11'));
  let opening = 0;
  for (const close of closes) {
    const line = only(close);
    expect(line?.opening_minor).toBe(opening);
    opening = line?.closing_minor ?? 0;
    expect(await shop.verify(close)).toMatchObject({ ok: true, state: 'closed' });
  }
  expect(closes.map(({ previous_hash: hash }) => hash)).toEqual([null, ...closes.slice(0, 3).map(({ hash }) => hash)]);
  expect(only(closes[1] as CloseDto)?.clawed_back_minor).toBeGreaterThan(0);
  expect(only(closes[2] as CloseDto)?.prior_period_minor).toBe(only(closes[2] as CloseDto)?.additions_minor);
  expect(only(closes[3] as CloseDto)?.expired_minor).toBeGreaterThan(0);
  expect(await shop.balance('contract-liability')).toBe(opening);
  expect(await shop.carried()).toBe(opening);
  expect(await shop.house.faultsInBooks()).toEqual([]);
});

it('the first close takes in what happened in the months before it', async () => {
  const given = shop.earn(month('2026-07'), 100, 1_000_00);
  shop.redeem(month('2026-08'), given, 40);
  shop.clawBack(month('2026-09'), given, 10);
  const close = await shop.close('2026-10');
  expect(only(close)).toMatchObject({ opening_minor: 0, additions_minor: 90, clawed_back_minor: 9 });
  expect(await shop.verify(close)).toMatchObject({ ok: true });
  expect(await shop.balance('contract-liability')).toBe(only(close)?.closing_minor);
  expect(await shop.carried()).toBe(only(close)?.closing_minor);
});

it('DIF-WAL-1: a month needs four eyes, its turn and its end', async () => {
  shop.earn(month('2026-10'), 100, 1_000_00);
  const prepared = await shop.prepare('2026-10');
  const again = await shop.preparer.post(`/api/v1/closes/${prepared.id}/approve`, {}, fresh());
  expect([again.status, again.body]).toMatchObject([403, { code: 'four_eyes' }]);
  const refused = async (period: string) => (await shop.preparer.post('/api/v1/closes', { period }, fresh())).body;
  expect(await refused('2027-06')).toMatchObject({ code: 'period_not_over' });
  await shop.close('2026-10');
  expect(await refused('2026-10')).toMatchObject({ code: 'period_closed' });
  expect(await refused('2026-12')).toMatchObject({ code: 'period_out_of_turn' });
  const twice = await shop.approver.post(`/api/v1/closes/${prepared.id}/approve`, {}, fresh());
  expect([twice.status, twice.body]).toMatchObject([409, { code: 'period_closed' }]);
  const stranger = koffie.another().approver;
  expect((await stranger.post(`/api/v1/closes/${prepared.id}/approve`, {}, fresh())).status).toBe(404);
  expect((await stranger.get(`/api/v1/closes/${prepared.id}/verify`)).status).toBe(404);
  expect(
    (await shop.house.staff('support_agent', [shop.merchantId]).post('/api/v1/closes', { period: '2026-11' })).status,
  ).toBe(403);
});

it('what was prepared is not approved when something came in since', async () => {
  const given = shop.earn(month('2026-10'), 100, 1_000_00);
  const { id } = await shop.prepare('2026-10');
  shop.redeem(month('2026-10'), given, 10);
  await shop.house.heard();
  const answer = await shop.approver.post(`/api/v1/closes/${id}/approve`, {}, fresh());
  expect([answer.status, answer.body]).toMatchObject([409, { code: 'close_changed' }]);
  expect(await shop.balance('points-revenue')).toBe(0);
  await shop.close('2026-10');
  expect(await shop.balance('points-revenue')).toBeGreaterThan(0);
});

it('DIF-WAL-1: of a crowd that approves at once one closes the month, and it is booked and said once', async () => {
  const given = shop.earn(month('2026-10'), 100, 1_000_00);
  shop.redeem(month('2026-10'), given, 40);
  const { id } = await shop.prepare('2026-10');
  const key = newId();
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      shop.approver.post<CloseDto>(
        `/api/v1/closes/${id}/approve`,
        {},
        {
          headers: { 'idempotency-key': index < 6 ? key : newId() },
        },
      ),
    ),
  );
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(1);
  expect(statuses.filter((status) => status !== 200 && status !== 409)).toEqual([]);
  const booked = await shop.house.booked(`close:${id}`);
  expect(booked.filter(({ kind }) => kind === 'close_redeemed')).toHaveLength(2);
  expect(await shop.house.times(periodClosed, id)).toBe(1);
});

it('DIF-WAL-1: a crash in the middle of a close leaves nothing, and the next try everything', async () => {
  const given = shop.earn(month('2026-10'), 100, 1_000_00);
  shop.redeem(month('2026-10'), given, 40);
  const { id } = await shop.prepare('2026-10');
  // The last thing that a close writes is its step: the server ends the connection there, as if the process were killed.
  await shop.service.query(`
    CREATE FUNCTION kill_close() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF NEW.step = 'closed' THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NEW; END $$`);
  await shop.service.query(
    'CREATE TRIGGER kill_close BEFORE INSERT ON close_steps FOR EACH ROW EXECUTE FUNCTION kill_close()',
  );
  const key = fresh();
  const killed = await shop.approver.post(`/api/v1/closes/${id}/approve`, {}, key);
  expect(killed.status).toBeGreaterThanOrEqual(500);
  await shop.service.query('DROP TRIGGER kill_close ON close_steps');
  await shop.service.query('DROP FUNCTION kill_close');
  expect([await shop.balance('points-revenue'), (await shop.house.booked(`close:${id}`)).length]).toEqual([0, 0]);
  const done = await shop.approver.post<CloseDto>(`/api/v1/closes/${id}/approve`, {}, key);
  expect([done.status, done.body.state]).toEqual([200, 'closed']);
  expect(await shop.verify(done.body)).toMatchObject({ ok: true });
  expect(await shop.house.times(periodClosed, id)).toBe(1);
});

it('DIF-WAL-1: nothing can be booked into a closed month, nor a close be changed, by anybody', async () => {
  shop.earn(month('2026-10'), 100, 1_000_00);
  const close = await shop.close('2026-10');
  const account = `merchant:${shop.merchantId}:points-revenue:EUR`;
  const post = (effectiveAt: Date) =>
    shop.service.app.get(Transactions).run((tx) =>
      new Ledger().post(tx, [
        {
          key: newId(),
          kind: 'correction',
          effectiveAt,
          postings: [
            { account, amountMinor: 1 },
            { account: `merchant:${shop.merchantId}:sales:EUR`, amountMinor: -1 },
          ],
        },
      ]),
    );
  await expect(post(month('2026-10'))).rejects.toThrow('the month is closed');
  expect(await post(month('2026-11'))).toMatchObject([{ ok: true }]);
  const change = (sql: string) => shop.service.query(`${sql} = '${close.id}'`);
  await expect(change(`UPDATE closes SET hash = 'x' WHERE id`)).rejects.toThrow('closed');
  await expect(change('DELETE FROM close_lines WHERE close_id')).rejects.toThrow('closed');
  await expect(change('UPDATE close_lines SET expired_points = 1 WHERE close_id')).rejects.toThrow('closed');
});

it('DIF-WAL-1: verification says what was tampered with', async () => {
  const given = shop.earn(month('2026-10'), 100, 1_000_00);
  const close = await shop.close('2026-10');
  await shop.service.query('ALTER TABLE liability_events DISABLE TRIGGER liability_events_append_only');
  await shop.service.query('UPDATE liability_events SET price_minor = price_minor + 1 WHERE lot_id = $1', [
    given.lotId,
  ]);
  await shop.service.query('ALTER TABLE liability_events ENABLE TRIGGER liability_events_append_only');
  const { ok, checks } = await shop.verify(close);
  expect(ok).toBe(false);
  expect(checks.filter((check) => !check.ok).map(({ name }) => name)).toEqual(['inputs', 'result', 'hash']);
});

it('DIF-WAL-1: exports the cohorts as CSV, and a journal that balances in the accounts of the merchant', async () => {
  const given = shop.earn(month('2026-10'), 100, 1_000_00);
  shop.redeem(month('2026-10'), given, 40);
  shop.clawBack(month('2026-10'), given, 10);
  const { id } = await shop.close('2026-10');
  const accounts = { sales: '4000', contract_liability: '=2300', points_revenue: '4100', breakage_income: '4900' };
  const map = await shop.preparer.get<GlAccountMapDto>('/api/v1/closes/accounts');
  expect(map.body.version).toBe(0);
  const put = (version: number) =>
    shop.preparer.send<GlAccountMapDto>('PUT', '/api/v1/closes/accounts', accounts, {
      headers: { 'if-match': `"${version}"`, 'idempotency-key': newId() },
    });
  expect([(await put(0)).status, (await put(0)).status, (await put(1)).body.version]).toEqual([200, 412, 2]);
  const csv = await shop.preparer.get<string>(`/api/v1/closes/${id}/export?format=csv`);
  expect(csv.headers.get('content-type')).toContain('text/csv');
  const [header, row] = csv.body.split('\r\n');
  expect(header).toMatch(/^period,program_id,currency,cohort,.*closing_minor,prior_period_minor$/);
  expect(row).toContain(`2026-10,${shop.id},EUR,2026-10,90,40,0,50`);
  const journal = await shop.preparer.get<string>(`/api/v1/closes/${id}/export?format=gl`);
  const gl = journal.body.trim().split('\r\n').slice(1);
  const sums = gl.map((line) => line.split(',').slice(-2).map(Number));
  const [debit, credit] = [0, 1].map((side) => sums.reduce((sum, amounts) => sum + (amounts[side] ?? 0), 0));
  expect([debit, gl.length]).toEqual([credit, 6]);
  expect(gl.filter((line) => line.includes("'=2300"))).toHaveLength(3);
  expect((await shop.preparer.get(`/api/v1/closes/${id}/export?format=xml`)).status).toBe(400);
});
