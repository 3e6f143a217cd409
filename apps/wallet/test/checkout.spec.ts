import { paymentCaptured, paymentRefused, paymentReleased, paymentReserve, paymentReserved } from '@florin/contracts';
import { newId } from '@florin/kernel';
import { House, type Member } from './house';

let house: House;
let ada: Member;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());
beforeEach(async () => (ada = await house.rich(5_000)));

const own = (member: Member) => `member:${member.id}:merchant:${house.merchantId}:wallet:EUR`;
const sales = () => `merchant:${house.merchantId}:sales:EUR`;
const clearing = () => `merchant:${house.merchantId}:card-clearing:EUR`;

it('GAP-WAL-02, GAP-WAL-03: wallet money is held first, so that it cannot be spent twice, and taken when confirmed', async () => {
  const checkout = house.reserve(ada, { walletMinor: 3_000 });
  expect(await house.said(paymentReserved, { checkoutId: checkout.checkoutId })).toEqual({
    checkoutId: checkout.checkoutId,
    orderId: checkout.orderId,
    walletMinor: 3_000,
    cardMinor: 0,
  });
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 5_000, held_minor: 3_000, available_minor: 2_000 });
  expect(await house.booked(`order:${checkout.orderId}`)).toEqual([]);
  house.confirm(checkout);
  await house.reached(checkout, 'captured');
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 2_000, held_minor: 0, available_minor: 2_000 });
  expect(await house.booked(`order:${checkout.orderId}`)).toEqual([
    { kind: 'wallet_payment', account: own(ada), amount: -3_000 },
    { kind: 'wallet_payment', account: sales(), amount: 3_000 },
  ]);
});

it('WAL-09, GAP-WAL-01: an order paid with wallet and card is one sale of two journals, said tender by tender', async () => {
  const checkout = await house.paid(ada, { walletMinor: 1_200, cardMinor: 800 });
  const payment = await house.payment(checkout);
  expect(await house.said(paymentCaptured, { checkoutId: checkout.checkoutId })).toMatchObject({
    orderId: checkout.orderId,
    merchantId: house.merchantId,
    memberId: ada.id,
    currency: 'EUR',
    tenders: [
      { tender: 'wallet', paymentId: checkout.checkoutId, amountMinor: 1_200 },
      { tender: 'card', paymentId: payment.id, amountMinor: 800 },
    ],
  });
  expect(await house.booked(`order:${checkout.orderId}`)).toEqual([
    { kind: 'card_payment', account: clearing(), amount: -800 },
    { kind: 'card_payment', account: sales(), amount: 800 },
    { kind: 'wallet_payment', account: own(ada), amount: -1_200 },
    { kind: 'wallet_payment', account: sales(), amount: 1_200 },
  ]);
  expect(payment).toMatchObject({ state: 'captured', amount_minor: 800, captured_minor: 800, refunded_minor: 0 });
  expect(await house.wire.charges(payment.id)).toMatchObject([{ status: 'succeeded', amount_received: 800 }]);
});

it('a released checkout gives its wallet money free and its card money back', async () => {
  const checkout = house.reserve(ada, { walletMinor: 2_000, cardMinor: 500 });
  await house.reached(checkout, 'reserved');
  house.release(checkout, 'Sold out');
  expect(await house.said(paymentReleased, { checkoutId: checkout.checkoutId })).toMatchObject({ reason: 'Sold out' });
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 5_000, held_minor: 0 });
  const payment = await house.payment(checkout);
  expect(payment).toMatchObject({ state: 'voided', captured_minor: 0 });
  expect(await house.wire.charges(payment.id)).toMatchObject([{ status: 'canceled', amount_received: 0 }]);
  expect(await house.booked(`order:${checkout.orderId}`)).toEqual([]);
});

it('refuses what the wallet does not hold, and then nothing was asked of the card either', async () => {
  const checkout = house.reserve(ada, { walletMinor: 5_001, cardMinor: 100 });
  expect(await house.said(paymentRefused, { checkoutId: checkout.checkoutId })).toMatchObject({
    orderId: checkout.orderId,
    code: 'insufficient_funds',
  });
  expect(await house.count('payment_transactions WHERE order_id = $1', [checkout.orderId])).toBe(0);
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 5_000, held_minor: 0 });
});

