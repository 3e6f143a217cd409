import { defineEvent, exampleId } from '../define';
import { Id, Instant, Text } from '../fields';

export class EmailVerificationRequested {
  @Id() readonly userId: string;
  @Id() readonly merchantId: string;
  @Text() readonly email: string;
  @Text() readonly displayName: string;
  @Text(4_000) readonly sealedLink: string;
  @Instant() readonly expiresAt: string;
}

/** Said when a verification mail is due: at sign-up and each time a new link is asked for. The link is sealed; only notifications can open it. */
export const emailVerificationRequested = defineEvent({
  type: 'auth.email_verification.requested',
  version: 1,
  data: EmailVerificationRequested,
  description:
    'Said when a verification mail is due: at sign-up and each time a new link is asked for. The link is sealed; only notifications can open it.',
  example: {
    userId: exampleId(2),
    merchantId: exampleId(1),
    email: 'ada@demo.test',
    displayName: 'Ada',
    sealedLink: 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..c2VhbGVk',
    expiresAt: '2026-11-21T10:15:00.000Z',
  },
});
