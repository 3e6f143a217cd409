import { defineEvent, exampleId } from '../define';
import { Id, Instant, Text } from '../fields';

export class UserVerified {
  @Id() readonly userId: string;
  @Id() readonly merchantId: string;
  @Text() readonly email: string;
  @Text() readonly displayName: string;
  @Instant() readonly verifiedAt: string;
}

/** Said once, when the person has shown that the address is theirs. */
export const userVerified = defineEvent({
  type: 'auth.user.verified',
  version: 1,
  data: UserVerified,
  description: 'Said once, when the person has shown that the address is theirs.',
  example: {
    userId: exampleId(2),
    merchantId: exampleId(1),
    email: 'ada@demo.test',
    displayName: 'Ada',
    verifiedAt: '2026-11-21T10:00:00.000Z',
  },
});
