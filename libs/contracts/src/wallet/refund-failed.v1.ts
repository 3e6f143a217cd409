import { defineEvent, exampleId } from '../define';
import { Code, Id, Text } from '../fields';

export class RefundFailed {
  @Id() readonly refundId: string;
  @Id() readonly orderId: string;
  @Code() readonly code: string;
  @Text() readonly reason: string;
}

/** Said when a refund is refused for good; a person must look. */
export const refundFailed = defineEvent({
  type: 'wallet.refund.failed',
  version: 1,
  data: RefundFailed,
  description: 'Said when a refund is refused for good; a person must look.',
  example: {
    refundId: exampleId(5),
    orderId: exampleId(3),
    code: 'refund_window_closed',
    reason: 'The processor refuses refunds after 180 days',
  },
});
