import { Transactions, type Tx } from '@florin/database';
import { type Clock, present, Refusal, secondMs } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import type { Origin } from '../auth-log/auth-log';
import { Accounts } from '../users/accounts';
import { EndSession } from './end-session';
import { hashOfRefreshToken, IssueTokens } from './issue-tokens';
import type { TokensDto } from './session.dto';
import { SessionsRepository } from './sessions.repository';

/**
 * Two tabs refresh with the same token at once, or an answer is lost on the way: within this it is no theft. Only while
 * nobody has used what it was exchanged for: then the answer did arrive, and whoever asks again is somebody else.
 */
const graceMs = 10 * secondMs;

/**
 * Exchanges a refresh token for the next pair, once. A token that comes a second time was stolen, or its successor was:
 * the whole session ends (RFC 9700, section 4.14.2).
 */
@Injectable()
export class RefreshSession {
  constructor(
    private readonly transactions: Transactions,
    private readonly accounts: Accounts,
    private readonly sessions: SessionsRepository,
    private readonly issueTokens: IssueTokens,
    private readonly endSession: EndSession,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async execute(refreshToken: string, origin: Origin): Promise<TokensDto> {
    const outcome = await this.transactions.run((tx) => this.decide(tx, hashOfRefreshToken(refreshToken), origin));
    if (outcome instanceof Refusal) throw outcome;
    return outcome;
  }

  /** Gives a refusal instead of throwing it, so that the end of the session is committed. */
  private async decide(tx: Tx, tokenHash: string, origin: Origin): Promise<TokensDto | Refusal> {
    const now = this.clock.now();
    const token = await this.sessions.lockToken(tx, tokenHash);
    if (!token || token.revokedAt || token.expiresAt <= now) return invalidToken();
    if (
      token.usedAt &&
      (now.getTime() - token.usedAt.getTime() > graceMs || (await this.sessions.hasUsedHeir(tx, token)))
    ) {
      await this.endSession.within(tx, token.userId, token.sessionId, 'refresh_token_reused', origin);
      return new Refusal(
        'unauthenticated',
        'refresh_token_reused',
        'This refresh token was used before. The session has ended: log in again.',
      );
    }
    await this.sessions.useToken(tx, tokenHash, now);
    await this.sessions.touch(tx, token.userId, token.sessionId, now);
    const user = present(await this.accounts.byId(tx, token.userId), 'a session belongs to a user');
    return this.issueTokens.within(tx, user, token.sessionId, tokenHash);
  }
}

function invalidToken(): Refusal {
  return new Refusal(
    'unauthenticated',
    'refresh_token_invalid',
    'This refresh token is unknown or has expired. Log in again.',
  );
}
