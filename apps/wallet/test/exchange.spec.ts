import { exchangeCompleted, paymentCaptured, refundCompleted, refundIssue } from '@florin/contracts';
import { FixedClock, newId } from '@florin/kernel';
import type { HttpClient } from '@florin/testing';
import type { ImportedRatesDto, QuoteDto, RateDto } from '../src/exchange/exchange.dto';
import { House, type Member, type Page } from './house';

let house: House;
let staff: HttpClient;
const clock = new FixedClock(new Date('2026-11-21T12:00:00Z'));
beforeAll(async () => {
  house = await House.open({ clock });
  staff = house.staff('finance_ops');
  expect((await say({ base: 'EUR', quote: 'USD', rate: '1.0843' })).status).toBe(201);
});
afterAll(async () => {
  expect(await house.faultsInBooks()).toEqual([]);
  await house.close();
});

const say = (rate: object) => staff.post<RateDto>('/api/v1/wallet/exchange/rates', { source: 'ECB', ...rate });
const ask = (member: Member, asked: object) =>
  member.http.post<QuoteDto>('/api/v1/wallet/exchange/quotes', { from_currency: 'EUR', to_currency: 'USD', ...asked });
const accept = (member: Member, id: string, key?: string) =>
  member.http.post<QuoteDto>(`/api/v1/wallet/exchange/quotes/${id}/accept`, {}, key ? { key } : {});
const posted = async (member: Member, currency: string) => (await house.wallet(member, currency))?.posted_minor;
const position = async (currency: string): Promise<number> => {
  const [row] = await house.service.query<{ posted: number }>('SELECT posted FROM ledger_accounts WHERE code = $1', [
    `merchant:${house.merchantId}:exchange-position:${currency}`,
  ]);
  return row?.posted ?? 0;
};

it('WAL-07: money is exchanged as quoted, once, and each currency of the journal sums to zero', async () => {
  const ada = await house.rich(20_000);
  const before = [await position('EUR'), await position('USD')];
  const quote = await ask(ada, { from_minor: 10_000 });
  expect(quote.body).toMatchObject({
    to_minor: 10_735,
    rate: '1.0843',
    spread_bps: 100,
    inverted: false,
    used_for: null,
  });
  const key = newId();
  const answers = await Promise.all([
    accept(ada, quote.body.id, key),
    accept(ada, quote.body.id, key),
    accept(ada, quote.body.id),
  ]);
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(1);
  for (const { status, problem } of answers)
    expect([200, 409]).toContain(
      status === 409 && problem?.code === 'request_in_flight' ? 409 : problem?.code === 'quote_used' ? 409 : status,
    );
  expect([await posted(ada, 'EUR'), await posted(ada, 'USD')]).toEqual([10_000, 10_735]);
  expect([await position('EUR'), await position('USD')]).toEqual([
    (before[0] ?? 0) + 10_000,
    (before[1] ?? 0) - 10_735,
  ]);
  const sums = await house.booked(`exchange:${quote.body.id}`);
  for (const currency of ['EUR', 'USD'])
    expect(sums.filter(({ account }) => account.endsWith(currency)).reduce((sum, { amount }) => sum + amount, 0)).toBe(
      0,
    );
  expect(await house.said(exchangeCompleted, { quoteId: quote.body.id })).toMatchObject({
    fromMinor: 10_000,
    toMinor: 10_735,
  });
  expect((await accept(ada, quote.body.id)).problem?.code).toBe('quote_used');
});

it('a quote stands for its time, at the rate and spread of its moment, for whoever asked', async () => {
  const ada = await house.rich(20_000);
  const wanted = (await ask(ada, { to_minor: 5_000 })).body;
  expect(wanted).toMatchObject({ from_minor: 4_658, to_minor: 5_000 });
  await say({
    base: 'EUR',
    quote: 'USD',
    rate: '2',
    valid_from: new Date(clock.now().getTime() + 30_000).toISOString(),
  });
  clock.advance(59_000);
  expect((await ask(ada, { from_minor: 100 })).body).toMatchObject({ to_minor: 198, rate: '2' });
  expect((await accept(house.member(), wanted.id)).status).toBe(404);
  expect((await accept(ada, wanted.id)).status).toBe(200);
  expect(await posted(ada, 'USD')).toBe(5_000);
  const late = (await ask(ada, { from_minor: 100 })).body;
  clock.advance(60_000);
  expect((await accept(ada, late.id)).problem?.code).toBe('quote_expired');
  await say({ base: 'EUR', quote: 'USD', rate: '1.0843' });
});

it('what cannot be exchanged is refused: no rate, no money, no coin so small, one currency, two amounts', async () => {
  const ada = await house.rich(100);
  const code = async (asked: object) => (await ask(ada, asked)).problem?.code;
  expect(await code({ to_currency: 'GBP', from_minor: 1 })).toBe('rate_unknown');
  expect(await code({ to_currency: 'EUR', from_minor: 1 })).toBe('same_currency');
  expect(await code({ from_minor: 1, to_minor: 1 })).toBe('one_amount');
  expect(await code({})).toBe('one_amount');
  await say({ base: 'EUR', quote: 'JPY', rate: '163.5' });
  expect((await ask(ada, { from_currency: 'JPY', to_currency: 'EUR', from_minor: 1 })).problem?.code).toBe(
    'amount_too_small',
  );
  const poor = (await ask(ada, { from_minor: 101 })).body;
  expect((await accept(ada, poor.id)).problem?.code).toBe('insufficient_funds');
  expect(await house.count('exchange_quotes WHERE id = $1 AND used_at IS NOT NULL', [poor.id])).toBe(0);
  await staff.post(`/api/v1/wallet/members/${ada.id}/freezes`, { scope: 'debits', reason: 'Under review' });
  const frozen = (await ask(ada, { from_minor: 50 })).body;
  expect((await accept(ada, frozen.id)).problem?.code).toBe('wallet_frozen');
});

