import { defineCommand, exampleId } from '../define';
import { Id } from '../fields';

export class VoucherRedeem {
  /** Redeemed once, however often it is asked. */
  @Id() readonly redemptionId: string;
  @Id() readonly campaignId: string;
  @Id() readonly merchantId: string;
  @Id() readonly memberId: string;
}

/** Said when a member gets a top-up voucher of a campaign without typing a code, as a reward for instance. */
export const voucherRedeem = defineCommand({
  type: 'wallet.voucher.redeem',
  version: 1,
  data: VoucherRedeem,
  description:
    'Said when a member gets a top-up voucher of a campaign without typing a code, as a reward for instance.',
  example: {
    redemptionId: exampleId(23),
    campaignId: exampleId(24),
    merchantId: exampleId(1),
    memberId: exampleId(2),
  },
});
