import { voucherRedeem, voucherRedeemed, voucherRefused } from '@florin/contracts';
import { FixedClock, newId } from '@florin/kernel';
import type { HttpClient } from '@florin/testing';
import type { CampaignDto, NewCampaignDto, RedemptionDto } from '../src/vouchers/voucher.dto';
import { House, type Member, type Page } from './house';

let house: House;
let staff: HttpClient;
const clock = new FixedClock(new Date('2026-11-21T12:00:00Z'));
beforeAll(async () => {
  house = await House.open({ clock });
  // One person: a key is repeated by whoever used it.
  staff = house.service.http.as({ sub: newId(), roles: ['finance_ops'], merchants: [house.merchantId] });
});
afterAll(async () => {
  expect(await house.faultsInBooks()).toEqual([]);
  await house.close();
});

let codes = 0;
const campaign = async (more: object = {}): Promise<NewCampaignDto & { code: string }> => {
  const code = `WELCOME-${++codes}`;
  const input = { name: 'Welcome', currency: 'EUR', amount_minor: 500, budget_minor: 1_000_000, code, ...more };
  const answer = await staff.post<NewCampaignDto>('/api/v1/wallet/vouchers/campaigns', input);
  expect(answer.status).toBe(201);
  return { ...answer.body, code };
};
const use = async (member: Member, code: string, key?: string) => {
  const answer = await member.http.post<RedemptionDto>('/api/v1/wallet/vouchers/redeem', { code }, key ? { key } : {});
  return answer.problem?.code ?? answer.status;
};
const usedOf = async (id: string): Promise<CampaignDto> =>
  (await staff.get<CampaignDto>(`/api/v1/wallet/vouchers/campaigns/${id}`)).body;

it('WAL-06: a redeemed voucher tops up the wallet, once per key, and the merchant bears it', async () => {
  const ada = house.member();
  const { id, code } = await campaign({ max_uses_per_member: 2 });
  const key = newId();
  const answers = await Promise.all(Array.from({ length: 10 }, () => use(ada, ` ${code.toLowerCase()} `, key)));
  expect(answers.filter((answer) => answer !== 201 && answer !== 'request_in_flight')).toEqual([]);
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 500 });
  const { body } = await staff.get<Page<RedemptionDto>>(`/api/v1/wallet/vouchers/campaigns/${id}/redemptions`);
  expect(body.data).toMatchObject([{ member_id: ada.id, amount_minor: 500 }]);
  expect(await house.booked(`voucher:${body.data[0]?.id}`)).toEqual([
    { kind: 'voucher_topup', account: `merchant:${house.merchantId}:voucher-cost:EUR`, amount: -500 },
    { kind: 'voucher_topup', account: `member:${ada.id}:merchant:${house.merchantId}:wallet:EUR`, amount: 500 },
  ]);
  expect(await house.said(voucherRedeemed, { campaignId: id })).toMatchObject({ memberId: ada.id, amountMinor: 500 });
  expect([await use(ada, code), await use(ada, code)]).toEqual([201, 'voucher_used_up_by_member']);
});

it('of many who want the last use one gets it, and the budget is never overspent', async () => {
  const members = Array.from({ length: 12 }, () => house.member());
  const last = await campaign({ max_uses: 1 });
  const answers = await Promise.all(members.map((member) => use(member, last.code)));
  expect(answers.filter((answer) => answer === 201)).toHaveLength(1);
  expect(answers.filter((answer) => answer === 'voucher_used_up')).toHaveLength(11);
  const poor = await campaign({ budget_minor: 1_700 });
  const paid = await Promise.all(members.map((member) => use(member, poor.code)));
  expect(paid.filter((answer) => answer === 201)).toHaveLength(3);
  expect(await usedOf(poor.id)).toMatchObject({ uses: 3, spent_minor: 1_500 });
  const spoil = (set: string) => house.service.query(`UPDATE voucher_campaigns SET ${set} WHERE id = $1`, [poor.id]);
  await expect(spoil('uses = 4, spent_minor = 2000')).rejects.toThrow('vouchers_never_overused');
  await expect(spoil('max_uses = 9, uses = 4, spent_minor = 2000')).rejects.toThrow('vouchers_within_their_budget');
  await expect(spoil('spent_minor = 1000')).rejects.toThrow('vouchers_spend_by_use');
  await expect(
    house.service.query('UPDATE voucher_members SET uses = 2 WHERE campaign_id = $1', [poor.id]),
  ).rejects.toThrow('voucher_members_never_overuse');
});

