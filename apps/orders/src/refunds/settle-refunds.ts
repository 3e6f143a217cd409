import { Inject, Injectable, Logger } from '@nestjs/common';
import { orderRefunded, stockRestock } from '@florin/contracts';
import type { Tx } from '@florin/database';
import type { Cause, Clock } from '@florin/kernel';
import { Outbox, PoisonMessage } from '@florin/messaging';
import { CLOCK } from '@florin/service-host';
import { grouped } from '../grouped';
import { OrderHistory } from '../orders/order-history';
import { ReturnableOrders, type ReturnableOrder } from '../orders/returnable-orders';
import { refundedMessage, restockMessage } from './refund-messages';
import { RefundsRepository, type Failure, type RefundLineRow, type RefundRow } from './refunds.repository';

/** Ends refunds when the wallet has answered. Whole sets, with a constant number of statements. */
@Injectable()
export class SettleRefunds {
  private readonly logger = new Logger(SettleRefunds.name);

  constructor(
    private readonly refunds: RefundsRepository,
    private readonly orders: ReturnableOrders,
    private readonly history: OrderHistory,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  now(): Date {
    return this.clock.now();
  }

  /**
   * The money is back: `orders.order.refunded` is said once per refund, and goods go back on the shelf where asked.
   * Refunds that were settled before change nothing. Gives those that were settled now.
   */
  async complete(tx: Tx, answers: readonly { refundId: string; cause?: Cause }[]): Promise<RefundRow[]> {
    const now = this.clock.now();
    const ids = answers.map((answer) => answer.refundId);
    const orders = await this.lockOrders(tx, ids);
    const [refunds, lines] = await Promise.all([this.refunds.complete(tx, ids, now), this.refunds.lines(tx, ids)]);
    if (refunds.length === 0) return [];
    const statuses = await this.orders.refunded(
      tx,
      refunds.map((refund) => ({ orderId: refund.order_id, amountMinor: refund.total_minor })),
    );
    const causes = new Map(answers.map((answer) => [answer.refundId, answer.cause]));
    const byRefund = grouped(lines, (line) => line.refund_id);
    const returned = refunds.filter((refund) => refund.purpose === 'return');
    const linesOf = (refund: RefundRow): RefundLineRow[] => byRefund.get(refund.id) ?? [];
    const said = <T>(data: T, refund: RefundRow, subject: string) => ({ subject, data, cause: causes.get(refund.id) });
    await Promise.all([
      this.history.add(
        tx,
        returned.map((refund) => ({
          order_id: refund.order_id,
          status: statuses.get(refund.order_id) ?? '',
          actor: `refund:${refund.id}`,
          at: now,
        })),
      ),
      this.outbox.addAll(
        tx,
        orderRefunded,
        returned.map((refund) =>
          said(refundedMessage(refund, orders.get(refund.order_id), linesOf(refund), now), refund, refund.order_id),
        ),
      ),
      this.outbox.addAll(
        tx,
        stockRestock,
        returned
          .filter((refund) => refund.restock)
          .map((refund) => said(restockMessage(refund, linesOf(refund)), refund, refund.checkout_id)),
      ),
    ]);
    return refunds;
  }

  /** The money did not go back: what was set aside for these refunds can be asked for again. */
  async fail(tx: Tx, failures: readonly Failure[]): Promise<void> {
    await this.lockOrders(
      tx,
      failures.map((failure) => failure.refundId),
    );
    const failed = await this.refunds.fail(tx, failures, this.clock.now());
    for (const { id, order_id } of failed.filter((refund) => refund.purpose === 'undo')) {
      this.logger.error(
        `The money of the cancelled order ${order_id} could not be given back: refund ${id} failed and needs a person`,
      );
    }
    await Promise.all([
      this.refunds.giveUpReturns(
        tx,
        failed.map((refund) => refund.id),
      ),
      this.orders.changeReturning(
        tx,
        failed.map((refund) => ({
          orderId: refund.order_id,
          walletMinor: -refund.wallet_minor,
          cardMinor: -refund.card_minor,
        })),
      ),
    ]);
  }

  /** Orders before refunds and in id order, as when a refund is requested, so that nobody waits in a circle. */
  private async lockOrders(tx: Tx, refundIds: readonly string[]): Promise<Map<string, ReturnableOrder>> {
    const refunds = await this.refunds.byIds(tx, refundIds);
    const known = new Set(refunds.map((refund) => refund.id));
    const unknown = refundIds.find((id) => !known.has(id));
    if (unknown) throw new PoisonMessage('unknown_refund', `there is no refund ${unknown}`);
    const orders = await this.orders.lockAll(tx, [...new Set(refunds.map((refund) => refund.order_id))]);
    return new Map(orders.map((order) => [order.id, order]));
  }
}