it('CMP-WAL-2: a refused checkout stays refused, whatever is asked of it afterwards', async () => {
  const checkout = house.reserve(ada, { walletMinor: 5_001 });
  await house.reached(checkout, 'refused');
  house.confirm(checkout);
  house.confirm(checkout);
  house.release(checkout);
  await house.heard();
  expect(await house.stateOf(checkout.checkoutId)).toBe('refused');
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 5_000, held_minor: 0 });
});

it('takes nothing for an order that costs nothing, and says so', async () => {
  const checkout = await house.paid(ada, {});
  expect(await house.said(paymentCaptured, { checkoutId: checkout.checkoutId })).toMatchObject({ tenders: [] });
  expect(await house.booked(`order:${checkout.orderId}`)).toEqual([]);
});

it('WAL-07: the currencies of a member are apart: dollars do not pay for euros', async () => {
  await house.topUp(ada, 9_000, 'USD');
  const euros = house.reserve(ada, { walletMinor: 6_000 });
  await house.reached(euros, 'refused');
  const dollars = await house.paid(ada, { walletMinor: 6_000, currency: 'USD' });
  expect(await house.booked(`order:${dollars.orderId}`)).toMatchObject([
    { account: `member:${ada.id}:merchant:${house.merchantId}:wallet:USD`, amount: -6_000 },
    { account: `merchant:${house.merchantId}:sales:USD`, amount: 6_000 },
  ]);
  expect(await house.wallet(ada, 'USD')).toMatchObject({ posted_minor: 3_000, held_minor: 0 });
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 5_000, held_minor: 0 });
});

it('the same message twice is one effect and one answer', async () => {
  const command = house.command(ada, { walletMinor: 1_000 });
  const id = newId();
  house.say(paymentReserve, command, { id });
  house.say(paymentReserve, command, { id });
  await house.reached(command, 'reserved');
  house.say(paymentReserve, command, { id });
  // Messages of one queue are heard in order: when this one is answered, the copies were heard too.
  await house.reached(house.reserve(ada, { walletMinor: 1 }), 'reserved');
  expect(house.peer.of(paymentReserved, { checkoutId: command.checkoutId })).toHaveLength(1);
  expect(await house.wallet(ada)).toMatchObject({ held_minor: 1_001 });
});

it('WAL-14: a card number in place of a token is refused and kept nowhere', async () => {
  const number = '4242424242424242';
  const checkout = house.reserve(ada, { cardMinor: 700, cardToken: `tok_${number}` });
  expect(await house.said(paymentRefused, { checkoutId: checkout.checkoutId })).toMatchObject({
    code: 'card_number_refused',
  });
  expect(await house.count('payment_transactions WHERE card_token LIKE $1', [`%${number}%`])).toBe(0);
  expect(await house.count('checkout_payments AS kept WHERE kept::text LIKE $1', [`%${number}%`])).toBe(0);
  expect(await house.count('outbox WHERE envelope::text LIKE $1', [`%${number}%`])).toBe(0);
  expect(house.wire.calls.filter(({ body }) => body.includes(number))).toEqual([]);
});

it('refuses a card part without a card', async () => {
  const checkout = house.reserve(ada, { cardMinor: 700, cardToken: undefined });
  expect(await house.said(paymentRefused, { checkoutId: checkout.checkoutId })).toMatchObject({
    code: 'card_token_missing',
  });
});

it('GAP-WAL-01: all journals of the day balance, and the balances are the sums of their postings', async () => {
  await house.paid(ada, { walletMinor: 100, cardMinor: 50 });
  expect(await house.faultsInBooks()).toEqual([]);
  const [total] = await house.service.query<{ posted: number }>(
    `SELECT sum(posted)::bigint AS posted FROM ledger_accounts WHERE asset = 'EUR'`,
  );
  expect(total?.posted).toBe(0);
});
