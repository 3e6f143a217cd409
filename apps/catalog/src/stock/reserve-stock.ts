import type { Envelope, StockReserve } from '@florin/contracts';
import { stockRefused, stockReserved } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { assert } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { Injectable } from '@nestjs/common';
import { decideReservations, type ReserveDecision } from './reserve-decision';
import { StockAnswers } from './stock-answers';
import { type SettledCheckout, StockRepository } from './stock.repository';

type Asked = Envelope<StockReserve>;

/**
 * Sets stock aside for a set of checkouts, each whole or not at all, first come first served.
 * A checkout that was decided before is answered as it stands; one whose release came first stays released.
 */
@Injectable()
export class ReserveStock {
  constructor(
    private readonly stock: StockRepository,
    private readonly outbox: Outbox,
    private readonly answers: StockAnswers,
  ) {}

  async within(tx: Tx, asked: readonly Asked[]): Promise<void> {
    const known = await this.stock.checkouts(tx, idsOf(asked));
    const fresh = firstOfEach(asked.filter(({ data }) => !known.has(data.checkoutId)));
    if (fresh.length > 0) await this.decide(tx, fresh);
    const again = asked.filter(({ data }) => known.has(data.checkoutId));
    if (again.length > 0) await this.answers.repeat(tx, again, known);
  }

  private async decide(tx: Tx, fresh: readonly Asked[]): Promise<void> {
    const items = await this.stock.lockAvailable(
      tx,
      fresh.flatMap(({ data }) => data.lines.map((line) => line.variantId)),
    );
    const available = new Map([...items].map(([variantId, item]) => [variantId, item.available]));
    const decisions = new Map(
      decideReservations(
        fresh.map(({ data }) => data),
        available,
      ).map((each) => [each.checkoutId, each]),
    );
    const shortagesOf = ({ data }: Asked): ReserveDecision['shortages'] =>
      decisions.get(data.checkoutId)?.shortages ?? [];
    const reserved = fresh.filter((each) => shortagesOf(each).length === 0);
    const refused = fresh.filter((each) => shortagesOf(each).length > 0);

    const headers = [
      ...reserved.map((each) => header(each, 'reserved')),
      ...refused.map((each) => header(each, 'refused')),
    ];
    const lines = reserved.flatMap(({ data }) => data.lines.map((line) => ({ ...line, checkoutId: data.checkoutId })));
    const moves = lines.map(({ variantId, quantity, checkoutId }) => ({
      variantId,
      kind: 'reserve' as const,
      available: -quantity,
      reserved: quantity,
      reference: checkoutId,
    }));
    const kept = reserved.map((each) =>
      this.answers.to(each, { checkoutId: each.data.checkoutId, expiresAt: each.data.expiresAt }),
    );
    const short = refused.map((each) =>
      this.answers.to(each, { checkoutId: each.data.checkoutId, shortages: shortagesOf(each).map(told) }),
    );
    const [written] = await Promise.all([
      this.stock.insertCheckouts(tx, headers),
      this.stock.insertReservations(tx, lines),
      this.stock.move(tx, moves),
      this.outbox.addAll(tx, stockReserved, kept),
      this.outbox.addAll(tx, stockRefused, short),
    ]);
    // A release of one of them came in between: this set starts over, message by message, and then sees it.
    assert(written.size === fresh.length, 'a checkout was settled while its stock was being reserved');
  }
}

/** A shortage as its message says it. */
const told = ({ lineId, variantId, quantity, available }: ReserveDecision['shortages'][number]) => ({
  lineId,
  variantId,
  requested: quantity,
  available,
});

const idsOf = (asked: readonly Asked[]): string[] => [...new Set(asked.map(({ data }) => data.checkoutId))];

/** The same checkout twice in one set is one wish. */
function firstOfEach(asked: readonly Asked[]): Asked[] {
  return [...new Map([...asked].reverse().map((each) => [each.data.checkoutId, each])).values()].reverse();
}

function header({ data }: Asked, state: 'reserved' | 'refused'): SettledCheckout {
  return {
    checkoutId: data.checkoutId,
    merchantId: data.merchantId,
    state,
    reason: state === 'refused' ? 'out_of_stock' : null,
    expiresAt: new Date(data.expiresAt),
  };
}
