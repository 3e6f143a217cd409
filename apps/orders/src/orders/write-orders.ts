import { Injectable } from '@nestjs/common';
import type { Tx } from '@florin/database';
import { newId } from '@florin/kernel';
import { bornAt } from './order-id';
import type { HistoryRecord, ItemRecord, OrderRecord } from './order-records';
import { OrdersRepository } from './orders.repository';

/** Writes frozen orders, for the checkout and the import. */
@Injectable()
export class WriteOrders {
  constructor(private readonly orders: OrdersRepository) {}

  /** As many human-readable order numbers as asked for: `F-2026-100001`. */
  async numbers(tx: Tx, count: number, now: Date): Promise<string[]> {
    return (await this.orders.nextNumbers(tx, count)).map((number) => `F-${now.getUTCFullYear()}-${number}`);
  }

  /** Writes the orders, their lines and the first step of their history: three statements for any number. */
  async execute(
    tx: Tx,
    orders: readonly OrderRecord[],
    items: readonly ItemRecord[],
    history: readonly HistoryRecord[],
  ): Promise<void> {
    await Promise.all([this.orders.insert(tx, orders, items), this.orders.addHistory(tx, history)]);
  }
}

/** A new order's id, and the time inside it by which its rows are partitioned. */
export function newOrderId(): { id: string; created_at: Date } {
  const id = newId();
  return { id, created_at: bornAt(id) ?? new Date() };
}
