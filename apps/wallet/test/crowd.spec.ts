import { type Envelope, paymentConfirm, paymentRelease, paymentReserve, type MessageContract } from '@florin/contracts';
import { Transactions, type Tx } from '@florin/database';
import { newId } from '@florin/kernel';
import { countQueries } from '@florin/testing';
import { ConfirmPayment } from '../src/checkout/confirm-payment';
import { ExpireCheckouts } from '../src/checkout/expire-checkouts';
import { ReleasePayment } from '../src/checkout/release-payment';
import { ReservePayment } from '../src/checkout/reserve-payment';
import { walletAccount } from '../src/accounts/money-accounts';
import { House, soon, type Member } from './house';

let house: House;
beforeAll(async () => {
  house = await House.open();
  // Nothing but what is asked for: the processor tells nothing of itself.
  house.processor.webhookUrl = undefined;
});
afterAll(() => house.close());
beforeEach(() => house.wire.mend());

const inState = (member: Member, state: string) =>
  house.count('checkout_payments WHERE member_id = $1 AND state = $2', [member.id, state]);

it('CMP-WAL-1: a crowd that pays from one wallet at once never takes more than is in it', async () => {
  const ada = await house.rich(5_000);
  const crowd = Array.from({ length: 40 }, () => house.reserve(ada, { walletMinor: 1_000 }));
  await soon(async () => expect([await inState(ada, 'reserved'), await inState(ada, 'refused')]).toEqual([5, 35]));
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 5_000, held_minor: 5_000, available_minor: 0 });
  for (const checkout of crowd) house.confirm(checkout);
  await soon(async () => expect([await inState(ada, 'captured'), await inState(ada, 'refused')]).toEqual([5, 35]));
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 0, held_minor: 0, available_minor: 0 });
  await expect(
    house.service.query('UPDATE ledger_accounts SET held = 1 WHERE code = $1', [
      walletAccount({ merchantId: house.merchantId, memberId: ada.id, currency: 'EUR' }),
    ]),
  ).rejects.toThrow('ledger_accounts_no_overdraft');
  expect(await house.faultsInBooks()).toEqual([]);
});

it('CMP-WAL-1: also with top-ups, releases and refusals in between, the wallet is what the statement says', async () => {
  const ada = await house.rich(3_000);
  const first = Array.from({ length: 12 }, () => house.reserve(ada, { walletMinor: 500, cardMinor: 10 }));
  const topups = Promise.all([1, 2, 3].map(() => house.topUp(ada, 500)));
  first.forEach((checkout, index) => (index % 2 === 0 ? house.release(checkout) : house.confirm(checkout)));
  await topups;
  await soon(async () => {
    first.forEach((checkout, index) => index % 2 === 1 && house.confirm(checkout));
    const open = `checkout_payments WHERE member_id = $1 AND state NOT IN ('captured', 'released', 'refused')`;
    expect(await house.count(open, [ada.id])).toBe(0);
    expect(
      await house.count('checkout_payments WHERE checkout_id = ANY($1)', [first.map((each) => each.checkoutId)]),
    ).toBe(12);
  });
  const captured = await inState(ada, 'captured');
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 4_500 - captured * 500, held_minor: 0 });
  expect(await house.faultsInBooks()).toEqual([]);
});

it('CMP-WAL-9: money that a checkout holds long past its time limit is given back by the job', async () => {
  const ada = await house.rich(1_000);
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  const overdue = house.reserve(ada, { walletMinor: 300, cardMinor: 200, expiresAt: ago(11) });
  const within = house.reserve(ada, { walletMinor: 100, expiresAt: ago(9) });
  await house.reached(overdue, 'reserved');
  await house.reached(within, 'reserved');
  await house.service.app.get(ExpireCheckouts, { strict: false }).run();
  await house.reached(overdue, 'released');
  expect(await house.stateOf(within.checkoutId)).toBe('reserved');
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 1_000, held_minor: 100 });
  expect(await house.payment(overdue)).toMatchObject({ state: 'voided' });
  house.confirm(overdue);
  house.confirm(within);
  await house.reached(within, 'captured');
  expect(await house.stateOf(overdue.checkoutId)).toBe('released');
});

describe('fifty commands cost as many statements as one', () => {
  /** Without the background: the outbox and the jobs look by themselves at any time. */
  const framing = /job_runs|BEGIN|COMMIT|inbox|LISTEN|UPDATE outbox|published_at|advisory|lease_until|expires_at <=/;

  async function statementsOf(work: (tx: Tx) => Promise<void>): Promise<number> {
    const { statements } = await countQueries(() => house.service.app.get(Transactions).run(work), framing);
    return statements.length;
  }

  function asked<T extends object>(contract: MessageContract<T>, data: T): Envelope<T> {
    const id = newId();
    return {
      specversion: '1.0',
      id,
      source: '/florin/test',
      type: contract.type,
      subject: id,
      time: new Date().toISOString(),
      dataschema: contract.name,
      datacontenttype: 'application/json',
      correlationid: newId(),
      data,
    };
  }

  /** Nothing more is asked of the processor, and it has said all it has to say. */
  async function quiet(): Promise<void> {
    const asking = 'payment_transactions WHERE action IS NOT NULL OR lease_until IS NOT NULL';
    await soon(async () => expect(await house.count(asking)).toBe(0));
  }

  it.each([
    ['confirming', 'wallet', { walletMinor: 10 }],
    ['releasing', 'wallet', { walletMinor: 10 }],
    ['confirming', 'wallet and card', { walletMinor: 10, cardMinor: 10 }],
    ['releasing', 'wallet and card', { walletMinor: 10, cardMinor: 10 }],
  ])('%s what is paid by %s', async (end, _, tenders) => {
    const ada = await house.rich(1_000);
    const member = await house.rich(1_000);
    const one = [house.command(ada, tenders)];
    const fifty = Array.from({ length: 50 }, () => house.command(member, tenders));
    const { app } = house.service;
    const reserve = (commands: typeof fifty) =>
      statementsOf((tx) =>
        app.get(ReservePayment, { strict: false }).within(
          tx,
          commands.map((each) => asked(paymentReserve, each)),
        ),
      );
    // The first of a member opens accounts; from then on nothing depends on how many there are.
    await reserve([house.command(ada, tenders)]);
    await quiet();
    const reserving = await reserve(one);
    await quiet();
    expect(await reserve(fifty)).toBe(reserving);
    await soon(async () => expect(await inState(member, 'reserved')).toBe(50));
    await soon(async () => expect(await inState(ada, 'reserved')).toBe(2));
    const finish = (commands: typeof fifty) =>
      statementsOf((tx) =>
        end === 'confirming'
          ? app.get(ConfirmPayment, { strict: false }).within(
              tx,
              commands.map(({ checkoutId }) => asked(paymentConfirm, { checkoutId })),
            )
          : app.get(ReleasePayment, { strict: false }).within(
              tx,
              commands.map(({ checkoutId }) => asked(paymentRelease, { checkoutId, reason: 'test' })),
            ),
      );
    await quiet();
    const finishing = await finish(one);
    await quiet();
    // Two of them are the fraud check: what went before, and the decisions.
    expect(reserving > 0 && reserving <= 12 + 2).toBe(true);
    expect(finishing > 0 && finishing <= 12).toBe(true);
    expect(await finish(fifty)).toBe(finishing);
  });
});
