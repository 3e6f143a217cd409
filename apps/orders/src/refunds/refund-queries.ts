import { Injectable } from '@nestjs/common';
import { Transactions, type Tx } from '@florin/database';
import { grouped } from '../grouped';
import { notFound } from '../input';
import { ReturnableOrders } from '../orders/returnable-orders';
import { refundDto, type RefundDto } from './refunds.dto';
import { refundColumns } from './refund-columns';
import { RefundsRepository, type RefundRow } from './refunds.repository';

/** Reads the primary: whoever has just asked for a refund looks for it at once. */
@Injectable()
export class RefundQueries {
  constructor(
    private readonly transactions: Transactions,
    private readonly refunds: RefundsRepository,
    private readonly orders: ReturnableOrders,
  ) {}

  /** All refunds of an order, oldest first; there are never more than units sold. Refuses 404 where there is no such order. */
  ofOrder(merchantId: string, orderId: string): Promise<RefundDto[]> {
    return this.transactions.run(async (tx) => {
      const [isThere, refunds] = await Promise.all([
        this.orders.isThere(tx, merchantId, orderId),
        this.read(tx, 'merchant_id = $1 AND order_id = $2', [merchantId, orderId]),
      ]);
      if (!isThere) throw notFound();
      return refunds;
    });
  }

  async one(merchantId: string, orderId: string, refundId: string): Promise<RefundDto> {
    const [refund] = await this.transactions.run((tx) =>
      this.read(tx, 'merchant_id = $1 AND order_id = $2 AND id = $3', [merchantId, orderId, refundId]),
    );
    if (!refund) throw notFound();
    return refund;
  }

  private async read(tx: Tx, condition: string, parameters: readonly string[]): Promise<RefundDto[]> {
    const [refunds, lines] = await Promise.all([
      tx.query<RefundRow>(
        `SELECT ${refundColumns} FROM refunds WHERE ${condition} ORDER BY requested_at, id`,
        parameters,
      ),
      this.refunds.linesWhere(tx, condition, parameters),
    ]);
    const byRefund = grouped(lines, (line) => line.refund_id);
    return refunds.map((refund) => refundDto(refund, byRefund.get(refund.id) ?? []));
  }
}
