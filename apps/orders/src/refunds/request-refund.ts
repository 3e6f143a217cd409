import { Injectable } from '@nestjs/common';
import { refundIssue } from '@florin/contracts';
import { Transactions, type Tx } from '@florin/database';
import { accepted, Idempotency, type Answered, type IdempotentRequest } from '@florin/http';
import { newId, Refusal } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { notFound } from '../input';
import { ReturnableOrders, type ReturnableOrder } from '../orders/returnable-orders';
import { issueMessage } from './refund-messages';
import { planRefund, type PlannedRefund } from './refund-plan';
import { refundDto, type RefundDto, type RequestRefundDto } from './refunds.dto';
import { RefundsRepository, type RefundRow } from './refunds.repository';
import { SettleRefunds } from './settle-refunds';

/** A merchant's staff takes goods back: exactly what they cost goes back to each tender. */
@Injectable()
export class RequestRefund {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly orders: ReturnableOrders,
    private readonly refunds: RefundsRepository,
    private readonly settleRefunds: SettleRefunds,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Requests one of any number of partial refunds, once per idempotency key; the wallet is told to give the money back.
   * Refuses 404, `order_not_refundable`, `line_unknown` and `too_many_units`.
   */
  execute(
    request: IdempotentRequest,
    staff: { subject: string; merchantId: string },
    orderId: string,
    input: RequestRefundDto,
  ): Promise<Answered<RefundDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => accepted(await this.request(tx, staff, orderId, input))),
    );
  }

  private async request(
    tx: Tx,
    staff: { subject: string; merchantId: string },
    orderId: string,
    input: RequestRefundDto,
  ): Promise<RefundDto> {
    const order = await this.orders.lock(tx, orderId);
    if (order?.merchant_id !== staff.merchantId) throw notFound();
    requireRefundable(order);
    const [items, returns] = await Promise.all([this.orders.items(tx, [order.id]), this.refunds.returns(tx, order.id)]);
    const plan = planRefund(
      order,
      items,
      returns,
      input.lines.map((line) => ({ lineId: line.line_id, quantity: line.quantity })),
    );
    const refund = this.rowOf(order, plan, staff.subject, input);
    const lines = plan.lines.map((line) => ({ refund_id: refund.id, ...line }));
    await Promise.all([
      this.refunds.insert(tx, [refund], lines),
      this.refunds.saveReturns(tx, plan.returns),
      this.orders.changeReturning(tx, [
        { orderId: order.id, walletMinor: plan.walletMinor, cardMinor: plan.cardMinor },
      ]),
      plan.totalMinor > 0 && this.outbox.add(tx, refundIssue, refund.id, issueMessage(refund)),
    ]);
    // Nothing was paid for these units, so there is no money to wait for.
    const [settled = refund] =
      plan.totalMinor === 0 ? await this.settleRefunds.complete(tx, [{ refundId: refund.id }]) : [];
    return refundDto(settled, lines);
  }

  private rowOf(order: ReturnableOrder, plan: PlannedRefund, subject: string, input: RequestRefundDto): RefundRow {
    return {
      id: newId(),
      order_id: order.id,
      checkout_id: order.checkout_id,
      merchant_id: order.merchant_id,
      member_id: order.member_id,
      purpose: 'return',
      status: 'requested',
      reason: input.reason,
      restock: input.restock,
      currency: order.currency,
      total_minor: plan.totalMinor,
      tax_minor: plan.taxMinor,
      wallet_minor: plan.walletMinor,
      card_minor: plan.cardMinor,
      failure_code: null,
      failure_reason: null,
      requested_by: subject,
      requested_at: this.settleRefunds.now(),
      settled_at: null,
    };
  }
}

function requireRefundable(order: ReturnableOrder): void {
  if (order.status !== 'completed' && order.status !== 'partially_refunded') {
    throw new Refusal(
      'conflict',
      'order_not_refundable',
      `This order is ${order.status.replace('_', ' ')}, so nothing can be returned.`,
    );
  }
  if (order.captured_wallet_minor + order.captured_card_minor < order.total_minor) {
    throw new Refusal(
      'conflict',
      'order_not_refundable',
      'The money of this order was not taken here, so it cannot be given back here.',
    );
  }
}
