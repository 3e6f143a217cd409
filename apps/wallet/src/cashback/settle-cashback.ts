import { Transactions, type Tx } from '@florin/database';
import type { Clock } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { BookCashback } from './book-cashback';
import { type CashbackRow, CashbackRepository } from './cashback.repository';
import { LetGoCashback } from './let-go-cashback';
import { TellCashback } from './tell-cashback';

/** Cashback per round of the job: bounds the transaction, not the work. */
const sweepLimit = 500;

/** The states that lead on by themselves, in their order. */
export const stages = ['pending', 'confirmed', 'payable'] as const;
export type Stage = (typeof stages)[number];

const next = { pending: 'confirmed', confirmed: 'payable', payable: 'paid' } as const;

export interface Round {
  moved: number;
  /** Where the next round goes on, if there may be more. */
  last: { payableAt: Date; id: string } | undefined;
}

/** Leads cashback on once its hold period is over: confirmed, payable where the merchant lets it go, and into the wallet. */
@Injectable()
export class SettleCashback {
  constructor(
    private readonly transactions: Transactions,
    private readonly cashback: CashbackRepository,
    private readonly letGoCashback: LetGoCashback,
    private readonly bookCashback: BookCashback,
    private readonly tellCashback: TellCashback,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** One set of one stage. What may not go on stays where it is. */
  round(stage: Stage, after: Round['last']): Promise<Round> {
    return this.transactions.run(async (tx) => {
      const due = await this.cashback.due(tx, stage, this.clock.now(), after, sweepLimit);
      const moved = (await this.allowed(tx, stage, due)).map((row): CashbackRow => ({ ...row, state: next[stage] }));
      if (stage === 'payable') await this.bookCashback.pay(tx, moved);
      await this.cashback.save(tx, moved);
      await this.tellCashback.within(
        tx,
        moved.map((row) => ({ row, from: stage, by: 'pay-cashback' })),
      );
      return { moved: moved.length, last: due.length === sweepLimit ? due.at(-1) : undefined };
    });
  }

  private async allowed(tx: Tx, stage: Stage, due: readonly CashbackRow[]): Promise<readonly CashbackRow[]> {
    if (stage === 'pending' || due.length === 0) return due;
    return stage === 'confirmed' ? this.letGoCashback.byItself(tx, due) : this.letGoCashback.intoWallets(tx, due);
  }
}
