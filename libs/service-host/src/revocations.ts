import type { RevokedSessions } from '@florin/access';
import { sessionRevoked, type SessionRevoked } from '@florin/contracts';
import { type AmqpConnections, type MessagingSettings, ProcessListener } from '@florin/messaging';

/**
 * Hears `auth.session.revoked` in every process that answers requests, so that access tokens of an ended session are
 * refused at once. Sessions that ended before the process started it does not know: until they expire, such tokens are
 * believed there.
 */
export class Revocations extends ProcessListener<SessionRevoked> {
  constructor(connections: AmqpConnections, settings: MessagingSettings, sessions: RevokedSessions) {
    super(connections, settings, {
      contract: sessionRevoked,
      as: 'revoked-sessions',
      expiresMs: sessions.keepMs,
      maxLength: sessions.limit,
      hear: ({ sessionId }) => sessions.add(sessionId),
    });
  }
}
