import { Injectable } from '@nestjs/common';
import { Transactions } from '@florin/database';
import { Idempotency, ok, type Answered, type IdempotentRequest } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { notFound } from '../input';
import { OrderStates, type OrderState } from '../orders/order-states';
import { AdvanceCheckouts } from './advance-checkouts';
import type { CancelledOrderDto } from './checkout.dto';

/** Who wants to cancel: a member their own order, or the merchant's staff any of theirs. */
export interface Canceller {
  actor: string;
  merchantId: string;
  memberId: string | null;
}

/** Cancels an order that is not confirmed yet; what was reserved for it is let go. */
@Injectable()
export class CancelOrder {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly states: OrderStates,
    private readonly advanceCheckouts: AdvanceCheckouts,
  ) {}

  /** Refuses 404 for an order that is not theirs, `order_confirming` past the point of no return, `order_settled` after the end. */
  execute(
    request: IdempotentRequest,
    who: Canceller,
    orderId: string,
    reason: string,
  ): Promise<Answered<CancelledOrderDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const order = await this.states.of(tx, orderId);
        if (!order || !owns(who, order)) throw notFound();
        if (order.status !== 'pending')
          throw new Refusal('conflict', 'order_settled', `This order is ${order.status.replace('_', ' ')} already.`);
        const { checkoutId } = order;
        const fact = {
          checkoutId,
          fact: { fact: 'stopped' as const },
          actor: who.actor,
          reasonCode: 'cancelled_by_request',
          reason,
        };
        const state = (await this.advanceCheckouts.execute(tx, [fact])).get(checkoutId);
        if (state === 'confirming')
          throw new Refusal('conflict', 'order_confirming', 'This order is being confirmed; return it instead.');
        if (state === 'completed') throw new Refusal('conflict', 'order_settled', 'This order is completed already.');
        return ok({
          id: order.orderId,
          number: order.number,
          status: 'cancelled' as const,
          reason_code: 'cancelled_by_request',
          reason,
        });
      }),
    );
  }
}

function owns(who: Canceller, order: OrderState): boolean {
  return order.merchantId === who.merchantId && (who.memberId === null || order.memberId === who.memberId);
}
