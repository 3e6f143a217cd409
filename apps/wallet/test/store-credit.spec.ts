import { refundCompleted, refundIssue } from '@florin/contracts';
import { FixedClock, newId } from '@florin/kernel';
import type { HttpClient } from '@florin/testing';
import type { WalletSettingsDto } from '../src/settings/settings.dto';
import { ExpireStoreCredit } from '../src/store-credit/expire-store-credit';
import type { StoreCreditDto } from '../src/store-credit/store-credit.dto';
import { House, type Member, type Page } from './house';

let house: House;
let staff: HttpClient;
const clock = new FixedClock(new Date('2026-11-21T12:00:00Z'));
beforeAll(async () => {
  house = await House.open({ clock });
  staff = house.staff('finance_ops');
});
afterAll(async () => {
  expect(await house.faultsInBooks()).toEqual([]);
  await house.close();
});

const grant = async (member: Member, amount_minor: number, more: object = {}): Promise<StoreCreditDto> => {
  const input = { member_id: member.id, amount_minor, currency: 'EUR', reason: 'The parcel was late', ...more };
  const answer = await staff.post<StoreCreditDto>('/api/v1/wallet/store-credit', input);
  expect(answer.status).toBe(201);
  return answer.body;
};
const withdraw = (id: string) =>
  staff.post<StoreCreditDto>(`/api/v1/wallet/store-credit/${id}/withdraw`, { reason: 'Granted by mistake' });
const credits = async (member: Member) =>
  (await member.http.get<Page<StoreCreditDto>>('/api/v1/wallet/store-credit')).body.data.map(
    ({ available_minor, held_minor, state }) => [available_minor, held_minor, state],
  );

it('a refund of goods goes to the store credit it came from, or becomes store credit when the member takes that', async () => {
  const ada = await house.rich(500);
  await grant(ada, 300);
  const { checkoutId, orderId } = await house.paid(ada, { walletMinor: 800 });
  const refund = async (walletMinor: number, toStoreCredit: boolean) => {
    const refundId = newId();
    const of = { checkoutId, orderId, memberId: ada.id, merchantId: house.merchantId, currency: 'EUR' };
    house.say(refundIssue, { ...of, refundId, walletMinor, cardMinor: 0, reason: 'Too small', toStoreCredit });
    return house.said(refundCompleted, { refundId });
  };
  await refund(400, true);
  expect((await house.wallet(ada))?.posted_minor).toBe(0);
  await refund(400, false);
  const sum = (await credits(ada)).reduce((total, [available]) => total + Number(available), 0);
  expect([sum, (await house.wallet(ada))?.posted_minor]).toEqual([700, 100]);
});

it('store credit is spent before wallet money, or after it where the merchant says so', async () => {
  const ada = await house.rich(1_000);
  await grant(ada, 300);
  const first = await house.paid(ada, { walletMinor: 400 });
  expect([await credits(ada), (await house.wallet(ada))?.posted_minor]).toEqual([[[0, 0, 'active']], 900]);
  expect(first.walletMinor).toBe(400);
  const { body } = await staff.get<WalletSettingsDto>('/api/v1/wallet/settings');
  const settings = { ...body.settings, store_credit: { spend: 'after_wallet' } };
  const put = (version: number) =>
    staff.put(
      '/api/v1/wallet/settings',
      { settings, reason: 'Cash first' },
      { headers: { 'if-match': `"${version}"` } },
    );
  expect([(await put(0)).status, (await put(0)).problem?.code]).toEqual([200, 'version_mismatch']);
  await grant(ada, 300);
  await house.paid(ada, { walletMinor: 1_000 });
  expect([await credits(ada), (await house.wallet(ada))?.posted_minor]).toEqual([
    [
      [200, 0, 'active'],
      [0, 0, 'active'],
    ],
    0,
  ]);
  expect((await put(1)).status).toBe(200);
  const history = await staff.get<Page<WalletSettingsDto>>('/api/v1/wallet/settings/history');
  expect(history.body.data.map(({ version }) => version)).toEqual([2, 1]);
});

it('credit that was granted by mistake is taken back, and expired credit is the merchant’s', async () => {
  const ada = house.member();
  const { id } = await grant(ada, 300);
  const held = house.reserve(ada, { walletMinor: 100 });
  await house.reached(held, 'reserved');
  expect((await withdraw(id)).problem?.code).toBe('in_use');
  house.release(held);
  await house.reached(held, 'released');
  expect((await withdraw(id)).body).toMatchObject({ state: 'withdrawn', available_minor: 0 });
  expect((await withdraw(id)).problem?.code).toBe('not_active');
  expect((await withdraw(newId())).status).toBe(404);
  expect(
    (await house.staff('finance_ops', [newId()]).post(`/api/v1/wallet/store-credit/${id}/withdraw`, { reason: 'x' }))
      .status,
  ).toBe(404);
  const expires_at = new Date(clock.now().getTime() + 1_000).toISOString();
  await grant(ada, 70, { expires_at });
  clock.advance(1_000);
  await house.service.app.get(ExpireStoreCredit).run();
  expect(await credits(ada)).toEqual([
    [0, 0, 'expired'],
    [0, 0, 'withdrawn'],
  ]);
  expect(
    await house.count(
      'stored_value_steps AS step JOIN store_credits AS credit ON credit.id = step.subject_id WHERE member_id = $1',
      [ada.id],
    ),
  ).toBe(4);
});

it('store credit is never wallet money: it is not in the balance that can be paid out', async () => {
  const ada = house.member();
  await grant(ada, 300);
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 0, available_minor: 0 });
  const other = house.reserve(ada, { walletMinor: 301 });
  await house.reached(other, 'refused');
  expect(await credits(ada)).toEqual([[300, 0, 'active']]);
});