it('rates come from a file, all or none, and are never changed', async () => {
  const send = (csv: string) => staff.post<ImportedRatesDto>('/api/v1/wallet/exchange/rates/import', { csv });
  const head = 'base,quote,rate,source,valid_from\n';
  const good = `${head}EUR,SEK,11.4520,ECB,2026-11-01T00:00:00Z\n"EUR","NOK","11.721","ECB",2026-11-01T00:00:00Z\n`;
  expect((await send(good)).body).toEqual({ added: 2, known: 0 });
  expect((await send(`${good}EUR,DKK,7.46,ECB,2026-11-01T00:00:00Z\n`)).body).toEqual({ added: 1, known: 2 });
  expect((await send(`${head}EUR,SEK,11.5,ECB,2026-11-01T00:00:00Z\n`)).problem?.code).toBe('rate_known');
  const bad = await send(
    `${head}EUR,PLN,4.3,ECB,\nEUR,ZZZ,1,ECB,\nEUR,CHF,-1,ECB,\nEUR,HUF,1e3,ECB,\nEUR,CZK,25,ECB,yesterday\n`,
  );
  expect([bad.status, bad.problem?.errors?.map(({ field }) => field)]).toEqual([
    422,
    ['csv.3', 'csv.4', 'csv.5', 'csv.6'],
  ]);
  for (const csv of ['base', 'a,b\n"', head, 'base,quote\nEUR,PLN,3,4\n']) expect((await send(csv)).status).toBe(422);
  const { body } = await staff.get<Page<RateDto>>('/api/v1/wallet/exchange/rates', { query: { quote: 'PLN' } });
  expect(body.data).toEqual([]);
  for (const statement of ['UPDATE exchange_rates SET rate = 1', 'DELETE FROM exchange_rates'])
    await expect(house.service.query(statement)).rejects.toThrow('exchange_rates_stay');
});

it('CMP-WAL-3: an order is paid with money of another currency: held, exchanged when captured, booked, and given back', async () => {
  const ada = await house.rich(10_000, 'USD');
  const quote = (await ask(ada, { from_currency: 'USD', to_currency: 'EUR', to_minor: 5_000 })).body;
  const asked = { walletMinor: 5_000, exchangeQuoteId: quote.id };
  const checkout = house.reserve(ada, asked);
  await house.reached(checkout, 'reserved');
  expect(await house.wallet(ada, 'USD')).toMatchObject({ posted_minor: 10_000, held_minor: quote.from_minor });
  const [hold] = await house.service.query('SELECT amount, status, reference FROM ledger_holds WHERE key = $1', [
    `checkout:${checkout.checkoutId}:exchange:${quote.id}`,
  ]);
  expect(hold).toEqual({ amount: quote.from_minor, status: 'open', reference: `order:${checkout.orderId}` });
  const again = house.reserve(ada, asked);
  await house.reached(again, 'refused');
  house.confirm(checkout);
  await house.reached(checkout, 'captured');
  expect(await house.wallet(ada, 'USD')).toMatchObject({ posted_minor: 10_000 - quote.from_minor, held_minor: 0 });
  expect(await house.booked(`order:${checkout.orderId}`)).toMatchObject([
    { account: `member:${ada.id}:merchant:${house.merchantId}:wallet:USD`, amount: -quote.from_minor },
    { account: `merchant:${house.merchantId}:exchange-position:EUR`, amount: -5_000 },
    { account: `merchant:${house.merchantId}:sales:EUR`, amount: 5_000 },
    { account: `merchant:${house.merchantId}:exchange-position:USD`, amount: quote.from_minor },
  ]);
  expect((await house.said(paymentCaptured, { checkoutId: checkout.checkoutId })).parts).toEqual([
    { source: 'exchange', sourceId: quote.id, amountMinor: 5_000 },
  ]);
  const { checkoutId, orderId } = checkout;
  for (const walletMinor of [1_667, 1_667, 1_666]) {
    const refundId = newId();
    const of = { checkoutId, orderId, memberId: ada.id, merchantId: house.merchantId, currency: 'EUR' };
    house.say(refundIssue, { ...of, refundId, walletMinor, cardMinor: 0, reason: 'Too late' });
    await house.said(refundCompleted, { refundId });
  }
  expect(await posted(ada, 'USD')).toBe(10_000);
});

it('CMP-WAL-1: six holds of 1,000 on 5,000: the sixth is refused, through checkouts as through exchanges', async () => {
  const ada = await house.rich(5_000);
  const asked = Array.from({ length: 6 }, () => house.reserve(ada, { walletMinor: 1_000 }));
  await house.heard();
  const states = await Promise.all(asked.map(({ checkoutId }) => house.stateOf(checkoutId)));
  expect(states.sort()).toEqual(['refused', ...Array<string>(5).fill('reserved')].sort());
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 5_000, held_minor: 5_000, available_minor: 0 });
  const quote = (await ask(ada, { from_minor: 100 })).body;
  expect((await accept(ada, quote.id)).problem?.code).toBe('insufficient_funds');
});
