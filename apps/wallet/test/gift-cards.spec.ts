import { giftCardChanged, paymentCaptured, refundCompleted, refundIssue } from '@florin/contracts';
import { FixedClock, newId } from '@florin/kernel';
import type { HttpClient } from '@florin/testing';
import { ExpireGiftCards } from '../src/gift-cards/expire-gift-cards';
import type { GiftCardBatchDto, GiftCardDto, GiftCardEntryDto } from '../src/gift-cards/gift-card.dto';
import type { WalletSettingsDto } from '../src/settings/settings.dto';
import { House, type Member, type Page } from './house';

let house: House;
let staff: HttpClient;
const clock = new FixedClock(new Date('2026-11-21T12:00:00Z'));
beforeAll(async () => {
  house = await House.open({ clock, env: { RATE_LIMITS: 'off' } });
  // One person: a key is repeated by whoever used it.
  staff = house.service.http.as({ sub: newId(), roles: ['finance_ops'], merchants: [house.merchantId] });
});
afterAll(async () => {
  expect(await house.faultsInBooks()).toEqual([]);
  await house.close();
});

const issue = async (amount_minor: number, more: object = {}): Promise<GiftCardBatchDto> => {
  const input = { amount_minor, currency: 'EUR', reason: 'Sold at the desk', ...more };
  const answer = await staff.post<GiftCardBatchDto>('/api/v1/wallet/gift-cards', input);
  expect(answer.status).toBe(201);
  return answer.body;
};
const codeOf = async (amount_minor: number, more: object = {}): Promise<{ id: string; code: string }> => {
  const [card] = (await issue(amount_minor, more)).cards;
  return { id: card?.id ?? '', code: card?.code ?? '' };
};
const tell = (member: Member, what: 'check' | 'claim', code: string) =>
  member.http.post<GiftCardDto>(`/api/v1/wallet/gift-cards/${what}`, { code });
const redeem = (member: Member, code: string, into: string) =>
  member.http.post<GiftCardDto>('/api/v1/wallet/gift-cards/redeem', { code, into });
const claimed = async (member: Member, amount_minor: number, more: object = {}): Promise<string> => {
  const { id, code } = await codeOf(amount_minor, more);
  expect((await tell(member, 'claim', code)).status).toBe(200);
  return id;
};
const card = async (id: string): Promise<GiftCardDto> =>
  (await staff.get<GiftCardDto>(`/api/v1/wallet/gift-cards/${id}`)).body;
const expire = () => house.service.app.get(ExpireGiftCards).run();

const settings = async (change: (settings: WalletSettingsDto['settings']) => void): Promise<void> => {
  const { body } = await staff.get<WalletSettingsDto>('/api/v1/wallet/settings');
  change(body.settings);
  const input = { settings: body.settings, reason: 'A new policy' };
  const headers = { 'if-match': `"${body.version}"` };
  expect((await staff.put('/api/v1/wallet/settings', input, { headers })).status).toBe(200);
};

const refund = async (
  paid: { checkoutId: string; orderId: string; memberId: string; currency: string },
  walletMinor: number,
) => {
  const { checkoutId, orderId, memberId, currency } = paid;
  const refundId = newId();
  const reason = 'Does not fit';
  house.say(refundIssue, {
    refundId,
    checkoutId,
    orderId,
    memberId,
    currency,
    merchantId: house.merchantId,
    walletMinor,
    cardMinor: 0,
    reason,
  });
  return house.said(refundCompleted, { refundId });
};

it('GAP-WAL-13: a gift card pays part of an order, and a refund puts it back onto the same card', async () => {
  const ada = await house.rich(1_000);
  const id = await claimed(ada, 700);
  const paid = await house.paid(ada, { walletMinor: 900 });
  expect(await card(id)).toMatchObject({ available_minor: 0, held_minor: 0, owner_id: ada.id });
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 800 });
  expect((await house.said(paymentCaptured, { checkoutId: paid.checkoutId })).parts).toEqual([
    { source: 'gift_card', sourceId: id, amountMinor: 700 },
    { source: 'wallet', amountMinor: 200 },
  ]);
  expect((await refund(paid, 300)).parts).toEqual([
    { source: 'gift_card', sourceId: id, amountMinor: 100 },
    { source: 'wallet', amountMinor: 200 },
  ]);
  await refund(paid, 600);
  expect([(await card(id)).available_minor, (await house.wallet(ada))?.posted_minor]).toEqual([700, 1_000]);
  const { body } = await ada.http.get<Page<GiftCardEntryDto>>(`/api/v1/wallet/gift-cards/${id}/transactions`);
  expect(
    body.data.map(({ kind, amount_minor, balance_after_minor }) => [kind, amount_minor, balance_after_minor]),
  ).toEqual([
    ['refund', 600, 700],
    ['refund', 100, 100],
    ['gift_card_payment', -700, 0],
    ['gift_card_issued', 700, 700],
  ]);
});

