import { type Envelope, type StockRestock, stockRestocked } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { Outbox, PoisonMessage } from '@florin/messaging';
import { Injectable } from '@nestjs/common';
import { StockAnswers } from './stock-answers';
import { StockRepository } from './stock.repository';

/**
 * Puts refunded units back on the shelf, once per refund, and never more of a line than that line sold: a CHECK holds the
 * sum of all refunds.
 */
@Injectable()
export class Restock {
  constructor(
    private readonly stock: StockRepository,
    private readonly outbox: Outbox,
    private readonly answers: StockAnswers,
  ) {}

  async within(tx: Tx, asked: Envelope<StockRestock>): Promise<void> {
    const { checkoutId, refundId } = asked.data;
    const known = await this.stock.checkouts(tx, [checkoutId]);
    const state = known.get(checkoutId)?.state;
    // Not yet confirmed: the retry tiers bring it back when it is.
    if (state === undefined || state === 'reserved') throw new Error(`checkout ${checkoutId} is not confirmed yet`);
    if (state !== 'confirmed') throw new PoisonMessage(`checkout ${checkoutId} is ${state}: nothing of it was sold`);
    if (await this.stock.noteRestock(tx, refundId)) await this.bringBack(tx, asked.data);
    await this.outbox.addAll(tx, stockRestocked, [this.answers.to(asked, { refundId, checkoutId })]);
  }

  private async bringBack(tx: Tx, { checkoutId, refundId, lines }: StockRestock): Promise<void> {
    const sold = new Map((await this.stock.reservations(tx, [checkoutId])).map((line) => [line.lineId, line]));
    for (const line of lines) {
      const held = sold.get(line.lineId);
      if (held?.variantId !== line.variantId || held.restocked + line.quantity > held.quantity) {
        throw new PoisonMessage(`refund ${refundId} brings back more of line ${line.lineId} than it sold`);
      }
    }
    await this.stock.lockAvailable(
      tx,
      lines.map((line) => line.variantId),
    );
    await this.stock.addRestocked(
      tx,
      lines.map((line) => ({ ...line, checkoutId })),
    );
    await this.stock.move(
      tx,
      lines.map(({ variantId, quantity }) => ({
        variantId,
        kind: 'restock',
        available: quantity,
        sold: -quantity,
        reference: refundId,
      })),
    );
  }
}
