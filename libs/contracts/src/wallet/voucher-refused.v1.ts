import { defineEvent, exampleId } from '../define';
import { Code, Id, Text } from '../fields';

export class VoucherRefused {
  @Id() readonly redemptionId: string;
  @Id() readonly campaignId: string;
  @Id() readonly merchantId: string;
  @Id() readonly memberId: string;
  @Code() readonly code: string;
  @Text() readonly reason: string;
}

/** Said when a voucher that was asked for by message gives nothing; asking again under the same id is safe. */
export const voucherRefused = defineEvent({
  type: 'wallet.voucher.refused',
  version: 1,
  data: VoucherRefused,
  description:
    'Said when a voucher that was asked for by message gives nothing; asking again under the same id is safe.',
  example: {
    redemptionId: exampleId(23),
    campaignId: exampleId(24),
    merchantId: exampleId(1),
    memberId: exampleId(2),
    code: 'voucher_used_up',
    reason: 'This voucher has been used up.',
  },
});
