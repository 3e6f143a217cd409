import type { Envelope, StockRelease } from '@florin/contracts';
import { Transactions, type Tx } from '@florin/database';
import type { Clock } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { StockAnswers } from './stock-answers';
import { expired, StockRepository } from './stock.repository';

type Asked = Envelope<StockRelease>;

/** Checkouts released per round of the sweeper: bounds the transaction, not the work. */
const sweepLimit = 500;

/**
 * Gives reserved stock back: because the checkout ended, or because its time limit passed. A release for a checkout that
 * was never seen is remembered, so that a reserve which arrives later is refused. Sold stock is not given back here.
 */
@Injectable()
export class ReleaseStock {
  constructor(
    private readonly stock: StockRepository,
    private readonly answers: StockAnswers,
    private readonly transactions: Transactions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async within(tx: Tx, asked: readonly Asked[]): Promise<void> {
    const once = new Map(asked.map((each) => [each.data.checkoutId, each]));
    const fresh = await this.stock.insertCheckouts(
      tx,
      [...once.values()].map(({ data, merchantid }) => ({
        checkoutId: data.checkoutId,
        merchantId: merchantid ?? null,
        state: 'released',
        reason: data.reason,
        expiresAt: null,
      })),
    );
    const known = await this.stock.checkouts(
      tx,
      [...once.keys()].filter((id) => !fresh.has(id)),
    );
    const reserved = [...known.values()]
      .filter(({ state }) => state === 'reserved')
      .map(({ checkoutId }) => checkoutId);
    await this.giveBack(
      tx,
      reserved,
      reserved.map((id) => once.get(id)?.data.reason ?? 'released'),
    );
    const done = [
      ...fresh,
      ...[...known.values()].filter(({ state }) => state !== 'confirmed').map(({ checkoutId }) => checkoutId),
    ];
    await this.answers.released(
      tx,
      done.map((checkoutId) => ({
        asked: once.get(checkoutId),
        checkoutId,
        reason: once.get(checkoutId)?.data.reason ?? 'released',
      })),
    );
  }

  /** Releases what is past its time limit; gives how many checkouts. Run by the job and safe to run by hand. */
  async expire(): Promise<number> {
    return this.transactions.run(async (tx) => {
      const due = await this.stock.dueCheckouts(tx, this.clock.now(), sweepLimit);
      await this.giveBack(
        tx,
        due,
        due.map(() => expired),
      );
      await this.answers.released(
        tx,
        due.map((checkoutId) => ({ checkoutId, reason: expired })),
      );
      return due.length;
    });
  }

  private async giveBack(tx: Tx, checkoutIds: readonly string[], reasons: readonly string[]): Promise<void> {
    if (checkoutIds.length === 0) return;
    const lines = await this.stock.reservations(tx, checkoutIds);
    await this.stock.lockAvailable(
      tx,
      lines.map((line) => line.variantId),
    );
    await this.stock.settleCheckouts(tx, checkoutIds, 'released', reasons);
    await this.stock.move(
      tx,
      lines.map(({ variantId, quantity, checkoutId }) => ({
        variantId,
        kind: 'release',
        available: quantity,
        reserved: -quantity,
        reference: checkoutId,
      })),
    );
  }
}
