import { Transactions, type Tx } from '@florin/database';
import { type Clock, minuteMs, newId, Refusal } from '@florin/kernel';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import type { Origin } from '../auth-log/auth-log';
import { Accounts, type User } from '../users/accounts';
import { passwordMatches } from '../users/passwords';
import { IssueTokens } from './issue-tokens';
import { LogInRecords } from './log-in-records';
import type { LogInDto, TokensDto } from './session.dto';
import { SessionsRepository } from './sessions.repository';

const failuresAllowed = 10;
const lockMs = 15 * minuteMs;

/**
 * Opens a session for the right password of a verified address. A wrong password, an unknown address and a locked account
 * get one answer (401 `invalid_credentials`) in the same time; ten failures in a row lock the account for 15 minutes.
 */
@Injectable()
export class LogIn {
  constructor(
    private readonly transactions: Transactions,
    private readonly accounts: Accounts,
    private readonly sessions: SessionsRepository,
    private readonly issueTokens: IssueTokens,
    private readonly records: LogInRecords,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async execute(input: LogInDto, origin: Origin): Promise<TokensDto> {
    const user = await this.transactions.run((tx) => this.accounts.byEmail(tx, input.email));
    // Outside of the transaction: hashing takes tens of milliseconds.
    const matches = await passwordMatches(input.password, user?.passwordHash);
    const outcome = await this.transactions.run((tx) => this.decide(tx, user?.id, matches, origin));
    if (outcome instanceof Refusal) throw outcome;
    return outcome;
  }

  /** Gives a refusal instead of throwing it, so that the count of failures is committed. */
  private async decide(
    tx: Tx,
    userId: string | undefined,
    matches: boolean,
    origin: Origin,
  ): Promise<TokensDto | Refusal> {
    const user = userId === undefined ? undefined : await this.accounts.lock(tx, userId);
    const now = this.clock.now();
    if (!user || (user.lockedUntil && user.lockedUntil > now)) return invalidCredentials();
    if (!matches) {
      await this.failed(tx, user, origin, now);
      return invalidCredentials();
    }
    if (!user.emailVerifiedAt)
      return new Refusal('forbidden', 'email_not_verified', 'Follow the link in the mail that we sent you first.');
    if (user.failedLoginAttempts > 0) await this.accounts.failures(tx, user.id, 0, null);
    const sessionId = newId();
    await this.sessions.open(tx, sessionId, user.id, origin);
    await this.records.loggedIn(tx, user.id, origin, sessionId);
    return this.issueTokens.within(tx, user, sessionId);
  }

  private async failed(tx: Tx, user: User, origin: Origin, now: Date): Promise<void> {
    const attempts = user.failedLoginAttempts + 1;
    const until = attempts >= failuresAllowed ? new Date(now.getTime() + lockMs) : null;
    await this.accounts.failures(tx, user.id, until ? 0 : attempts, until);
    await this.records.failed(tx, user.id, origin, until);
  }
}

function invalidCredentials(): Refusal {
  return new Refusal(
    'unauthenticated',
    'invalid_credentials',
    'Address or password are wrong, or the account is locked for a while.',
  );
}
