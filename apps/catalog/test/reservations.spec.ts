import { stockConfirmed, stockRefused, stockReleased, stockReserved } from '@florin/contracts';
import { Jobs } from '@florin/database';
import { FixedClock, hourMs, minuteMs, newId } from '@florin/kernel';
import { SchedulerRegistry } from '@nestjs/schedule';
import { House } from './house';

const clock = new FixedClock(new Date());
let house: House;
beforeAll(async () => (house = await House.open({ clock })));
afterAll(() => house.close());
afterEach(() => house.sumsAreRight());

const expire = () => house.service.app.get(Jobs).runByHand('expire-reservations');

async function reserved(variantId: string, quantity: number) {
  const asked = house.reserve({ [variantId]: quantity });
  await house.said(stockReserved, { checkoutId: asked.checkoutId });
  return asked;
}

describe('reserve, confirm, release', () => {
  it('CAT-07, CAT-14: units are set aside, then sold', async () => {
    const beans = await house.variant(10);
    const { checkoutId, expiresAt } = await reserved(beans, 3);
    expect(house.peer.of(stockReserved, { checkoutId })).toEqual([{ checkoutId, expiresAt }]);
    expect(await house.level(beans)).toEqual({ received: 10, available: 7, reserved: 3, sold: 0 });
    house.confirm(checkoutId);
    expect(await house.said(stockConfirmed, { checkoutId })).toEqual([{ checkoutId }]);
    expect(await house.level(beans)).toEqual({ received: 10, available: 7, reserved: 0, sold: 3 });
  });

  it('CAT-07: or they are given back, with the reason', async () => {
    const beans = await house.variant(10);
    const { checkoutId } = await reserved(beans, 3);
    house.release(checkoutId, 'The card was declined');
    const said = await house.said(stockReleased, { checkoutId });
    expect(said).toEqual([{ checkoutId, reason: 'The card was declined' }]);
    expect(await house.level(beans)).toEqual({ received: 10, available: 10, reserved: 0, sold: 0 });
  });

  it('CAT-12: a checkout is served whole or not at all, and hears what was short', async () => {
    const [plenty, scarce] = [await house.variant(10), await house.variant(1)];
    const { checkoutId, lines } = house.reserve({ [plenty]: 2, [scarce]: 3, [newId()]: 1 });
    const [refused] = await house.said(stockRefused, { checkoutId });
    expect(refused?.shortages).toEqual(
      lines.slice(1).map(({ lineId, variantId, quantity }) => ({
        lineId,
        variantId,
        requested: quantity,
        available: variantId === scarce ? 1 : 0,
      })),
    );
    expect(await house.level(plenty)).toMatchObject({ available: 10, reserved: 0 });
    expect(await house.level(scarce)).toMatchObject({ available: 1, reserved: 0 });
  });

  it('CMP-CAT-1: two lines that want the same variant share its stock', async () => {
    const beans = await house.variant(3);
    const lines = [2, 2].map((quantity) => ({ lineId: newId(), variantId: beans, quantity }));
    const { checkoutId } = house.reserve({}, { lines });
    const [refused] = await house.said(stockRefused, { checkoutId });
    expect(refused?.shortages).toEqual([{ lineId: lines[1]?.lineId, variantId: beans, requested: 2, available: 1 }]);
  });
});

describe('the time limit', () => {
  it('CAT-12: what was not paid in time is for sale again, and nothing else', async () => {
    const beans = await house.variant(10);
    const [early, late] = [
      house.reserve({ [beans]: 2 }, { expiresAt: inMinutes(10) }),
      house.reserve({ [beans]: 3 }, { expiresAt: inMinutes(20) }),
    ];
    await house.said(stockReserved, { checkoutId: late.checkoutId });
    clock.advance(10 * minuteMs - 1);
    await expire();
    expect(await house.level(beans)).toMatchObject({ available: 5, reserved: 5 });
    clock.advance(1);
    await expire();
    const { checkoutId } = early;
    expect(await house.said(stockReleased, { checkoutId })).toEqual([{ checkoutId, reason: 'expired' }]);
    expect(await house.level(beans)).toMatchObject({ available: 7, reserved: 3 });
  });

  it('CAT-12: is kept by a job that comes by itself', async () => {
    const beans = await house.variant(1);
    const { checkoutId } = await reserved(beans, 1);
    clock.advance(hourMs);
    const job = house.service.app.get(SchedulerRegistry, { strict: false }).getCronJob('expire-reservations');
    expect(job.nextDate().toMillis() - Date.now()).toBeLessThanOrEqual(10_000);
    await job.fireOnTick();
    await house.said(stockReleased, { checkoutId });
  });

  it('a checkout that is paid late is sold after all where the stock is still there', async () => {
    const beans = await house.variant(2);
    const { checkoutId } = await reserved(beans, 2);
    clock.advance(hourMs);
    await expire();
    expect(await house.level(beans)).toMatchObject({ available: 2, reserved: 0 });
    house.confirm(checkoutId);
    await house.said(stockConfirmed, { checkoutId });
    expect(await house.level(beans)).toEqual({ received: 2, available: 0, reserved: 0, sold: 2 });
  });

  it('and refused where somebody else has it by then', async () => {
    const beans = await house.variant(2);
    const { checkoutId } = await reserved(beans, 2);
    clock.advance(hourMs);
    await expire();
    await reserved(beans, 1);
    house.confirm(checkoutId);
    await house.said(stockRefused, { checkoutId });
    expect(await house.level(beans)).toEqual({ received: 2, available: 1, reserved: 1, sold: 0 });
    expect(house.peer.of(stockConfirmed, { checkoutId })).toEqual([]);
  });

  it('of two late checkouts that want the last unit one is sold', async () => {
    const beans = await house.variant(2);
    const both = [await reserved(beans, 1), await reserved(beans, 1)];
    clock.advance(hourMs);
    await expire();
    await reserved(beans, 1);
    for (const { checkoutId } of both) house.confirm(checkoutId);
    await house.settled();
    expect(await house.level(beans)).toEqual({ received: 2, available: 0, reserved: 1, sold: 1 });
  });
});

