import { Injectable } from '@nestjs/common';
import type { Tx } from '@florin/database';
import type { HistoryRecord } from './order-records';
import { OrdersRepository } from './orders.repository';

/** Adds to the append-only history of orders, for capabilities that change their status. */
@Injectable()
export class OrderHistory {
  constructor(private readonly orders: OrdersRepository) {}

  async add(tx: Tx, steps: readonly HistoryRecord[]): Promise<void> {
    if (steps.length > 0) await this.orders.addHistory(tx, steps);
  }
}
