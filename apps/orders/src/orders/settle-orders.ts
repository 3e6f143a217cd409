import { Injectable } from '@nestjs/common';
import { orderCancelled, orderCompleted } from '@florin/contracts';
import type { Tx } from '@florin/database';
import type { Cause } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { grouped } from '../grouped';
import { cancelledMessage, completedMessage } from './order-messages';
import type { ItemRecord } from './order-records';
import { OrdersRepository, type SettledOrder } from './orders.repository';

/** The end of one order's checkout: who or what brought it, and from which message. */
export interface OrderEnding {
  orderId: string;
  actor: string;
  cause?: Cause | undefined;
  reasonCode: string;
  reason: string;
}

export interface CompletedOrder {
  order: SettledOrder;
  items: readonly ItemRecord[];
  completedAt: Date;
  cause?: Cause | undefined;
}

/** Ends pending orders, completed or cancelled, and tells everybody. Whole sets, with a constant number of statements. */
@Injectable()
export class SettleOrders {
  constructor(
    private readonly orders: OrdersRepository,
    private readonly outbox: Outbox,
  ) {}

  /** Everything is sold and paid: `orders.order.completed` is said once per order. */
  async complete(tx: Tx, endings: readonly OrderEnding[], now: Date): Promise<void> {
    if (endings.length === 0) return;
    const ids = endings.map((ending) => ending.orderId);
    const [completed, items] = await Promise.all([this.orders.complete(tx, ids, now), this.orders.items(tx, ids)]);
    const causes = new Map(endings.map((ending) => [ending.orderId, ending]));
    const byOrder = grouped(items, (item) => item.order_id);
    const linesOf = (orderId: string): ItemRecord[] => byOrder.get(orderId) ?? [];
    await Promise.all([
      this.orders.addHistory(
        tx,
        completed.map((order) => ({
          order_id: order.id,
          status: 'completed',
          actor: causes.get(order.id)?.actor ?? '',
          at: now,
        })),
      ),
      this.sayCompleted(
        tx,
        completed.map((order) => ({
          order,
          items: linesOf(order.id),
          completedAt: now,
          cause: causes.get(order.id)?.cause,
        })),
      ),
    ]);
  }

  /** Says `orders.order.completed` of orders that are written as completed, with one statement. */
  async sayCompleted(tx: Tx, completed: readonly CompletedOrder[]): Promise<void> {
    const sayings = completed.map(({ order, items, completedAt, cause }) => ({
      subject: order.id,
      data: completedMessage(order, items, completedAt),
      cause,
    }));
    await this.outbox.addAll(tx, orderCompleted, sayings);
  }

  /** The sale came to nothing: `orders.order.cancelled` is said once per order, with the reason. */
  async cancel(tx: Tx, endings: readonly OrderEnding[], now: Date): Promise<void> {
    if (endings.length === 0) return;
    const byOrder = new Map(endings.map((ending) => [ending.orderId, ending]));
    const cancelled = await this.orders.cancel(
      tx,
      endings.map(({ orderId, reasonCode, reason }) => ({ id: orderId, reasonCode, reason })),
      now,
    );
    const ended = cancelled.flatMap((order) => {
      const ending = byOrder.get(order.id);
      return ending ? [{ order, ending }] : [];
    });
    await Promise.all([
      this.orders.addHistory(
        tx,
        ended.map(({ order, ending }) => ({
          order_id: order.id,
          status: 'cancelled',
          reason_code: ending.reasonCode,
          actor: ending.actor,
          at: now,
        })),
      ),
      this.outbox.addAll(
        tx,
        orderCancelled,
        ended.map(({ order, ending }) => ({
          subject: order.id,
          data: cancelledMessage(order, ending.reasonCode, ending.reason, now),
          cause: ending.cause,
        })),
      ),
    ]);
  }
}
