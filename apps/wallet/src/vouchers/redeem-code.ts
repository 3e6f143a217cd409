import type { Caller } from '@florin/access';
import { Transactions } from '@florin/database';
import { type Answered, created, Idempotency, type IdempotentRequest } from '@florin/http';
import { newId, Refusal } from '@florin/kernel';
import { Injectable } from '@nestjs/common';
import { TryCodes } from '../codes/try-codes';
import { RedeemVouchers } from './redeem-vouchers';
import type { RedemptionDto } from './voucher.dto';
import { VouchersRepository } from './vouchers.repository';

/** Tops up the caller's wallet with the voucher of a code. */
@Injectable()
export class RedeemCode {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly tryCodes: TryCodes,
    private readonly vouchers: VouchersRepository,
    private readonly redeemVouchers: RedeemVouchers,
  ) {}

  /** Refuses with 404 `code_unknown`, 429 `codes_locked`, and 422 what the voucher or the limits do not allow. */
  async execute(caller: Caller, request: IdempotentRequest, typed: string): Promise<Answered<RedemptionDto>> {
    const { merchantId, subject: memberId } = caller;
    const code = await this.tryCodes.find(caller, typed, (tx, hash) => this.vouchers.codeOf(tx, merchantId, hash));
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const wanted = { id: newId(), campaignId: code.campaignId, codeId: code.id, merchantId, memberId };
        const redemption = await this.redeemVouchers.within(tx, wanted);
        if (redemption instanceof Refusal) throw redemption;
        return created({
          id: redemption.id,
          campaign_id: redemption.campaignId,
          member_id: memberId,
          currency: redemption.currency,
          amount_minor: redemption.amountMinor,
          redeemed_at: redemption.redeemedAt,
        });
      }),
    );
  }
}
