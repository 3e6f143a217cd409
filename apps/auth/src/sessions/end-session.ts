import { sessionRevoked } from '@florin/contracts';
import { Transactions, type Tx } from '@florin/database';
import type { Clock } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { AuthLog, type Origin } from '../auth-log/auth-log';
import { hashOfRefreshToken } from './issue-tokens';
import { SessionsRepository } from './sessions.repository';

/** Ends sessions, and tells everyone who may still believe their access tokens. */
@Injectable()
export class EndSession {
  constructor(
    private readonly transactions: Transactions,
    private readonly sessions: SessionsRepository,
    private readonly log: AuthLog,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Logs out: unknown and ended tokens are no error. */
  async execute(refreshToken: string, origin: Origin): Promise<void> {
    await this.transactions.run(async (tx) => {
      const token = await this.sessions.lockToken(tx, hashOfRefreshToken(refreshToken));
      if (token) await this.within(tx, token.userId, token.sessionId, 'logged_out', origin);
    });
  }

  async within(
    tx: Tx,
    userId: string,
    sessionId: string,
    reason: 'logged_out' | 'refresh_token_reused',
    origin: Origin,
  ): Promise<void> {
    if (!(await this.sessions.revoke(tx, userId, sessionId, reason, this.clock.now()))) return;
    await this.log.add(tx, reason === 'logged_out' ? 'logged_out' : 'refresh_reused', userId, origin, {
      session_id: sessionId,
    });
    await this.outbox.add(tx, sessionRevoked, sessionId, { userId, sessionId, reason });
  }
}
