import { walletFrozen, walletUnfrozen } from '@florin/contracts';
import { FixedClock, newId } from '@florin/kernel';
import type { HttpClient } from '@florin/testing';
import type { FreezeDto, LimitsDto, LimitRulesDto, MemberLimitsDto } from '../src/limits/limits.dto';
import { House, type Member, type Page } from './house';

let house: House;
let staff: HttpClient;
const clock = new FixedClock(new Date('2026-11-21T22:30:00Z'));
beforeAll(async () => {
  house = await House.open({ clock });
  staff = house.staff('finance_ops');
});
afterAll(() => house.close());

const limited = async (rules: LimitRulesDto, currency: string): Promise<LimitsDto> => {
  const { body } = await staff.get<LimitsDto>('/api/v1/wallet/limits', { query: { currency } });
  const headers = { 'if-match': `"${body.version}"` };
  const input = { currency, rules, reason: 'As the regulator asks' };
  const saved = await staff.put<LimitsDto>('/api/v1/wallet/limits', input, { headers });
  expect(saved.status).toBe(200);
  return saved.body;
};

const topUp = async (member: Member, amount_minor: number, currency: string, card_token = 'tok_visa') => {
  const headers = { prefer: 'wait=20' };
  const answer = await member.http.post('/api/v1/topups', { amount_minor, currency, card_token }, { headers });
  return answer.problem?.code ?? answer.status;
};

const freeze = (member: Member, scope: string) =>
  staff.post<FreezeDto>(`/api/v1/wallet/members/${member.id}/freezes`, { scope, reason: 'Reported as stolen' });
const lift = (member: Member) =>
  staff.post<FreezeDto>(`/api/v1/wallet/members/${member.id}/freezes/lift`, { reason: 'It was found' });

it('refuses what is above the limit of one top-up, of a day, of a month, and what a wallet may hold', async () => {
  const topup = { per_transaction_minor: 500, per_day_minor: 800, per_month_minor: 1_000 };
  await limited({ topup, max_balance_minor: 1_200 }, 'CHF');
  const ada = house.member();
  expect(await topUp(ada, 501, 'CHF')).toBe('limit_per_transaction');
  expect([await topUp(ada, 500, 'CHF'), await topUp(ada, 301, 'CHF')]).toEqual([201, 'limit_per_day']);
  expect(await topUp(ada, 300, 'CHF')).toBe(201);
  clock.advance(86_400_000);
  expect([await topUp(ada, 201, 'CHF'), await topUp(ada, 200, 'CHF')]).toEqual(['limit_per_month', 201]);
  clock.advance(10 * 86_400_000);
  expect([await topUp(ada, 201, 'CHF'), await topUp(ada, 200, 'CHF')]).toEqual(['limit_max_balance', 201]);
  expect(await house.wallet(ada, 'CHF')).toMatchObject({ posted_minor: 1_200 });
});

it('a day of the limit is a day of the merchant', async () => {
  await limited({ topup: { per_day_minor: 500 }, time_zone: 'Asia/Tokyo' }, 'JPY');
  const ada = house.member();
  clock.advance(Date.parse('2027-01-10T14:59:00Z') - clock.now().getTime());
  expect([await topUp(ada, 500, 'JPY'), await topUp(ada, 1, 'JPY')]).toEqual([201, 'limit_per_day']);
  clock.advance(60_000);
  expect(await topUp(ada, 500, 'JPY')).toBe(201);
});

it('of twenty top-ups at once no more pass than the limit has room for, and what was declined gives its room back', async () => {
  await limited({ topup: { per_day_minor: 1_000 }, max_balance_minor: 700 }, 'SEK');
  const ada = house.member();
  expect(await topUp(ada, 700, 'SEK', 'tok_declined')).not.toBe('limit_per_day');
  const answers = await Promise.all(Array.from({ length: 20 }, () => topUp(ada, 100, 'SEK')));
  expect(answers.filter((answer) => answer === 201)).toHaveLength(7);
  expect(await house.wallet(ada, 'SEK')).toMatchObject({ posted_minor: 700 });
  const { body } = await ada.http.get<MemberLimitsDto>('/api/v1/wallet/limits/mine', { query: { currency: 'SEK' } });
  expect(body.used.map(({ operation, used_minor }) => [operation, used_minor])).toEqual([
    ['topup', 700],
    ['topup', 700],
  ]);
  await expect(
    house.service.query(
      `UPDATE wallet_limit_counters SET used_minor = 1001 WHERE member_id = $1 AND period LIKE 'day%'`,
      [ada.id],
    ),
  ).rejects.toThrow('limits_never_passed');
});

