import { type CashbackAccrued, cashbackAccrued, cashbackChanged, cashbackReversed } from '@florin/contracts';
import { FixedClock, newId } from '@florin/kernel';
import { PayCashback } from '../src/cashback/pay-cashback';
import type { CashbackDetailDto, CashbackDto } from '../src/cashback/cashback.dto';
import type { FreezeDto } from '../src/limits/limits.dto';
import type { WalletSettingsDto } from '../src/settings/settings.dto';
import { House, type Member, type Page, soon } from './house';

const dayMs = 86_400_000;

let clock: FixedClock;
let house: House;
let ada: Member;
beforeAll(async () => {
  clock = new FixedClock(new Date());
  house = await House.open({ clock });
});
afterAll(() => house.close());
beforeEach(() => (ada = house.member()));

function grant(amountMinor: number, more: Partial<CashbackAccrued> = {}, id?: string): CashbackAccrued {
  const granted: CashbackAccrued = {
    cashbackId: newId(),
    orderId: newId(),
    memberId: ada.id,
    merchantId: house.merchantId,
    amountMinor,
    currency: 'EUR',
    payableAt: new Date(clock.now().getTime() + 14 * dayMs).toISOString(),
    ...more,
  };
  house.say(cashbackAccrued, granted, { id });
  return granted;
}

function takeBack(of: CashbackAccrued, amountMinor: number, refundId = newId()): string {
  const { cashbackId, orderId, memberId, merchantId, currency } = of;
  house.say(cashbackReversed, { refundId, cashbackId, orderId, memberId, merchantId, amountMinor, currency });
  return refundId;
}

/** Pays what is due, once nothing that was said holds a row any more: the job passes over locked ones until its next run. */
async function payDue(): Promise<void> {
  await house.heard();
  await house.service.app.get(PayCashback, { strict: false }).run();
}

async function mine(member: Member): Promise<CashbackDto[]> {
  return (await member.http.get<Page<CashbackDto>>('/api/v1/cashback')).body.data;
}

/** The cashback once it stands so. */
async function stands(of: CashbackAccrued, expected: Partial<CashbackDto>): Promise<void> {
  await soon(async () => expect((await mine(ada)).find(({ id }) => id === of.cashbackId)).toMatchObject(expected));
}

it('WAL-05: waits as pending, is nothing to spend yet, and is in the wallet once its time has come', async () => {
  const granted = grant(450);
  await stands(granted, { amount_minor: 450, state: 'pending', order_id: granted.orderId });
  expect(await house.wallet(ada)).toMatchObject({ cashback_pending_minor: 450, posted_minor: 0, available_minor: 0 });
  clock.advance(13 * dayMs);
  await payDue();
  await stands(granted, { state: 'pending' });
  clock.advance(2 * dayMs);
  await payDue();
  await payDue();
  await stands(granted, { state: 'paid' });
  expect(await house.wallet(ada)).toMatchObject({ cashback_pending_minor: 0, posted_minor: 450, available_minor: 450 });
  expect(await house.booked(`order:${granted.orderId}`)).toEqual([
    { kind: 'cashback_accrued', account: `merchant:${house.merchantId}:cashback-cost:EUR`, amount: -450 },
    {
      kind: 'cashback_accrued',
      account: `member:${ada.id}:merchant:${house.merchantId}:cashback-pending:EUR`,
      amount: 450,
    },
    {
      kind: 'cashback_paid',
      account: `member:${ada.id}:merchant:${house.merchantId}:cashback-pending:EUR`,
      amount: -450,
    },
    { kind: 'cashback_paid', account: `member:${ada.id}:merchant:${house.merchantId}:wallet:EUR`, amount: 450 },
  ]);
  await soon(() =>
    expect(
      house.peer
        .of(cashbackChanged, { cashbackId: granted.cashbackId })
        .map(({ state, amountMinor }) => [state, amountMinor]),
    ).toEqual([
      ['pending', 450],
      ['confirmed', 450],
      ['payable', 450],
      ['paid', 450],
    ]),
  );
});

