import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Arena } from '../client/arena';
import type { CallOptions } from '../client/api';
import type { Order } from '../client/shapes';

/** Between two tries of a call that was cut off. */
const againMs = 100;
/** Longer than any restart: who gets no answer in this time has found a fault. */
const patienceMs = 120_000;

/** People who buy and buy, whatever happens around them, and ask again under the same key until they are answered. */
export class Shopping {
  /** Ids of the orders that somebody was told of. */
  readonly orders: string[] = [];
  completed = 0;
  /** Tries that met something that was down. */
  cutOff = 0;
  /** Answers that no kill explains. */
  readonly faults: string[] = [];
  private isOpen = true;
  private everybody: Promise<void[]> | undefined;

  constructor(private readonly arena: Arena) {}

  start(): void {
    this.everybody = Promise.all(this.arena.shoppers.map(({ token }, shopper) => this.shop(shopper, token)));
  }

  /** Ends when everybody has got an answer. */
  async stop(): Promise<void> {
    this.isOpen = false;
    await this.everybody;
  }

  private async shop(shopper: number, token: string): Promise<void> {
    const { variantIds } = this.arena;
    for (let bought = 0; this.isOpen; bought += 1) {
      const variantId = variantIds[(shopper + bought) % variantIds.length];
      const cart = await this.insist<{ id: string }>('/carts', {
        token,
        body: { lines: [{ variant_id: variantId, quantity: 1 }] },
      });
      const order =
        cart &&
        (await this.insist<Order>('/orders', {
          token,
          wait: 5,
          body: { cart_id: cart.id, payment: { card_token: 'tok_visa' } },
        }));
      if (!order) continue;
      this.orders.push(order.id);
      if (order.status === 'completed') this.completed += 1;
    }
  }

  /** One thing wanted, under one key, however often it takes to be answered. */
  private async insist<T>(path: string, options: CallOptions): Promise<T | undefined> {
    const wanted = { ...options, idempotencyKey: randomUUID() };
    const deadline = Date.now() + patienceMs;
    while (Date.now() < deadline) {
      const answer = await this.arena.api.call<T>('POST', path, wanted).catch(() => undefined);
      if (answer && answer.status < 300) return answer.body;
      // Down, or still busy with our first try: both pass.
      const passes = !answer || answer.status >= 500 || answer.status === 409 || answer.status === 429;
      if (!passes) return this.fault(`POST ${path} answered ${answer.status} ${JSON.stringify(answer.body)}`);
      this.cutOff += 1;
      await sleep(againMs);
    }
    return this.fault(`POST ${path} was not answered for ${patienceMs / 1_000} s`);
  }

  private fault(text: string): undefined {
    this.faults.push(text);
    return undefined;
  }
}
