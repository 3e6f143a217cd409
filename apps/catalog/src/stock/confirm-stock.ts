import { type Envelope, type StockConfirm, stockRefused } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { Outbox } from '@florin/messaging';
import { Injectable } from '@nestjs/common';
import { decideReservations } from './reserve-decision';
import { StockAnswers } from './stock-answers';
import { expired, type ReservedLine, type SettledCheckout, StockRepository } from './stock.repository';

type Asked = Envelope<StockConfirm>;

/**
 * Turns what a set of paid checkouts reserved into sold. A checkout whose time limit passed before it was paid is sold
 * after all when the stock is still there; otherwise it is refused, and the saga gives the money back.
 */
@Injectable()
export class ConfirmStock {
  constructor(
    private readonly stock: StockRepository,
    private readonly outbox: Outbox,
    private readonly answers: StockAnswers,
  ) {}

  async within(tx: Tx, asked: readonly Asked[]): Promise<void> {
    const once = [...new Map(asked.map((each) => [each.data.checkoutId, each])).values()];
    const known = await this.stock.checkouts(
      tx,
      once.map(({ data }) => data.checkoutId),
    );
    const stateOf = ({ data }: Asked) => known.get(data.checkoutId)?.state;
    const reserved = once.filter((each) => stateOf(each) === 'reserved');
    // What was released on purpose stays released.
    const late = once.filter(
      (each) => stateOf(each) === 'released' && known.get(each.data.checkoutId)?.reason === expired,
    );
    const lines = await this.linesOf(tx, [...reserved, ...late]);
    const recovered = await this.recover(tx, late, lines);
    const sold = [...reserved, ...recovered];
    const from = (each: Asked, account: 'reserved' | 'available') =>
      (lines.get(each.data.checkoutId) ?? []).map(({ variantId, quantity, checkoutId }) => ({
        variantId,
        kind: 'confirm' as const,
        [account]: -quantity,
        sold: quantity,
        reference: checkoutId,
      }));
    const moves = [
      ...reserved.flatMap((each) => from(each, 'reserved')),
      ...recovered.flatMap((each) => from(each, 'available')),
    ];
    const confirmed = once.filter((each) => stateOf(each) === 'confirmed');
    const lost = once.filter((each) => !sold.includes(each) && !confirmed.includes(each));
    await Promise.all([
      this.stock.settleCheckouts(
        tx,
        sold.map(({ data }) => data.checkoutId),
        'confirmed',
        sold.map(() => null),
      ),
      this.stock.move(tx, moves),
      this.answers.confirmed(tx, [...sold, ...confirmed]),
      this.refuse(tx, lost, known),
    ]);
  }

  private async linesOf(tx: Tx, asked: readonly Asked[]): Promise<Map<string, ReservedLine[]>> {
    const rows = await this.stock.reservations(
      tx,
      asked.map(({ data }) => data.checkoutId),
    );
    const byCheckout = new Map<string, ReservedLine[]>();
    for (const row of rows) byCheckout.set(row.checkoutId, [...(byCheckout.get(row.checkoutId) ?? []), row]);
    // Locked here, in id order, before anything moves.
    await this.stock.lockAvailable(
      tx,
      rows.map((row) => row.variantId),
    );
    return byCheckout;
  }

  private async recover(tx: Tx, late: readonly Asked[], lines: ReadonlyMap<string, ReservedLine[]>): Promise<Asked[]> {
    if (late.length === 0) return [];
    const wanted = late.map(({ data }) => ({ checkoutId: data.checkoutId, lines: lines.get(data.checkoutId) ?? [] }));
    const items = await this.stock.lockAvailable(
      tx,
      wanted.flatMap((each) => each.lines.map((line) => line.variantId)),
    );
    const decisions = decideReservations(
      wanted,
      new Map([...items].map(([variantId, item]) => [variantId, item.available])),
    );
    return late.filter((_, index) => decisions[index]?.shortages.length === 0);
  }

  private async refuse(tx: Tx, asked: readonly Asked[], known: ReadonlyMap<string, SettledCheckout>): Promise<void> {
    const refusable = asked.filter(({ data }) => known.has(data.checkoutId));
    await this.outbox.addAll(
      tx,
      stockRefused,
      refusable.map((each) => this.answers.to(each, { checkoutId: each.data.checkoutId, shortages: [] })),
    );
  }
}