it('what a checkout holds of a card is free again when the checkout ends, and cannot be cancelled before', async () => {
  const ada = house.member();
  const id = await claimed(ada, 500);
  const held = house.reserve(ada, { walletMinor: 300, giftCards: [{ giftCardId: id, amountMinor: 300 }] });
  await house.reached(held, 'reserved');
  expect(await card(id)).toMatchObject({ available_minor: 200, held_minor: 300 });
  const cancel = () => staff.post<GiftCardDto>(`/api/v1/wallet/gift-cards/${id}/cancel`, { reason: 'Lost' });
  expect((await cancel()).problem?.code).toBe('in_use');
  const second = house.reserve(ada, { walletMinor: 201 });
  await house.reached(second, 'refused');
  house.release(held);
  await house.reached(held, 'released');
  expect(await card(id)).toMatchObject({ available_minor: 500, held_minor: 0 });
  expect((await cancel()).body).toMatchObject({ state: 'cancelled', available_minor: 0 });
  expect((await cancel()).problem?.code).toBe('not_active');
  await house.said(giftCardChanged, { giftCardId: id, change: 'cancelled' });
  expect(
    await house.count(
      `stored_value_steps WHERE subject_id = $1 AND step = 'cancelled' AND amount_minor = 500 AND reason = 'Lost'`,
      [id],
    ),
  ).toBe(1);
});

it('twenty checkouts at once never spend more of a card than is on it', async () => {
  const ada = house.member();
  const id = await claimed(ada, 1_000);
  const asked = Array.from({ length: 20 }, () => house.reserve(ada, { walletMinor: 300 }));
  await house.heard();
  const states = await Promise.all(asked.map(({ checkoutId }) => house.stateOf(checkoutId)));
  expect(states.filter((state) => state === 'reserved')).toHaveLength(3);
  expect(await card(id)).toMatchObject({ available_minor: 100, held_minor: 900 });
});

it('a card of somebody else, too little of it, or more than is to be paid refuses the checkout and holds nothing', async () => {
  const [ada, ben] = [await house.rich(1_000), house.member()];
  const [mine, theirs] = [await claimed(ada, 500), await claimed(ben, 500)];
  for (const [giftCardId, amountMinor, walletMinor] of [
    [theirs, 100, 100],
    [mine, 501, 600],
    [mine, 200, 100],
  ] as const) {
    const asked = house.reserve(ada, { walletMinor, giftCards: [{ giftCardId, amountMinor }] });
    await house.reached(asked, 'refused');
  }
  expect([await card(mine), await card(theirs)].map(({ held_minor }) => held_minor)).toEqual([0, 0]);
  expect(await house.wallet(ada)).toMatchObject({ held_minor: 0 });
});

it('a code is shown once and kept as a hash: a repeated answer and the tables have none', async () => {
  const input = { amount_minor: 100, currency: 'EUR', count: 3, reason: 'A batch' };
  const key = newId();
  const first = await staff.post<GiftCardBatchDto>('/api/v1/wallet/gift-cards', input, { key });
  const again = await staff.post<GiftCardBatchDto>('/api/v1/wallet/gift-cards', input, { key });
  const codes = first.body.cards.map(({ code }) => code ?? '');
  expect([new Set(codes).size, again.headers.get('idempotent-replayed')]).toEqual([3, 'true']);
  expect(again.body.cards.map(({ id, code }) => [id, code])).toEqual(first.body.cards.map(({ id }) => [id, null]));
  expect(first.body.cards.every(({ code, last4 }) => code?.endsWith(last4))).toBe(true);
  for (const table of ['gift_cards', 'idempotency_keys', 'outbox', 'stored_value_steps'])
    for (const code of codes)
      for (const text of [code, code.replaceAll('-', '')])
        expect(await house.count(`${table} AS t WHERE t::text LIKE '%' || $1 || '%'`, [text])).toBe(0);
});