describe('whatever order messages come in, and however often', () => {
  it('a release that overtakes its reserve wins', async () => {
    const beans = await house.variant(5);
    const checkoutId = newId();
    house.release(checkoutId, 'deadline_passed');
    await house.said(stockReleased, { checkoutId });
    house.reserve({ [beans]: 2 }, { checkoutId });
    expect(await house.said(stockReleased, { checkoutId }, 2)).toHaveLength(2);
    expect(house.peer.of(stockReserved, { checkoutId })).toEqual([]);
    expect(await house.level(beans)).toMatchObject({ available: 5, reserved: 0 });
  });

  it('the same messages twice act once', async () => {
    const beans = await house.variant(5);
    const [reserve, confirm] = [newId(), newId()];
    const asked = house.reserve({ [beans]: 2 }, {}, reserve);
    const { checkoutId } = asked;
    house.reserve({}, asked, reserve);
    await house.said(stockReserved, { checkoutId });
    for (let time = 0; time < 2; time += 1) house.confirm(checkoutId, confirm);
    await house.said(stockConfirmed, { checkoutId });
    await house.settled();
    expect(await house.level(beans)).toEqual({ received: 5, available: 3, reserved: 0, sold: 2 });
    expect([house.peer.of(stockReserved, { checkoutId }), house.peer.of(stockConfirmed, { checkoutId })]).toEqual([
      [expect.anything()],
      [expect.anything()],
    ]);
  });

  it('a saga that asks again is answered again, and nothing moves twice', async () => {
    const beans = await house.variant(5);
    const asked = await reserved(beans, 2);
    const { checkoutId } = asked;
    house.reserve({}, asked);
    expect(await house.said(stockReserved, { checkoutId }, 2)).toHaveLength(2);
    for (let time = 1; time <= 2; time += 1) {
      house.confirm(checkoutId);
      await house.said(stockConfirmed, { checkoutId }, time);
    }
    house.reserve({}, asked);
    await house.said(stockConfirmed, { checkoutId }, 3);
    expect(await house.level(beans)).toEqual({ received: 5, available: 3, reserved: 0, sold: 2 });
  });

  it('a checkout that was refused stays refused although stock has come in', async () => {
    const beans = await house.variant(1);
    const asked = house.reserve({ [beans]: 2 });
    const { checkoutId } = asked;
    await house.said(stockRefused, { checkoutId });
    await house.receive(beans, 10);
    house.reserve({}, asked);
    await house.said(stockRefused, { checkoutId }, 2);
    expect(await house.level(beans)).toMatchObject({ available: 11, reserved: 0 });
  });

  it('what is sold is not given back by a release', async () => {
    const beans = await house.variant(5);
    const { checkoutId } = await reserved(beans, 2);
    house.confirm(checkoutId);
    await house.said(stockConfirmed, { checkoutId });
    house.release(checkoutId);
    await house.settled();
    expect(await house.level(beans)).toMatchObject({ available: 3, sold: 2 });
    expect(house.peer.of(stockReleased, { checkoutId })).toEqual([]);
  });

  it('what was released on purpose is not sold by a confirm that comes later', async () => {
    const beans = await house.variant(5);
    const { checkoutId } = await reserved(beans, 2);
    house.release(checkoutId);
    await house.said(stockReleased, { checkoutId });
    house.confirm(checkoutId);
    await house.said(stockRefused, { checkoutId });
    expect(await house.level(beans)).toEqual({ received: 5, available: 5, reserved: 0, sold: 0 });
  });

  it('a release twice gives back once', async () => {
    const beans = await house.variant(5);
    const { checkoutId } = await reserved(beans, 2);
    for (let time = 1; time <= 2; time += 1) {
      house.release(checkoutId);
      await house.said(stockReleased, { checkoutId }, time);
    }
    expect(await house.level(beans)).toMatchObject({ available: 5, reserved: 0 });
  });

  it('a confirm of a checkout that nobody reserved sells nothing', async () => {
    const checkoutId = newId();
    house.confirm(checkoutId);
    await house.settled();
    expect(house.peer.of(stockConfirmed, { checkoutId })).toEqual([]);
    expect(await house.count('inventory_checkouts WHERE checkout_id = $1', [checkoutId])).toBe(0);
  });
});

function inMinutes(minutes: number): string {
  return new Date(clock.now().getTime() + minutes * minuteMs).toISOString();
}
