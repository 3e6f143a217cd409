import type { Tx } from '@florin/database';
import { Injectable } from '@nestjs/common';
import { BookRefunds } from './book-refunds';
import { GiveBackToCards } from './give-back-to-cards';
import { type RefundRow, RefundsRepository } from './refunds.repository';

/** Sets refunds of direct payments on their way to the processor. */
@Injectable()
export class GivingBack {
  constructor(
    private readonly refunds: RefundsRepository,
    private readonly bookRefunds: BookRefunds,
    private readonly giveBackToCards: GiveBackToCards,
  ) {}

  async start(tx: Tx, refund: RefundRow): Promise<void> {
    await this.refunds.insert(tx, refund);
    await this.bookRefunds.note(tx, [
      {
        refund,
        toState: 'requested',
        learnedFrom: 'request',
        detail: refund.reason,
        actor: refund.requestedBy ?? 'wallet',
      },
    ]);
    tx.afterCommit(() => this.giveBackToCards.work.wake());
  }

  async again(tx: Tx, failed: RefundRow, actor: string): Promise<void> {
    await this.refunds.again(tx, failed.id, failed.captureId);
    await this.bookRefunds.note(tx, [
      { refund: failed, toState: 'requested', learnedFrom: 'request', detail: 'asked for again', actor },
    ]);
    tx.afterCommit(() => this.giveBackToCards.work.wake());
  }
}