it('of two who claim a card at once one gets it, and to the other the code does not exist', async () => {
  const { id, code } = await codeOf(100);
  const both = await Promise.all([tell(house.member(), 'claim', code), tell(house.member(), 'claim', code)]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 404]);
  const eve = await tell(house.member(), 'check', code);
  const wrong = await tell(house.member(), 'check', 'ABCD-EFGH-JKMN-PQRS');
  const elsewhere = house.service.http.as({ sub: newId(), roles: ['customer'], merchants: [newId()] });
  const foreign = await elsewhere.post('/api/v1/wallet/gift-cards/check', { code: (await codeOf(5)).code });
  const bare = ({ problem }: { problem?: object | undefined }) => ({ ...problem, request_id: '', instance: '' });
  expect([bare(wrong), bare(foreign)]).toEqual([bare(eve), bare(eve)]);
  expect(eve.problem?.code).toBe('code_unknown');
  expect((await house.member().http.get(`/api/v1/wallet/gift-cards/${id}`)).status).toBe(404);
  const desk = await staff.post<GiftCardDto>('/api/v1/wallet/gift-cards/check', { code });
  expect(desk.body).toMatchObject({ id, available_minor: 100 });
});

it('who tries too many wrong codes is locked out, also with the right one, and others are not', async () => {
  const { code } = await codeOf(100);
  const eve = house.member();
  const tries = await Promise.all(Array.from({ length: 25 }, () => tell(eve, 'check', 'ABCD-EFGH-JKMN-PQRS')));
  expect(tries.filter(({ status }) => status === 404)).toHaveLength(10);
  const locked = await tell(eve, 'check', code);
  expect([locked.status, locked.problem?.code, Number(locked.headers.get('retry-after')) > 3_000]).toEqual([
    429,
    'codes_locked',
    true,
  ]);
  expect((await tell(house.member(), 'check', code)).status).toBe(200);
  clock.advance(60 * 60_000);
  expect((await tell(eve, 'check', code)).body).toMatchObject({ available_minor: 100 });
});

it('a card goes into the wallet or into store credit only where the merchant allows it', async () => {
  const ada = house.member();
  const { id, code } = await codeOf(400);
  expect((await redeem(ada, code, 'wallet')).problem?.code).toBe('not_redeemable');
  await settings((all) => (all.gift_cards.redeem_into = ['wallet', 'store_credit']));
  const both = await Promise.all([redeem(ada, code, 'wallet'), redeem(ada, code, 'wallet')]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 422]);
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 400 });
  expect(await card(id)).toMatchObject({ state: 'active', available_minor: 0 });
  expect((await redeem(ada, (await codeOf(300)).code, 'store_credit')).status).toBe(200);
  const { body } = await ada.http.get<Page<{ available_minor: number; source: string }>>('/api/v1/wallet/store-credit');
  expect(body.data).toMatchObject([{ available_minor: 300, source: 'gift_card' }]);
});

it('a card that expires is the merchant’s, one that is held waits, and a refund revives it for a while', async () => {
  const ada = house.member();
  const expires_at = new Date(clock.now().getTime() + 3_600_000).toISOString();
  const [id, busy] = [await claimed(ada, 500, { expires_at }), await claimed(house.member(), 50, { expires_at })];
  const paid = await house.paid(ada, { walletMinor: 200 });
  const owner = { id: (await card(busy)).owner_id ?? '' };
  const held = house.reserve(house.member(owner.id), { walletMinor: 20 });
  await house.reached(held, 'reserved');
  clock.advance(3_600_000);
  const late = house.reserve(ada, { walletMinor: 100 });
  await house.reached(late, 'refused');
  await expire();
  expect([await card(id), await card(busy)]).toMatchObject([
    { state: 'expired', available_minor: 0 },
    { state: 'active', held_minor: 20 },
  ]);
  expect(await house.booked(`gift_card_expired:${id}:${Date.parse(expires_at)}`)).toMatchObject([
    { amount: -300 },
    { account: `merchant:${house.merchantId}:expired-value:EUR`, amount: 300 },
  ]);
  await refund(paid, 200);
  expect(await card(id)).toMatchObject({ state: 'active', available_minor: 200 });
  house.release(held);
  await house.reached(held, 'released');
  await expire();
  expect([await card(id), await card(busy)]).toMatchObject([
    { state: 'active' },
    { state: 'expired', available_minor: 0 },
  ]);
  clock.advance(90 * 86_400_000 + 1);
  await expire();
  expect(await card(id)).toMatchObject({ state: 'expired', available_minor: 0 });
});

it('what was paid with a card that was cancelled since comes back as store credit', async () => {
  const ada = house.member();
  const id = await claimed(ada, 500);
  const paid = await house.paid(ada, { walletMinor: 500 });
  expect((await staff.post(`/api/v1/wallet/gift-cards/${id}/cancel`, { reason: 'Reported stolen' })).status).toBe(200);
  await refund(paid, 500);
  const { body } = await ada.http.get<Page<object>>('/api/v1/wallet/store-credit');
  expect(body.data).toMatchObject([{ available_minor: 500, source: 'refund', state: 'active' }]);
  expect(await card(id)).toMatchObject({ state: 'cancelled', available_minor: 0 });
});
