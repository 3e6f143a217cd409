import { type Envelope, voucherRedeem, type VoucherRedeem, voucherRefused } from '@florin/contracts';
import { Refusal } from '@florin/kernel';
import { Consumes, type Delivery, Outbox } from '@florin/messaging';
import { Controller } from '@nestjs/common';
import { RedeemVouchers } from './redeem-vouchers';

/** Others who decide that a member gets a voucher, such as loyalty with a reward. */
@Controller()
export class VoucherConsumer {
  constructor(
    private readonly redeemVouchers: RedeemVouchers,
    private readonly outbox: Outbox,
  ) {}

  @Consumes(voucherRedeem)
  async redeem({ data }: Envelope<VoucherRedeem>, { tx }: Delivery): Promise<void> {
    const { redemptionId, campaignId, merchantId, memberId } = data;
    const wanted = { id: redemptionId, campaignId, codeId: null, merchantId, memberId };
    const answer = await this.redeemVouchers.within(tx, wanted);
    if (answer instanceof Refusal) {
      const said = { redemptionId, campaignId, merchantId, memberId, code: answer.code, reason: answer.message };
      await this.outbox.add(tx, voucherRefused, redemptionId, said);
    }
  }
}
