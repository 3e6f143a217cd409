import type { Caller } from '@florin/access';
import { Transactions } from '@florin/database';
import { accepted, type Answered, Idempotency, type IdempotentRequest, type OpenOrigin } from '@florin/http';
import { currentCause, newId, present } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { OpenWallets } from '../accounts/open-wallets';
import { Limits } from '../limits/limits';
import { RequestPayments } from '../payments/request-payments';
import type { CreateTopupDto, TopupDto } from './topup.dto';
import { topupKey, TopupsRepository } from './topups.repository';

/**
 * Puts card money into the caller's wallet: asks for the charge; the wallet is credited once it is captured. Refuses with 422
 * what is above the limits (`limit_…`) or for a wallet that is frozen altogether (`wallet_frozen`).
 */
@Injectable()
export class CreateTopup {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly openWallets: OpenWallets,
    private readonly limits: Limits,
    private readonly requestPayments: RequestPayments,
    private readonly topups: TopupsRepository,
  ) {}

  execute(
    caller: Caller,
    request: IdempotentRequest,
    input: CreateTopupDto,
    origin: OpenOrigin,
  ): Promise<Answered<TopupDto>> {
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const [id, paymentId] = [newId(), newId()];
        const owner = { merchantId: caller.merchantId, memberId: caller.subject, currency: input.currency };
        await this.openWallets.within(tx, [owner]);
        await this.limits.require(tx, {
          ...owner,
          key: topupKey(id),
          operation: 'topup',
          amountMinor: input.amount_minor,
          arrivesLater: true,
        });
        await this.requestPayments.start(tx, [
          {
            ...owner,
            id: paymentId,
            purpose: 'topup',
            subjectId: id,
            orderId: null,
            amountMinor: input.amount_minor,
            cardToken: input.card_token,
            wants: 'captured',
            cause: currentCause() ?? null,
            risk: { origin, cardFingerprint: input.card_fingerprint, cardCountry: input.card_country },
          },
        ]);
        await this.topups.insert(tx, { ...owner, id, paymentId, amountMinor: input.amount_minor });
        return accepted(
          present(
            await this.topups.one(tx, caller.merchantId, caller.subject, id),
            'a top-up that was just asked for is there',
          ),
        );
      }),
    );
  }
}