it('limits are versions: an old one is refused, the history stays, and a member may have others', async () => {
  const first = await limited({ spend: { per_day_minor: 100 } }, 'NOK');
  const put = (path: string, version: number, rules: object) =>
    staff.put<LimitsDto>(
      `/api/v1/wallet/${path}`,
      { currency: 'NOK', rules, reason: 'Known for years' },
      {
        headers: { 'if-match': `"${version}"` },
      },
    );
  expect((await put('limits', 0, {})).problem?.code).toBe('version_mismatch');
  const both = await Promise.all([put('limits', 1, {}), put('limits', 1, { spend: { per_day_minor: 50 } })]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
  const history = await staff.get<Page<LimitsDto>>('/api/v1/wallet/limits/history', { query: { currency: 'NOK' } });
  expect(history.body.data.map(({ version }) => version)).toEqual([2, 1]);
  expect(history.body.data[1]).toEqual(JSON.parse(JSON.stringify(first)));
  const ada = await house.rich(100, 'NOK');
  await limited({ spend: { per_day_minor: 100, per_month_minor: 300 }, topup: { per_day_minor: 9 } }, 'NOK');
  expect((await put(`members/${ada.id}/limits`, 0, { spend: { per_day_minor: null } })).status).toBe(200);
  const mine = await ada.http.get<MemberLimitsDto>('/api/v1/wallet/limits/mine', { query: { currency: 'NOK' } });
  expect(mine.body.effective).toMatchObject({
    spend: { per_day_minor: null, per_month_minor: 300 },
    topup: { per_day_minor: 9 },
  });
  expect((await put(`members/${newId()}/limits`, 0, {})).problem?.code).toBe('wallet_not_found');
});

it('a frozen wallet pays nothing and is said to be frozen; thawed it pays again', async () => {
  const ada = await house.rich(1_000);
  expect((await freeze(ada, 'debits')).status).toBe(201);
  expect((await freeze(ada, 'debits')).problem?.code).toBe('already_frozen');
  expect(await house.said(walletFrozen, { memberId: ada.id })).toMatchObject({ reason: 'Reported as stolen' });
  const refused = house.reserve(ada, { walletMinor: 400 });
  await house.reached(refused, 'refused');
  expect(
    await house.count(`checkout_payments WHERE checkout_id = $1 AND reason_code = 'wallet_frozen'`, [
      refused.checkoutId,
    ]),
  ).toBe(1);
  expect(await topUp(ada, 100, 'EUR')).toBe(201);
  expect((await lift(ada)).status).toBe(200);
  expect((await lift(ada)).problem?.code).toBe('not_frozen');
  await house.said(walletUnfrozen, { memberId: ada.id });
  await house.paid(ada, { walletMinor: 400 });
  expect((await freeze(ada, 'all')).status).toBe(201);
  expect(await topUp(ada, 100, 'EUR')).toBe('wallet_frozen');
  const { body } = await staff.get<Page<FreezeDto>>(`/api/v1/wallet/members/${ada.id}/freezes`);
  expect(body.data.map(({ scope, lift_reason }) => [scope, lift_reason])).toEqual([
    ['all', null],
    ['debits', 'It was found'],
  ]);
});

it('what was held before the freeze is still captured, and a refund comes in', async () => {
  const ada = await house.rich(1_000);
  const held = house.reserve(ada, { walletMinor: 300 });
  await house.reached(held, 'reserved');
  await freeze(ada, 'all');
  house.confirm(held);
  await house.reached(held, 'captured');
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 700, held_minor: 0 });
});

it('spending is limited too: what a checkout gives up can be spent again', async () => {
  const member = await house.rich(1_000, 'PLN');
  await limited({ spend: { per_day_minor: 500 } }, 'PLN');
  const first = house.reserve(member, { walletMinor: 400, currency: 'PLN' });
  await house.reached(first, 'reserved');
  const second = house.reserve(member, { walletMinor: 200, currency: 'PLN' });
  await house.reached(second, 'refused');
  house.release(first);
  await house.reached(first, 'released');
  await house.paid(member, { walletMinor: 500, currency: 'PLN' });
  expect(await house.wallet(member, 'PLN')).toMatchObject({ posted_minor: 500, held_minor: 0 });
});

it('of many who pay while the wallet is being frozen, none holds anything after it is', async () => {
  const ada = await house.rich(10_000);
  const asked = Array.from({ length: 30 }, () => house.reserve(ada, { walletMinor: 10 }));
  const frozen = await freeze(ada, 'debits');
  const more = Array.from({ length: 5 }, () => house.reserve(ada, { walletMinor: 10 }));
  await house.heard();
  for (const late of more) expect(await house.stateOf(late.checkoutId)).toBe('refused');
  const keys = [...asked, ...more].map(({ checkoutId }) => `checkout:${checkoutId}`);
  expect(
    await house.count('ledger_holds WHERE key = ANY($1) AND created_at >= $2', [keys, frozen.body.frozen_at]),
  ).toBe(0);
});
