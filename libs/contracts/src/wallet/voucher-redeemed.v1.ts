import { defineEvent, exampleId } from '../define';
import { Currency, Id, Minor } from '../fields';

export class VoucherRedeemed {
  @Id() readonly redemptionId: string;
  @Id() readonly campaignId: string;
  @Id() readonly merchantId: string;
  @Id() readonly memberId: string;
  @Minor() readonly amountMinor: number;
  @Currency() readonly currency: string;
}

/** Said once, when the money of a voucher is in the member's wallet. */
export const voucherRedeemed = defineEvent({
  type: 'wallet.voucher.redeemed',
  version: 1,
  data: VoucherRedeemed,
  description: "Said once, when the money of a voucher is in the member's wallet.",
  example: {
    redemptionId: exampleId(23),
    campaignId: exampleId(24),
    merchantId: exampleId(1),
    memberId: exampleId(2),
    amountMinor: 500,
    currency: 'EUR',
  },
});
