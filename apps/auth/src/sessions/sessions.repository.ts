import type { Tx } from '@florin/database';
import type { Origin } from '../auth-log/auth-log';

export interface RefreshToken {
  tokenHash: string;
  userId: string;
  sessionId: string;
  expiresAt: Date;
  usedAt: Date | null;
  revokedAt: Date | null;
}

export interface NewRefreshToken {
  tokenHash: string;
  /** Hash of the token that was exchanged for this one; null for the first of a session. */
  predecessor: string | null;
  userId: string;
  sessionId: string;
  expiresAt: Date;
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

  async addToken(tx: Tx, token: NewRefreshToken): Promise<void> {
    await tx.execute(
      'INSERT INTO refresh_tokens (token_hash, predecessor_hash, user_id, session_id, expires_at) VALUES ($1, $2, $3, $4, $5)',
      [token.tokenHash, token.predecessor, token.userId, token.sessionId, token.expiresAt],
    );
  }

  /** Locks the token, so that of two refreshes with it one is first. */
  async lockToken(tx: Tx, tokenHash: string): Promise<RefreshToken | undefined> {
    const [token] = await tx.query<RefreshToken>(
      `SELECT token.token_hash AS "tokenHash", token.user_id AS "userId", token.session_id AS "sessionId", token.expires_at AS "expiresAt", token.used_at AS "usedAt",
              session.revoked_at AS "revokedAt"
       FROM refresh_tokens AS token JOIN user_sessions AS session ON session.user_id = token.user_id AND session.id = token.session_id
       WHERE token.token_hash = $1 FOR UPDATE OF token`,
      [tokenHash],
    );
    return token;
  }

  /** True when a token that this one was exchanged for has been used. The token is locked, so it gets no new ones meanwhile. */
  async hasUsedHeir(tx: Tx, { tokenHash, sessionId }: RefreshToken): Promise<boolean> {
    const used = await tx.query(
      'SELECT 1 FROM refresh_tokens WHERE session_id = $1 AND predecessor_hash = $2 AND used_at IS NOT NULL LIMIT 1',
      [sessionId, tokenHash],
    );
    return used.length > 0;
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
