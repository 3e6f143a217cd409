import { userLocked } from '@florin/contracts';
import type { Tx } from '@florin/database';
import { Outbox } from '@florin/messaging';
import { Injectable } from '@nestjs/common';
import { AuthLog, type Origin } from '../auth-log/auth-log';

/** What is written down and said about attempts to log in. */
@Injectable()
export class LogInRecords {
  constructor(
    private readonly log: AuthLog,
    private readonly outbox: Outbox,
  ) {}

  loggedIn(tx: Tx, userId: string, origin: Origin, sessionId: string): Promise<void> {
    return this.log.add(tx, 'logged_in', userId, origin, { session_id: sessionId });
  }

  async failed(tx: Tx, userId: string, origin: Origin, lockedUntil: Date | null): Promise<void> {
    await this.log.add(tx, lockedUntil ? 'locked' : 'login_failed', userId, origin);
    if (lockedUntil) await this.outbox.add(tx, userLocked, userId, { userId, until: lockedUntil.toISOString() });
  }
}
