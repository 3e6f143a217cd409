import type { Caller } from '@florin/access';
import { Transactions } from '@florin/database';
import { type Answered, Idempotency, type IdempotentRequest, ok } from '@florin/http';
import { Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { EndStoreCredit } from './end-store-credit';
import type { StoreCreditDto } from './store-credit.dto';
import { shownCredit } from './store-credit-queries';
import { StoreCreditsRepository } from './store-credits.repository';

/** Takes back what is left of a grant; the merchant no longer bears it. */
@Injectable()
export class WithdrawStoreCredit {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly credits: StoreCreditsRepository,
    private readonly endStoreCredit: EndStoreCredit,
  ) {}

  /** Refuses with 404 what is not the merchant's, with 409 what is over (`not_active`) or held by a checkout (`in_use`). */
  execute(
    { merchantId, subject }: Caller,
    request: IdempotentRequest,
    id: string,
    reason: string,
  ): Promise<Answered<StoreCreditDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const [credit] = await this.credits.lock(tx, [id]);
        if (credit?.merchantId !== merchantId)
          throw new Refusal('not_found', 'store_credit_not_found', 'There is no such store credit.');
        if (credit.state !== 'active')
          throw new Refusal('conflict', 'not_active', `This store credit is ${credit.state}.`);
        const ended = await this.endStoreCredit.within(tx, [credit], { state: 'withdrawn', by: subject, reason });
        if (!ended.has(id)) throw new Refusal('conflict', 'in_use', 'A checkout holds some of it: wait until it ends.');
        return ok(shownCredit({ ...credit, state: 'withdrawn' }, undefined));
      }),
    );
  }
}
