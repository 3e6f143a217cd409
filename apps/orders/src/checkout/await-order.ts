import { Injectable } from '@nestjs/common';
import { Transactions } from '@florin/database';
import { Answered } from '@florin/http';
import { secondMs } from '@florin/kernel';
import { OrderStates } from '../orders/order-states';
import type { OrderReceiptDto } from './checkout.dto';
import { SettlementWatch } from './settlement-watch';

/** Gives a shopper who prefers to wait the end of their checkout instead of a promise. */
@Injectable()
export class AwaitOrder {
  constructor(
    private readonly watch: SettlementWatch,
    private readonly transactions: Transactions,
    private readonly states: OrderStates,
  ) {}

  /** The receipt with the end of the checkout and 201, or as it was with 202 when it has not ended in time. */
  async execute(placed: Answered<OrderReceiptDto>, waitSeconds: number): Promise<Answered<OrderReceiptDto>> {
    if (waitSeconds === 0) return placed;
    // A repeated request may come long after the end; only then is the database asked first.
    const known = placed.replayed ? await this.settled(placed.body.id) : undefined;
    const state =
      known ?? (await this.watch.wait(placed.body.id, waitSeconds * secondMs)) ?? (await this.settled(placed.body.id));
    if (!state) return placed;
    const body = { ...placed.body, status: state.status, reason_code: state.reasonCode, reason: state.reason };
    return new Answered(201, body, placed.replayed);
  }

  private async settled(orderId: string) {
    const state = await this.transactions.run((tx) => this.states.of(tx, orderId));
    return state && state.status !== 'pending' ? state : undefined;
  }
}
