import { newId } from '@florin/kernel';
import type { WalletEntryDto } from '../src/accounts/transaction.dto';
import type { WalletDto } from '../src/accounts/wallet.dto';
import type { PaymentDto } from '../src/payments/payment.dto';
import { House, type Member, type Page } from './house';

let house: House;
let ada: Member;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());
beforeEach(async () => (ada = await house.rich(1_000)));

const entries = (member: Member, query: Record<string, string | number> = {}) =>
  member.http.get<Page<WalletEntryDto>>('/api/v1/wallet/transactions', { query: { currency: 'EUR', ...query } });

it('WAL-01: somebody whose money never moved here has no balances', async () => {
  const stranger = house.member();
  expect((await stranger.http.get('/api/v1/wallet')).body).toEqual({ member_id: stranger.id, balances: [] });
});

it('WAL-02, GAP-WAL-15: the statement tells every change, newest first, each with the balance after it', async () => {
  const paid = await house.paid(ada, { walletMinor: 300 });
  const topup = await house.topUp(ada, 50);
  const { body } = await entries(ada);
  expect(
    body.data.map(({ kind, amount_minor, balance_after_minor }) => [kind, amount_minor, balance_after_minor]),
  ).toEqual([
    ['topup', 50, 750],
    ['wallet_payment', -300, 700],
    ['topup', 1_000, 1_000],
  ]);
  expect(body.data.map(({ reference }) => reference).slice(0, 2)).toEqual([
    `topup:${topup.id}`,
    `order:${paid.orderId}`,
  ]);
});

it('GAP-WAL-15: page by page it is the same statement, without gap or repetition', async () => {
  for (let amount = 1; amount <= 6; amount += 1) await house.topUp(ada, amount);
  const whole = (await entries(ada)).body.data;
  const paged: WalletEntryDto[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { body }: { body: Page<WalletEntryDto> } = await entries(ada, { limit: 2, ...(cursor && { cursor }) });
    paged.push(...body.data);
    cursor = body.has_more ? body.next_cursor : null;
  }
  expect(paged).toEqual(whole);
  expect(whole).toHaveLength(7);
});

it('WAL-07: each currency has a balance and a statement of its own', async () => {
  await house.topUp(ada, 90, 'USD');
  const { body } = await ada.http.get<WalletDto>('/api/v1/wallet');
  expect(body.balances.map(({ currency, posted_minor }) => [currency, posted_minor])).toEqual([
    ['EUR', 1_000],
    ['USD', 90],
  ]);
  expect((await entries(ada, { currency: 'USD' })).body.data).toMatchObject([{ currency: 'USD', amount_minor: 90 }]);
});

it('a member sees their own wallet and payments alone', async () => {
  const paid = await house.paid(ada, { cardMinor: 100 });
  const payment = await house.payment(paid);
  const ben = await house.rich(10);
  const list = async (member: Member) =>
    (await member.http.get<Page<PaymentDto>>('/api/v1/payments', { query: { order_id: paid.orderId } })).body.data;
  expect(await list(ada)).toMatchObject([{ id: payment.id, amount_minor: 100 }]);
  expect(await list(ben)).toEqual([]);
  expect((await ada.http.get(`/api/v1/payments/${payment.id}`)).status).toBe(200);
  expect((await ben.http.get(`/api/v1/payments/${payment.id}`)).status).toBe(404);
  expect((await ben.http.get(`/api/v1/wallet/members/${ada.id}`)).status).toBe(403);
  expect((await entries(ben)).body.data).toMatchObject([{ kind: 'topup', amount_minor: 10 }]);
});

it('staff see the members and payments of their merchant, and of no other', async () => {
  const paid = await house.paid(ada, { cardMinor: 100 });
  const payment = await house.payment(paid);
  const path = `/api/v1/wallet/members/${ada.id}`;
  const agent = house.staff('support_agent');
  expect((await agent.get<WalletDto>(path)).body.balances).toMatchObject([{ currency: 'EUR', posted_minor: 1_000 }]);
  const foreign = house.staff('finance_ops', [newId()]);
  expect((await foreign.get<WalletDto>(path)).body.balances).toEqual([]);
  expect((await foreign.get(`/api/v1/payments/${payment.id}`)).status).toBe(404);
  expect((await foreign.get<Page<PaymentDto>>('/api/v1/payments')).body.data).toEqual([]);
  expect((await house.staff('catalog_manager').get(path)).status).toBe(403);
});

it('WAL-01: what a member has at one merchant neither shows nor pays at another', async () => {
  const elsewhere = newId();
  const there = house.member(ada.id, [elsewhere]);
  await house.topUp(there, 70);
  const balancesOf = async (member: Member) => (await member.http.get<WalletDto>('/api/v1/wallet')).body.balances;
  expect(await balancesOf(ada)).toMatchObject([{ posted_minor: 1_000 }]);
  expect(await balancesOf(there)).toMatchObject([{ posted_minor: 70 }]);
  expect((await entries(there)).body.data).toMatchObject([{ kind: 'topup', amount_minor: 70 }]);
  const agent = house.staff('support_agent', [elsewhere]);
  expect((await agent.get<WalletDto>(`/api/v1/wallet/members/${ada.id}`)).body.balances).toMatchObject([
    { posted_minor: 70 },
  ]);
  const tooMuch = house.reserve(ada, { merchantId: elsewhere, walletMinor: 71 });
  await house.reached(tooMuch, 'refused');
});

it('WAL-14: no answer shows the card token', async () => {
  const paid = await house.paid(ada, { cardMinor: 100, cardToken: 'tok_mastercard' });
  const payment = await house.payment(paid);
  expect(JSON.stringify(payment)).not.toContain('tok_mastercard');
  const list = await ada.http.get('/api/v1/payments');
  expect(JSON.stringify(list.body)).not.toContain('tok_');
});

it('nobody without a token sees anything', async () => {
  for (const path of ['wallet', 'wallet/transactions?currency=EUR', 'payments', 'cashback', `topups/${newId()}`])
    expect((await house.service.http.get(`/api/v1/${path}`)).status).toBe(401);
});

it('WAL-22: a payment is a row with what was charged, captured and given back', async () => {
  const paid = await house.paid(ada, { cardMinor: 100 });
  const [row] = await house.service.query('SELECT * FROM payment_transactions WHERE order_id = $1', [paid.orderId]);
  expect(row).toMatchObject({
    purpose: 'order',
    subject_id: paid.checkoutId,
    member_id: ada.id,
    merchant_id: house.merchantId,
    currency: 'EUR',
    amount_minor: 100,
    captured_minor: 100,
    refunded_minor: 0,
    processor: 'stripe',
    provider_reference: expect.stringMatching(/^pi_/),
    state: 'captured',
  });
  await expect(
    house.service.query('UPDATE payment_transactions SET captured_minor = 101 WHERE order_id = $1', [paid.orderId]),
  ).rejects.toThrow('captures_never_above_the_authorisation');
});
