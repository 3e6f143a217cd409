import {
  stockConfirm,
  stockRelease,
  stockReserve,
  stockRestock,
  type MessageContract,
  type StockReserve,
} from '@florin/contracts';
import { hourMs, newId, type Clock } from '@florin/kernel';
import { eventually, Peer, startService, type HttpClient, type StartedService } from '@florin/testing';
import { Client } from 'pg';
import { AppModule } from '../src/app.module';
import type { MerchantDto } from '../src/merchants/merchant.dto';
import { migrations } from '../src/migrations';
import type { ProductDto } from '../src/products/product.dto';
import type { StockLevelDto, StockMovementDto } from '../src/stock/stock.dto';

export interface HouseOptions {
  clock?: Clock;
}

/** The catalog service with one merchant, and orders as a peer that asks for stock and hears the answers. */
export class House {
  private constructor(
    readonly service: StartedService,
    readonly peer: Peer,
    readonly merchantId: string,
    private readonly clock: Clock,
  ) {}

  static async open({ clock = { now: () => new Date() } }: HouseOptions = {}): Promise<House> {
    const service = await startService(AppModule, { migrations, clock });
    const merchant = await newMerchant(service);
    return new House(service, await Peer.open(service.broker), merchant.id, clock);
  }

  get http(): HttpClient {
    return this.service.http;
  }

  staff(role = 'merchant_admin', merchants: string[] | '*' = [this.merchantId]): HttpClient {
    return this.http.as({ sub: newId(), roles: [role], merchants });
  }

  async product(body: Record<string, unknown> = {}, as = this.staff()): Promise<ProductDto> {
    const answer = await as.post<ProductDto>('/api/v1/products', newProduct(body));
    expect(answer.status).toBe(201);
    return answer.body;
  }

  /** Something to buy, and how many of it came in. */
  async variant(units: number): Promise<string> {
    const { variants } = await this.product();
    const id = variants[0]?.id ?? '';
    if (units > 0) await this.receive(id, units);
    return id;
  }

  async receive(variantId: string, quantity: number): Promise<StockLevelDto> {
    const body = { variant_id: variantId, quantity, reference: 'delivery 7' };
    const answer = await this.staff().post<StockLevelDto>('/api/v1/stock/receipts', body);
    expect(answer.status).toBe(201);
    return answer.body;
  }

  /** The four numbers of a variant. */
  async level(variantId: string): Promise<Omit<StockLevelDto, 'variant_id'>> {
    const { body } = await this.staff().get<StockLevelDto>(`/api/v1/stock/${variantId}`);
    const { variant_id: _, ...numbers } = body;
    return numbers;
  }

  async movements(variantId: string): Promise<StockMovementDto[]> {
    const path = `/api/v1/stock/${variantId}/movements`;
    const { body } = await this.staff().get<{ data: StockMovementDto[] }>(path, { query: { limit: 100 } });
    return body.data;
  }

  /** Orders asks to set units aside: variant → how many. */
  reserve(wanted: Record<string, number>, about: Partial<StockReserve> = {}, id: string = newId()): StockReserve {
    const lines = Object.entries(wanted).map(([variantId, quantity]) => ({ lineId: newId(), variantId, quantity }));
    const expiresAt = new Date(this.clock.now().getTime() + hourMs).toISOString();
    const data = { checkoutId: newId(), merchantId: this.merchantId, expiresAt, lines, ...about };
    this.peer.say(stockReserve, data, { id });
    return data;
  }

  confirm(checkoutId: string, id: string = newId()): void {
    this.peer.say(stockConfirm, { checkoutId }, { id });
  }

  release(checkoutId: string, reason = 'The card was declined', id: string = newId()): void {
    this.peer.say(stockRelease, { checkoutId, reason }, { id });
  }

  /** A refund gives so many of each line back. */
  restock({ checkoutId, lines }: StockReserve, quantity: number, refundId = newId()) {
    const back = lines.map((line) => ({ ...line, quantity }));
    const messageId = this.peer.say(stockRestock, { refundId, checkoutId, merchantId: this.merchantId, lines: back });
    return { refundId, messageId };
  }

  /** What catalog said of one kind about a checkout, once it said it so many times. */
  said<T extends object>(contract: MessageContract<T>, about: Partial<Record<keyof T, unknown>>, times = 1) {
    return eventually(() => {
      const found = this.peer.of(contract, about);
      expect(found.length).toBeGreaterThanOrEqual(times);
      return found;
    });
  }

  /** Once everything that was asked before is answered: a queue is worked off in order. */
  async settled(): Promise<void> {
    const marks = ['reserve', 'confirm', 'release'].map((kind) => this.mark(kind));
    await eventually(async () => (await this.count('inbox WHERE message_id = ANY($1::uuid[])', [marks])) === 3);
  }

  private mark(kind: string): string {
    const id = newId();
    if (kind === 'reserve') this.reserve({ [newId()]: 1 }, {}, id);
    if (kind === 'confirm') this.confirm(newId(), id);
    if (kind === 'release') this.release(newId(), 'mark', id);
    return id;
  }

  /** Starts work while a row is held, so that all of it meets at the row. */
  async inARush<T>(table: string, id: string, work: () => Promise<T>[]): Promise<T[]> {
    const holder = new Client({ connectionString: this.service.database.url });
    await holder.connect();
    try {
      await holder.query('BEGIN');
      await holder.query(`SELECT 1 FROM ${table} WHERE id = $1 FOR UPDATE`, [id]);
      const begun = work();
      const waiting = `pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      await eventually(async () => (await this.count(waiting)) >= 3);
      await holder.query('ROLLBACK');
      return await Promise.all(begun);
    } finally {
      await holder.end();
    }
  }

  async count(sql: string, params: readonly unknown[] = []): Promise<number> {
    const [row] = await this.service.query<{ count: number }>(`SELECT count(*)::integer AS count FROM ${sql}`, params);
    return row?.count ?? -1;
  }

  /** The four numbers of every variant are the sums of its movements. */
  async sumsAreRight(): Promise<void> {
    const wrong = await this.service.query(
      `SELECT item.*, moved.* FROM inventory_items AS item
       LEFT JOIN (SELECT variant_id, sum(received) AS received, sum(available) AS available, sum(reserved) AS reserved, sum(sold) AS sold
                  FROM inventory_movements GROUP BY variant_id) AS moved USING (variant_id)
       WHERE (item.received, item.available, item.reserved, item.sold)
             IS DISTINCT FROM (coalesce(moved.received, 0), coalesce(moved.available, 0), coalesce(moved.reserved, 0), coalesce(moved.sold, 0))`,
    );
    expect(wrong).toEqual([]);
  }

  async close(): Promise<void> {
    await this.service.close();
    await this.peer.close();
  }
}

export async function newMerchant(service: StartedService, body: Record<string, unknown> = {}): Promise<MerchantDto> {
  const input = {
    name: 'Harbour Coffee',
    slug: `m-${newId()}`,
    currency: 'EUR',
    time_zone: 'Europe/Amsterdam',
    ...body,
  };
  const admin = service.http.as({ roles: ['platform_admin'], merchants: '*' });
  const answer = await admin.post<MerchantDto>('/api/v1/merchants', input);
  expect(answer.status).toBe(201);
  return answer.body;
}

export function newVariant(body: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    sku: `SKU-${newId()}`,
    title: 'House beans, 250 g',
    price_minor: 1_450,
    tax_rate_bps: 2_100,
    tax_included: true,
    ...body,
  };
}

export function newProduct(body: Record<string, unknown> = {}): Record<string, unknown> {
  return { title: 'House beans', variants: [newVariant()], ...body };
}
