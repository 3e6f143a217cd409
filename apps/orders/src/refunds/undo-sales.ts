import { Inject, Injectable } from '@nestjs/common';
import { refundIssue, stockRestock } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { derivedId, type Cause, type Clock } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { CLOCK } from '@florin/service-host';
import { grouped } from '../grouped';
import { ReturnableOrders } from '../orders/returnable-orders';
import { issueMessage } from './refund-messages';
import { RefundsRepository, type RefundRow } from './refunds.repository';

export interface Undo {
  checkoutId: string;
  orderId: string;
  merchantId: string;
  reason: string;
  cause?: Cause | undefined;
}

/** Gives back what a checkout had already sold or captured when its other part failed. The same undo, asked twice, is one. */
@Injectable()
export class UndoSales {
  constructor(
    private readonly orders: ReturnableOrders,
    private readonly refunds: RefundsRepository,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Says `catalog.stock.restock` for goods and `wallet.refund.issue` for money, of whole orders. */
  async execute(tx: Tx, undos: { stock: readonly Undo[]; payment: readonly Undo[] }): Promise<void> {
    if (undos.stock.length > 0) await this.restock(tx, undos.stock);
    if (undos.payment.length > 0) await this.refund(tx, undos.payment);
  }

  private async restock(tx: Tx, undos: readonly Undo[]): Promise<void> {
    const items = grouped(
      await this.orders.items(
        tx,
        undos.map((undo) => undo.orderId),
      ),
      (item) => item.order_id,
    );
    const sayings = undos.map(({ checkoutId, orderId, merchantId, cause }) => {
      const lines = (items.get(orderId) ?? []).map((item) => ({
        lineId: item.line_id,
        variantId: item.variant_id,
        quantity: item.quantity,
      }));
      return { subject: checkoutId, cause, data: { refundId: undoIdOf(checkoutId), checkoutId, merchantId, lines } };
    });
    await this.outbox.addAll(tx, stockRestock, sayings);
  }

  private async refund(tx: Tx, undos: readonly Undo[]): Promise<void> {
    const byOrder = new Map(undos.map((undo) => [undo.orderId, undo]));
    const orders = await this.orders.takeAllBack(tx, [...byOrder.keys()]);
    const now = this.clock.now();
    const refunds = orders.map((order): RefundRow => ({
      id: undoIdOf(order.checkout_id),
      order_id: order.id,
      checkout_id: order.checkout_id,
      merchant_id: order.merchant_id,
      member_id: order.member_id,
      purpose: 'undo',
      status: 'requested',
      reason: byOrder.get(order.id)?.reason ?? '',
      restock: false,
      currency: order.currency,
      total_minor: order.returning_wallet_minor + order.returning_card_minor,
      tax_minor: 0,
      wallet_minor: order.returning_wallet_minor,
      card_minor: order.returning_card_minor,
      failure_code: null,
      failure_reason: null,
      requested_by: 'checkout',
      requested_at: now,
      settled_at: null,
    }));
    if (refunds.length === 0) return;
    await Promise.all([
      this.refunds.insert(tx, refunds, []),
      this.outbox.addAll(
        tx,
        refundIssue,
        refunds.map((refund) => ({
          subject: refund.id,
          data: issueMessage(refund),
          cause: byOrder.get(refund.order_id)?.cause,
        })),
      ),
    ]);
  }
}

/** One undo per checkout: its id follows from the checkout's, so it cannot be issued twice. */
function undoIdOf(checkoutId: string): string {
  return derivedId(checkoutId, 'undo');
}
