import type { Caller } from '@florin/access';
import { Transactions } from '@florin/database';
import { type Answered, created, Idempotency, type IdempotentRequest } from '@florin/http';
import { assert, type Clock, newId, Refusal } from '@florin/kernel';
import { Ledger } from '@florin/ledger';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { storeCreditAccount, storeCreditCostAccount } from '../accounts/money-accounts';
import { OpenWallets } from '../accounts/open-wallets';
import { OpenStoreCredit } from './open-store-credit';
import type { GrantStoreCreditDto, StoreCreditDto } from './store-credit.dto';
import { shownCredit } from './store-credit-queries';

/** Gives a member credit at the merchant, who bears it: it is spent on goods and never paid out. */
@Injectable()
export class GrantStoreCredit {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly openWallets: OpenWallets,
    private readonly openStoreCredit: OpenStoreCredit,
    private readonly ledger: Ledger,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Refuses an expiry that is past with 422 `expiry_past`. */
  execute(
    { merchantId, subject }: Caller,
    request: IdempotentRequest,
    input: GrantStoreCreditDto,
  ): Promise<Answered<StoreCreditDto>> {
    const expiresAt = input.expires_at === undefined ? null : new Date(input.expires_at);
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const now = this.clock.now();
        if (expiresAt && expiresAt <= now)
          throw Refusal.field('unprocessable', 'expires_at', 'expiry_past', 'It would have expired already.');
        const owner = { merchantId, memberId: input.member_id.toLowerCase(), currency: input.currency };
        const credit = {
          ...owner,
          id: newId(),
          amountMinor: input.amount_minor,
          source: 'grant' as const,
          sourceId: null,
          expiresAt,
          reason: input.reason,
          grantedBy: subject,
        };
        await this.openWallets.within(tx, [owner]);
        await this.openStoreCredit.within(tx, [credit]);
        const cost = { code: storeCreditCostAccount(merchantId, input.currency), asset: input.currency };
        await this.ledger.open(tx, [{ ...cost, allowNegative: true }]);
        const [posted] = await this.ledger.post(tx, [
          {
            key: `store-credit:${credit.id}`,
            kind: 'store_credit_granted',
            reference: `store-credit:${credit.id}`,
            postings: [
              { account: cost.code, amountMinor: -input.amount_minor },
              { account: storeCreditAccount(credit), amountMinor: input.amount_minor },
            ],
          },
        ]);
        assert(posted?.ok, 'a grant is always postable');
        const balance = { available: input.amount_minor, held: 0 };
        return created(shownCredit({ ...credit, state: 'active', createdAt: now }, balance));
      }),
    );
  }
}
