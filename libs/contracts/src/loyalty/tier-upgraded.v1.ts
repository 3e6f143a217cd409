import { defineEvent, exampleId } from '../define';
import { Id, OneOf, Optional, Text } from '../fields';
import { orderCompletedOrigins, type OrderCompletedOrigin } from '../orders/order-completed.v1';

export class TierUpgraded {
  @Id() readonly memberId: string;
  @Id() readonly programId: string;
  @Id() readonly merchantId: string;
  @Text() readonly fromTier: string;
  @Text() readonly toTier: string;
  /** Where the order came from that led here: nobody is told about history that was brought over. */
  @Optional() @OneOf(orderCompletedOrigins) readonly origin?: OrderCompletedOrigin;
}

/** Said when a member reaches a higher tier. */
export const tierUpgraded = defineEvent({
  type: 'loyalty.tier.upgraded',
  version: 1,
  data: TierUpgraded,
  description: 'Said when a member reaches a higher tier.',
  example: {
    memberId: exampleId(2),
    programId: exampleId(15),
    merchantId: exampleId(1),
    fromTier: 'bronze',
    toTier: 'silver',
    origin: 'checkout',
  },
});
