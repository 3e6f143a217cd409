import { defineEvent, exampleId } from '../define';
import { Id, Text } from '../fields';

export class SessionRevoked {
  @Id() readonly userId: string;
  @Id() readonly sessionId: string;
  @Text() readonly reason: string;
}

/** Said when a session ends before its time: a logout, a reused refresh token, a staff decision. */
export const sessionRevoked = defineEvent({
  type: 'auth.session.revoked',
  version: 1,
  data: SessionRevoked,
  description: 'Said when a session ends before its time: a logout, a reused refresh token, a staff decision.',
  example: {
    userId: exampleId(2),
    sessionId: exampleId(10),
    reason: 'refresh_token_reused',
  },
});