it('codes that were made are good for one use each and are shown once', async () => {
  const key = newId();
  const input = { name: 'Letters', currency: 'EUR', amount_minor: 100, budget_minor: 1_000, count: 3 };
  const post = () => staff.post<NewCampaignDto>('/api/v1/wallet/vouchers/campaigns', input, { key });
  const [first, again] = [await post(), await post()];
  expect([first.body.codes.length, again.body.codes, first.body.max_uses]).toEqual([3, [], 3]);
  const [one = '', two = ''] = first.body.codes;
  const [ada, ben] = [house.member(), house.member()];
  expect([await use(ada, one), await use(ben, one), await use(ben, two)]).toEqual([201, 'voucher_used_up', 201]);
  expect(await house.count(`voucher_codes AS t WHERE t::text LIKE '%' || $1 || '%'`, [one.replaceAll('-', '')])).toBe(
    0,
  );
});

it('a voucher holds within its window, and until it is ended', async () => {
  const at = (ms: number) => new Date(clock.now().getTime() + ms).toISOString();
  const { id, code, version } = await campaign({
    valid_from: at(1_000),
    valid_until: at(2_000),
    max_uses_per_member: 9,
  });
  const ada = house.member();
  expect(await use(ada, code)).toBe('voucher_not_yet_valid');
  clock.advance(1_000);
  expect(await use(ada, code)).toBe(201);
  clock.advance(1_000);
  expect(await use(ada, code)).toBe('voucher_expired');
  const change = (body: object, of: number) =>
    staff.patch<CampaignDto>(`/api/v1/wallet/vouchers/campaigns/${id}`, body, { headers: { 'if-match': `"${of}"` } });
  expect((await change({ valid_until: at(10_000) }, version)).status).toBe(200);
  expect((await change({ active: false }, version)).problem?.code).toBe('version_mismatch');
  expect(await use(ada, code)).toBe(201);
  expect((await change({ budget_minor: 999 }, version + 1)).problem?.code).toBe('limit_below_used');
  expect((await change({ active: false }, version + 1)).body).toMatchObject({ active: false, uses: 2, version: 3 });
  expect(await use(ada, code)).toBe('voucher_inactive');
  expect(await use(ada, 'NEVER-MADE')).toBe('code_unknown');
  const twice = await staff.post('/api/v1/wallet/vouchers/campaigns', {
    name: 'x',
    currency: 'EUR',
    amount_minor: 1,
    budget_minor: 1,
    code,
  });
  expect(twice.problem?.code).toBe('code_taken');
  expect(await house.count('voucher_campaign_versions WHERE campaign_id = $1', [id])).toBe(3);
});

it('a message that is heard twice redeems once, and a no is said with its reason', async () => {
  const ada = house.member();
  const { id: campaignId } = await campaign();
  const asked = { redemptionId: newId(), campaignId, merchantId: house.merchantId, memberId: ada.id };
  house.say(voucherRedeem, asked);
  house.say(voucherRedeem, asked);
  await house.heard();
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 500 });
  expect(await house.times(voucherRedeemed, asked.redemptionId)).toBe(1);
  const second = { ...asked, redemptionId: newId() };
  house.say(voucherRedeem, second);
  expect(await house.said(voucherRefused, { redemptionId: second.redemptionId })).toMatchObject({
    code: 'voucher_used_up_by_member',
  });
  const nowhere = { ...asked, redemptionId: newId(), merchantId: newId() };
  house.say(voucherRedeem, nowhere);
  expect((await house.said(voucherRefused, { redemptionId: nowhere.redemptionId })).code).toBe('campaign_not_found');
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 500 });
});
