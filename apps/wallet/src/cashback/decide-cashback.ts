import type { Caller } from '@florin/access';
import { Transactions, type Tx } from '@florin/database';
import { type Answered, Idempotency, type IdempotentRequest, ok } from '@florin/http';
import { present, Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { BookCashback, leftOf } from './book-cashback';
import type { CashbackDetailDto } from './cashback.dto';
import { cashbackNotFound, CashbackQueries } from './cashback-queries';
import { type CashbackRow, CashbackRepository } from './cashback.repository';
import { TellCashback } from './tell-cashback';

/** What staff decide about cashback: confirmed cashback is let go, cashback that is not paid yet is declined with a reason. */
@Injectable()
export class DecideCashback {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly cashback: CashbackRepository,
    private readonly bookCashback: BookCashback,
    private readonly tellCashback: TellCashback,
    private readonly queries: CashbackQueries,
  ) {}

  /** Refuses with 404 what is not the merchant's, with 409 `not_confirmed` what is not there yet or is past it. */
  approve(caller: Caller, request: IdempotentRequest, id: string): Promise<Answered<CashbackDetailDto>> {
    return this.decide(caller, request, id, async (_, row) => {
      if (row.state !== 'confirmed')
        throw new Refusal('conflict', 'not_confirmed', `This cashback is ${row.state}, not confirmed.`);
      return { ...row, state: 'payable' };
    });
  }

  /** Refuses with 409 `already_settled` what is paid or declined. */
  decline(
    caller: Caller,
    request: IdempotentRequest,
    id: string,
    reason: string,
  ): Promise<Answered<CashbackDetailDto>> {
    return this.decide(caller, request, id, async (tx, row) => {
      if (row.state === 'paid' || row.state === 'declined')
        throw new Refusal('conflict', 'already_settled', `This cashback is ${row.state}.`);
      await this.bookCashback.decline(tx, row);
      return { ...row, state: 'declined', declinedMinor: leftOf(row), reason };
    });
  }

  private decide(
    { merchantId, subject }: Caller,
    request: IdempotentRequest,
    id: string,
    change: (tx: Tx, row: CashbackRow) => Promise<CashbackRow>,
  ): Promise<Answered<CashbackDetailDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const row = await this.cashback.lock(tx, id);
        if (row?.merchantId !== merchantId) throw cashbackNotFound();
        const changed = await change(tx, row);
        await this.cashback.save(tx, [changed]);
        await this.tellCashback.within(tx, [{ row: changed, from: row.state, by: subject }]);
        return ok(present(await this.queries.find(tx, merchantId, undefined, id), 'a locked cashback is there'));
      }),
    );
  }
}
