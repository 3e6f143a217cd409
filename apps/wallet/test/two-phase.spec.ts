import {
  paymentCaptured,
  paymentConfirm,
  paymentRelease,
  paymentReleased,
  paymentReserve,
  type PaymentReserve,
} from '@florin/contracts';
import { House, soon, type Member } from './house';

let house: House;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());

type Step = 'reserve' | 'confirm' | 'release';
const steps: readonly Step[] = ['reserve', 'confirm', 'release'];

/** Every order of commands up to this length, each command as often as it likes: 3 + 9 + 27 + 81. */
const longest = 4;

function ordersOf(length: number): Step[][] {
  return length === 0 ? [[]] : ordersOf(length - 1).flatMap((before) => steps.map((step) => [...before, step]));
}

/** Where the contract says that these commands lead. */
function endOf(history: readonly Step[]): 'unknown' | 'reserved' | 'captured' | 'released' {
  let at: ReturnType<typeof endOf> = 'unknown';
  for (const step of history) {
    if (step === 'reserve' && at === 'unknown') at = 'reserved';
    if (step === 'confirm' && at === 'reserved') at = 'captured';
    if (step === 'release' && (at === 'reserved' || at === 'unknown')) at = 'released';
  }
  return at;
}

interface Story {
  member: Member;
  command: PaymentReserve;
  history: Step[];
}

const tenders = {
  wallet: { walletMinor: 400, cardMinor: 0 },
  card: { walletMinor: 0, cardMinor: 300 },
  both: { walletMinor: 400, cardMinor: 300 },
};

function say(step: Step, command: PaymentReserve): void {
  if (step === 'reserve') house.say(paymentReserve, command);
  if (step === 'confirm') house.say(paymentConfirm, { checkoutId: command.checkoutId });
  if (step === 'release') house.say(paymentRelease, { checkoutId: command.checkoutId, reason: 'as told' });
}

/** Everything was heard, and nothing is left to ask of the processor. */
async function settled(): Promise<void> {
  await house.heard();
  const asking = `payment_transactions WHERE action IS NOT NULL OR state IN ('requested', 'unknown')`;
  await soon(async () => expect(await house.count(asking)).toBe(0));
}

/** A member with 1,000 each. Put there by one charge per member, side by side. */
async function storiesOf(histories: Step[][], asked: { walletMinor: number; cardMinor: number }): Promise<Story[]> {
  return Promise.all(
    histories.map(async (history) => {
      const member = asked.walletMinor > 0 ? await house.rich(1_000) : house.member();
      return { member, history, command: house.command(member, asked) };
    }),
  );
}

async function expectEnd({ member, history, command }: Story): Promise<void> {
  const end = endOf(history);
  const { checkoutId, orderId, walletMinor, cardMinor } = command;
  const told = history.join(' ');
  const state = await house.stateOf(checkoutId);
  expect([told, state ?? 'unknown']).toEqual([told, end]);
  expect([told, await house.times(paymentCaptured, checkoutId)]).toEqual([told, end === 'captured' ? 1 : 0]);
  const booked = await house.booked(`order:${orderId}`);
  const sold = booked.filter(({ account }) => account.includes(':sales:')).reduce((sum, { amount }) => sum + amount, 0);
  expect([told, sold]).toEqual([told, end === 'captured' ? walletMinor + cardMinor : 0]);
  if (walletMinor > 0) {
    const left = end === 'captured' ? 1_000 - walletMinor : 1_000;
    const held = end === 'reserved' ? walletMinor : 0;
    expect([told, await house.wallet(member)]).toEqual([
      told,
      expect.objectContaining({ posted_minor: left, held_minor: held, available_minor: left - held }),
    ]);
  }
  if (cardMinor > 0) await expectCharge(command, end, told);
}

async function expectCharge({ orderId, cardMinor }: PaymentReserve, end: string, told: string): Promise<void> {
  const [row] = await house.service.query<{ id: string }>('SELECT id FROM payment_transactions WHERE order_id = $1', [
    orderId,
  ]);
  const charges = row ? await house.wire.charges(row.id) : [];
  const status = { reserved: 'requires_capture', captured: 'succeeded', released: 'canceled' }[end];
  const received = end === 'captured' ? cardMinor : 0;
  expect([told, charges.map((charge) => [charge.status, charge.amount_received])]).toEqual([
    told,
    row && status ? [[status, received]] : [],
  ]);
}

describe.each(Object.entries(tenders))('paid by %s', (_, asked) => {
  it('GAP-WAL-02: reserve, confirm and release have one effect each, in whatever order and however often they are said', async () => {
    const histories = [1, 2, 3, 4].filter((length) => length <= longest).flatMap(ordersOf);
    const stories = await storiesOf(histories, asked);
    for (let round = 0; round < longest; round += 1) {
      const telling = stories.filter(({ history }) => round < history.length);
      for (const { history, command } of telling) say(history[round] ?? 'reserve', command);
      await settled();
    }
    for (const story of stories) await expectEnd(story);
    expect(await house.faultsInBooks()).toEqual([]);
  });

  it('said all at once and twice, a checkout is either paid or given back, and everybody agrees on which', async () => {
    const stories = await storiesOf(
      Array.from({ length: 40 }, () => []),
      asked,
    );
    stories.forEach(({ command }, index) => {
      const twice = [...steps, ...steps];
      for (let at = 0; at < twice.length; at += 1) say(twice[(at * 5 + index) % twice.length] ?? 'reserve', command);
    });
    await settled();
    for (const { member, command } of stories) {
      const state = await house.stateOf(command.checkoutId);
      expect(['captured', 'released']).toContain(state);
      const history: Step[] = state === 'captured' ? ['reserve', 'confirm'] : ['release'];
      await expectEnd({ member, command, history });
    }
    expect(await house.faultsInBooks()).toEqual([]);
  });
});

it('a reserve that comes after its release learns that the checkout is over', async () => {
  const ada = await house.rich(1_000);
  const command = house.command(ada, { walletMinor: 400 });
  house.release(command, 'Too late');
  await house.reached(command, 'released');
  expect(house.peer.of(paymentReleased, { checkoutId: command.checkoutId })).toEqual([]);
  house.say(paymentReserve, command);
  expect(await house.said(paymentReleased, { checkoutId: command.checkoutId })).toMatchObject({
    orderId: command.orderId,
    reason: 'Too late',
  });
  expect(await house.wallet(ada)).toMatchObject({ posted_minor: 1_000, held_minor: 0 });
});
