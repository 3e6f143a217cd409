import { defineEvent, exampleId } from '../define';
import { Id, Text } from '../fields';

export class MemberEnrolled {
  @Id() readonly memberId: string;
  @Id() readonly programId: string;
  @Id() readonly merchantId: string;
  @Text() readonly tier: string;
}

/** Said once, when somebody becomes a member of a program. */
export const memberEnrolled = defineEvent({
  type: 'loyalty.member.enrolled',
  version: 1,
  data: MemberEnrolled,
  description: 'Said once, when somebody becomes a member of a program.',
  example: {
    memberId: exampleId(2),
    programId: exampleId(15),
    merchantId: exampleId(1),
    tier: 'silver',
  },
});
