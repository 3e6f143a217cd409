import {
  dataschemaOf,
  stockConfirm,
  stockConfirmed,
  stockRefused,
  stockRelease,
  stockReleased,
  stockReserve,
  stockReserved,
  type Envelope,
  type MessageContract,
  type StockReserve,
} from '@florin/contracts';
import { Transactions, type Tx } from '@florin/database';
import { newId } from '@florin/kernel';
import { countQueries, eventually, startService, type StartedService } from '@florin/testing';
import type { Type } from '@nestjs/common';
import { AppModule } from '../src/app.module';
import { ConfirmStock } from '../src/stock/confirm-stock';
import { ReleaseStock } from '../src/stock/release-stock';
import { ReserveStock } from '../src/stock/reserve-stock';
import { House } from './house';

let house: House;
beforeAll(async () => (house = await House.open()));
afterAll(() => house.close());
afterEach(() => house.sumsAreRight());

describe('with two workers', () => {
  let second: StartedService;
  beforeAll(async () => {
    const { database, broker } = house.service;
    second = await startService(AppModule, { database, broker, roles: 'worker' });
  });
  afterAll(() => second.close());

  it('CMP-CAT-1, CAT-12: of 200 checkouts that race for 50 units exactly 50 get one', async () => {
    const beans = await house.variant(50);
    const racing = Array.from({ length: 200 }, () => house.reserve({ [beans]: 1 }).checkoutId);
    const outcomes = await eventually(() => {
      const heard = [
        house.peer.of(stockReserved).map(({ checkoutId }) => ({ checkoutId, reserved: true })),
        house.peer.of(stockRefused).map(({ checkoutId }) => ({ checkoutId, reserved: false })),
      ].flat();
      const about = heard.filter(({ checkoutId }) => racing.includes(checkoutId));
      return about.length === 200 && about;
    });
    expect(outcomes.filter(({ reserved }) => reserved)).toHaveLength(50);
    expect(await house.level(beans)).toEqual({ received: 50, available: 0, reserved: 50, sold: 0 });
  });

  it('CMP-CAT-1: checkouts that want the same two things in opposite order neither block nor oversell each other', async () => {
    const [beans, filters] = [await house.variant(30), await house.variant(30)];
    const racing = Array.from({ length: 80 }, (_, index) =>
      house.reserve(index % 2 ? { [beans]: 1, [filters]: 1 } : { [filters]: 1, [beans]: 1 }),
    );
    const kept = await eventually(() => {
      const [yes = [], no = []] = [stockReserved, stockRefused].map((contract) =>
        racing.filter(
          ({ checkoutId }) => house.peer.of<{ checkoutId: string }>(contract as never, { checkoutId }).length > 0,
        ),
      );
      return yes.length + no.length === 80 && yes;
    });
    expect(kept).toHaveLength(30);
    for (const variant of [beans, filters])
      expect(await house.level(variant)).toEqual({ received: 30, available: 0, reserved: 30, sold: 0 });
  });

  it('of confirm and release at once one wins, for each of 40 checkouts', async () => {
    const beans = await house.variant(40);
    const racing = Array.from({ length: 40 }, () => house.reserve({ [beans]: 1 }).checkoutId);
    await eventually(
      () => house.peer.of(stockReserved).filter(({ checkoutId }) => racing.includes(checkoutId)).length === 40,
    );
    for (const checkoutId of racing) {
      house.confirm(checkoutId);
      house.release(checkoutId);
    }
    await house.settled();
    const saidOf = (contract: MessageContract<{ checkoutId: string }>) =>
      new Set(house.peer.of(contract).flatMap(({ checkoutId }) => (racing.includes(checkoutId) ? [checkoutId] : [])));
    // What the database says at once, the broker says a moment later.
    await eventually(() => new Set([...saidOf(stockConfirmed), ...saidOf(stockReleased)]).size === 40);
    const confirmed = saidOf(stockConfirmed).size;
    expect(await house.level(beans)).toEqual({ received: 40, available: 40 - confirmed, reserved: 0, sold: confirmed });
  });
});

describe('statements', () => {
  function asked<T extends object>(contract: MessageContract<T>, data: T): Envelope<T> {
    const id = newId();
    return {
      specversion: '1.0',
      id,
      source: '/florin/orders',
      type: contract.type,
      subject: id,
      time: new Date().toISOString(),
      dataschema: dataschemaOf(contract),
      datacontenttype: 'application/json',
      correlationid: newId(),
      data,
    };
  }

  async function costOf<T extends object>(useCase: Type<{ within(tx: Tx, set: T[]): Promise<void> }>, set: T[]) {
    const { app } = house.service;
    const work = () => app.get(Transactions).run((tx) => app.get(useCase, { strict: false }).within(tx, set));
    const { statements } = await countQueries(work);
    return statements.filter((sql) => sql.includes('inventory_')).length;
  }

  it('K8S-26: fifty commands cost as many as one: reserve, confirm, release', async () => {
    const variants = await Promise.all(Array.from({ length: 5 }, () => house.variant(1_000)));
    const reserve = (count: number): StockReserve[] =>
      Array.from({ length: count }, () => ({
        checkoutId: newId(),
        merchantId: house.merchantId,
        expiresAt: new Date(Date.now() + 60_000).toISOString(),
        lines: variants.map((variantId) => ({ lineId: newId(), variantId, quantity: 1 })),
      }));
    const costsOf = async (count: number) => {
      const [sold, given] = [reserve(count), reserve(count)];
      const all = [...sold, ...given].map((data) => asked(stockReserve, data));
      const ids = (of: StockReserve[]) => of.map(({ checkoutId }) => checkoutId);
      return {
        reserve: await costOf(ReserveStock, all),
        confirm: await costOf(
          ConfirmStock,
          ids(sold).map((checkoutId) => asked(stockConfirm, { checkoutId })),
        ),
        release: await costOf(
          ReleaseStock,
          ids(given).map((checkoutId) => asked(stockRelease, { checkoutId, reason: 'r' })),
        ),
      };
    };
    const one = await costsOf(1);
    expect(Math.max(...Object.values(one))).toBeLessThanOrEqual(6);
    expect(await costsOf(50)).toEqual(one);
    for (const variant of variants)
      expect(await house.level(variant)).toEqual({ received: 1_000, available: 949, reserved: 0, sold: 51 });
  });
});
