import { newId, type Clock } from '@florin/kernel';
import { eventually, startService, type HttpClient, type RequestOptions, type StartedService } from '@florin/testing';
import { AppModule } from '../src/app.module';
import type { CartDto } from '../src/carts/carts.dto';
import type { OrderReceiptDto } from '../src/checkout/checkout.dto';
import type { CouponDto } from '../src/coupons/coupons.dto';
import { migrations } from '../src/migrations';
import type { OrderDto } from '../src/orders/orders.dto';
import { Neighbours } from './neighbours';

export interface Shopper {
  id: string;
  http: HttpClient;
}

export interface HouseOptions {
  clock?: Clock;
  env?: Record<string, string>;
}

/** Waits until the expectations hold. */
export async function soon(expectations: () => Promise<void>): Promise<void> {
  await eventually(async () => {
    await expectations();
    return true;
  });
}

/** The orders service with its neighbours, one merchant and a few things to buy. */
export class House {
  readonly merchantId = newId();
  /** 14.50 with 21 % tax included. */
  readonly beans = newId();
  /** 3.33 with 21 % tax included. */
  readonly filters = newId();
  /** 49.99 with 9 % tax on top. */
  readonly grinder = newId();

  private constructor(
    readonly service: StartedService,
    readonly neighbours: Neighbours,
  ) {}

  static async open(options: HouseOptions = {}): Promise<House> {
    const service = await startService(AppModule, { migrations, ...options });
    const house = new House(service, await Neighbours.open(service.broker));
    await house.stock();
    return house;
  }

  /** A new shopper of the merchant, signed in. */
  shopper(id: string = newId()): Shopper {
    return {
      id,
      http: this.service.http.as({
        sub: id,
        roles: ['customer'],
        merchants: [this.merchantId],
        email: 'ada@demo.test',
      }),
    };
  }

  staff(role: string, merchants: string[] = [this.merchantId]): HttpClient {
    return this.service.http.as({ roles: [role], merchants });
  }

  async cart(shopper: Shopper, lines: Record<string, number> = { [this.beans]: 2 }): Promise<CartDto> {
    const body = { lines: Object.entries(lines).map(([variant_id, quantity]) => ({ variant_id, quantity })) };
    const answer = await shopper.http.post<CartDto>('/api/v1/carts', body);
    expect(answer.status).toBe(201);
    return answer.body;
  }

  place(shopper: Shopper, cartId: string, body: Record<string, unknown> = {}, options: RequestOptions = {}) {
    return shopper.http.post<OrderReceiptDto>(
      '/api/v1/orders',
      { cart_id: cartId, payment: { card_token: 'tok_visa' }, ...body },
      options,
    );
  }

  /** Buys and waits for the end. */
  async buy(
    shopper: Shopper,
    lines?: Record<string, number>,
    body: Record<string, unknown> = {},
  ): Promise<OrderReceiptDto> {
    const answer = await this.place(shopper, (await this.cart(shopper, lines)).id, body, {
      headers: { prefer: 'wait=20' },
    });
    expect(answer.status).toBe(201);
    return answer.body;
  }

  async order(shopper: Shopper, id: string): Promise<OrderDto> {
    const answer = await shopper.http.get<OrderDto>(`/api/v1/orders/${id}`);
    expect(answer.status).toBe(200);
    return answer.body;
  }

  /** The order once it has this status. */
  settled(shopper: Shopper, id: string, status: string): Promise<OrderDto> {
    return eventually(async () => {
      const order = await this.order(shopper, id);
      expect(order.status).toBe(status);
      return order;
    });
  }

  async coupon(body: Record<string, unknown>): Promise<CouponDto> {
    const answer = await this.staff('ops_marketing').post<CouponDto>('/api/v1/coupons', body);
    expect(answer.status).toBe(201);
    return answer.body;
  }

  async count(sql: string, params: readonly unknown[] = []): Promise<number> {
    const [row] = await this.service.query<{ count: number }>(`SELECT count(*)::integer AS count FROM ${sql}`, params);
    return row?.count ?? -1;
  }

  async close(): Promise<void> {
    await this.service.close();
    await this.neighbours.close();
  }

  private async stock(): Promise<void> {
    const { merchantId } = this;
    this.neighbours.saveMerchant(merchantId);
    this.neighbours.saveVariant({ merchantId, variantId: this.beans, priceMinor: 1_450 });
    this.neighbours.saveVariant({
      merchantId,
      variantId: this.filters,
      priceMinor: 333,
      sku: 'FILTER-100',
      title: 'Filters',
    });
    this.neighbours.saveVariant({
      merchantId,
      variantId: this.grinder,
      priceMinor: 4_999,
      sku: 'GRINDER',
      title: 'Grinder',
      taxRateBps: 900,
      taxIncluded: false,
    });
    await eventually(async () => (await this.count('variants')) === 3 && (await this.count('merchants')) === 1);
  }
}