it('cashback that was granted twice is booked once, by message or under a new one', async () => {
  const id = newId();
  const granted = grant(450, {}, id);
  grant(450, granted, id);
  grant(450, granted);
  await stands(grant(1), { state: 'pending' });
  expect(await house.wallet(ada)).toMatchObject({ cashback_pending_minor: 451 });
  expect(await house.times(cashbackChanged, granted.cashbackId)).toBe(1);
});

it('refunds take it back in parts while it waits, and the rest is paid', async () => {
  const granted = grant(450);
  takeBack(granted, 100);
  takeBack(granted, 50);
  await stands(granted, { reversed_minor: 150, state: 'pending' });
  expect(await house.wallet(ada)).toMatchObject({ cashback_pending_minor: 300 });
  clock.advance(15 * dayMs);
  await payDue();
  await stands(granted, { state: 'paid' });
  expect(await house.wallet(ada)).toMatchObject({ cashback_pending_minor: 0, posted_minor: 300 });
});

it('cashback that refunds took back whole is declined and never paid', async () => {
  const granted = grant(450);
  takeBack(granted, 450);
  await stands(granted, { reversed_minor: 450, state: 'declined', reason: 'refunded' });
  clock.advance(15 * dayMs);
  await payDue();
  await stands(granted, { state: 'declined' });
  expect(await house.wallet(ada)).toMatchObject({ cashback_pending_minor: 0, posted_minor: 0 });
});

it('the same refund takes it back once, however often it is said and even after it was paid', async () => {
  const granted = grant(450);
  const refundId = takeBack(granted, 100);
  await house.heard();
  takeBack(granted, 100, refundId);
  await stands(granted, { reversed_minor: 100 });
  clock.advance(15 * dayMs);
  await payDue();
  takeBack(granted, 100, refundId);
  takeBack(granted, 10);
  await stands(granted, { reversed_minor: 110 });
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 340, cashback_pending_minor: 0 });
});

it('after it was paid it comes out of the wallet, or the merchant bears it when it is spent', async () => {
  const granted = grant(450, { payableAt: clock.now().toISOString() });
  await stands(granted, { state: 'pending' });
  await payDue();
  await house.paid(ada, { walletMinor: 300 });
  takeBack(granted, 100);
  await stands(granted, { reversed_minor: 100, state: 'paid' });
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 50 });
  takeBack(granted, 200);
  await house.heard();
  takeBack(granted, 50);
  await stands(granted, { reversed_minor: 150 });
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 0 });
});

it('a reversal that overtakes its grant waits for it', async () => {
  const granted: CashbackAccrued = {
    cashbackId: newId(),
    orderId: newId(),
    memberId: ada.id,
    merchantId: house.merchantId,
    amountMinor: 450,
    currency: 'EUR',
    payableAt: new Date(clock.now().getTime() + dayMs).toISOString(),
  };
  takeBack(granted, 100);
  await new Promise((passed) => setTimeout(passed, 300));
  grant(450, granted);
  await stands(granted, { reversed_minor: 100, amount_minor: 450 });
  expect(await house.wallet(ada)).toMatchObject({ cashback_pending_minor: 350 });
});

it('pays a crowd in one round each once, and the books balance', async () => {
  const crowd = Array.from({ length: 60 }, (_, index) =>
    grant(index + 1, { memberId: newId(), payableAt: clock.now().toISOString() }),
  );
  const ids = crowd.map(({ cashbackId }) => cashbackId);
  const inState = (state: string) => house.count('wallet_cashback WHERE id = ANY($1) AND state = $2', [ids, state]);
  await soon(async () => expect(await inState('pending')).toBe(60));
  await Promise.all([payDue(), payDue(), payDue()]);
  await soon(async () => expect(await inState('paid')).toBe(60));
  expect(await house.count(`outbox WHERE type = 'wallet.cashback.changed' AND subject = ANY($1)`, [ids])).toBe(240);
  expect(await house.faultsInBooks()).toEqual([]);
});

