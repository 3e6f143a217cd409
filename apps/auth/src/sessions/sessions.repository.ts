import type { Tx } from '@florin/database';
import type { Origin } from '../auth-log/auth-log';

export interface RefreshToken {
  userId: string;
  sessionId: string;
  expiresAt: Date;
  usedAt: Date | null;
  revokedAt: Date | null;
}

/** SQL of sessions and their refresh tokens. */
export class SessionsRepository {
  async open(tx: Tx, id: string, userId: string, origin: Origin): Promise<void> {
    await tx.execute('INSERT INTO user_sessions (id, user_id, address, user_agent) VALUES ($1, $2, $3, $4)', [
      id,
      userId,
      origin.address ?? null,
      origin.userAgent?.slice(0, 300) ?? null,
    ]);
  }

  async addToken(tx: Tx, tokenHash: string, userId: string, sessionId: string, expiresAt: Date): Promise<void> {
    await tx.execute(
      'INSERT INTO refresh_tokens (token_hash, user_id, session_id, expires_at) VALUES ($1, $2, $3, $4)',
      [tokenHash, userId, sessionId, expiresAt],
    );
  }

  /** Locks the token, so that of two refreshes with it one is first. */
  async lockToken(tx: Tx, tokenHash: string): Promise<RefreshToken | undefined> {
    const [token] = await tx.query<RefreshToken>(
      `SELECT token.user_id AS "userId", token.session_id AS "sessionId", token.expires_at AS "expiresAt", token.used_at AS "usedAt",
              session.revoked_at AS "revokedAt"
       FROM refresh_tokens AS token JOIN user_sessions AS session ON session.user_id = token.user_id AND session.id = token.session_id
       WHERE token.token_hash = $1 FOR UPDATE OF token`,
      [tokenHash],
    );
    return token;
  }

  async useToken(tx: Tx, tokenHash: string, now: Date): Promise<void> {
    await tx.execute('UPDATE refresh_tokens SET used_at = coalesce(used_at, $2) WHERE token_hash = $1', [
      tokenHash,
      now,
    ]);
  }

  async touch(tx: Tx, userId: string, sessionId: string, now: Date): Promise<void> {
    await tx.execute('UPDATE user_sessions SET last_used_at = $3 WHERE user_id = $1 AND id = $2', [
      userId,
      sessionId,
      now,
    ]);
  }

  /** False when it was revoked before. */
  async revoke(tx: Tx, userId: string, sessionId: string, because: string, now: Date): Promise<boolean> {
    const changed = await tx.execute(
      'UPDATE user_sessions SET revoked_at = $4, revoked_because = $3 WHERE user_id = $1 AND id = $2 AND revoked_at IS NULL',
      [userId, sessionId, because, now],
    );
    return changed > 0;
  }
}
