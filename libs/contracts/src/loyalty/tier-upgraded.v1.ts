import { defineEvent, exampleId } from '../define';
import { Id, Text } from '../fields';

export class TierUpgraded {
  @Id() readonly memberId: string;
  @Id() readonly programId: string;
  @Id() readonly merchantId: string;
  @Text() readonly fromTier: string;
  @Text() readonly toTier: string;
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
  },
});