it('is listed for its owner alone, newest first', async () => {
  const first = grant(10);
  await stands(first, { state: 'pending' });
  const second = grant(20);
  await stands(second, { state: 'pending' });
  expect((await mine(ada)).map(({ id }) => id)).toEqual([second.cashbackId, first.cashbackId]);
  const page = (await ada.http.get<Page<CashbackDto>>('/api/v1/cashback?limit=1')).body;
  const rest = await ada.http.get<Page<CashbackDto>>('/api/v1/cashback', { query: { cursor: page.next_cursor ?? '' } });
  expect([page.has_more, page.data[0]?.id, rest.body.data[0]?.id]).toEqual([true, second.cashbackId, first.cashbackId]);
  expect(await mine(house.member())).toEqual([]);
  expect(await mine(house.member(ada.id, [newId()]))).toEqual([]);
});

it('WAL-05: where the merchant wants to see it first, cashback waits as confirmed until staff let it go or decline it with a reason', async () => {
  const finance = house.staff('finance_ops');
  const settings = async (approval: 'automatic' | 'staff') => {
    const { body } = await finance.get<WalletSettingsDto>('/api/v1/wallet/settings');
    const input = { settings: { ...body.settings, cashback: { approval } }, reason: 'Too many returns' };
    const headers = { 'if-match': `"${body.version}"` };
    expect((await finance.put('/api/v1/wallet/settings', input, { headers })).status).toBe(200);
  };
  await settings('staff');
  const payableAt = clock.now().toISOString();
  const [good, bad, early] = [grant(300, { payableAt }), grant(200, { payableAt }), grant(100)];
  await stands(early, { state: 'pending' });
  await payDue();
  await stands(good, { state: 'confirmed' });
  expect(await house.wallet(ada)).toMatchObject({ cashback_pending_minor: 600, posted_minor: 0 });
  const decide = (of: CashbackAccrued, what: string, body: object = {}) =>
    finance.post<CashbackDetailDto>(`/api/v1/cashback/${of.cashbackId}/${what}`, body);
  expect((await decide(early, 'approve')).problem?.code).toBe('not_confirmed');
  expect((await decide(good, 'approve')).body).toMatchObject({ state: 'payable' });
  expect((await decide(bad, 'decline', { reason: 'Bought by staff' })).body).toMatchObject({ state: 'declined' });
  expect((await decide(early, 'decline', { reason: 'Voucher abuse' })).body).toMatchObject({ state: 'declined' });
  await payDue();
  await settings('automatic');
  await stands(good, { state: 'paid' });
  await stands(bad, { state: 'declined', reason: 'Bought by staff' });
  expect(await house.wallet(ada)).toMatchObject({ cashback_pending_minor: 0, posted_minor: 300 });
  expect((await decide(good, 'decline', { reason: 'Late' })).problem?.code).toBe('already_settled');
  const detail = (await ada.http.get<CashbackDetailDto>(`/api/v1/cashback/${good.cashbackId}`)).body;
  expect(detail.steps.map(({ from_state, to_state }) => [from_state, to_state])).toEqual([
    ['none', 'pending'],
    ['pending', 'confirmed'],
    ['confirmed', 'payable'],
    ['payable', 'paid'],
  ]);
  const listed = async (query: Record<string, string>) =>
    (await finance.get<Page<CashbackDto>>('/api/v1/cashback', { query })).body.data.map(({ id }) => id);
  expect(await listed({ member_id: ada.id, state: 'declined' })).toEqual(
    [early, bad].map(({ cashbackId }) => cashbackId),
  );
  expect(await listed({ order_id: good.orderId })).toEqual([good.cashbackId]);
  expect((await house.member().http.get(`/api/v1/cashback/${good.cashbackId}`)).status).toBe(404);
  expect(await house.faultsInBooks()).toEqual([]);
});

it('payable cashback of a wallet that is frozen altogether waits until it is thawed', async () => {
  const finance = house.staff('finance_ops');
  const granted = grant(450, { payableAt: clock.now().toISOString() });
  await stands(granted, { state: 'pending' });
  const path = `/api/v1/wallet/members/${ada.id}/freezes`;
  expect((await finance.post<FreezeDto>(path, { scope: 'all', reason: 'Under review' })).status).toBe(201);
  await payDue();
  await stands(granted, { state: 'payable' });
  await finance.post(`${path}/lift`, { reason: 'Cleared' });
  await payDue();
  await stands(granted, { state: 'paid' });
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 450 });
});
