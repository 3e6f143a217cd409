import { userVerified } from '@florin/contracts';
import { Transactions } from '@florin/database';
import { type Clock, present, Refusal } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { AuthLog, type Origin } from '../auth-log/auth-log';
import { Accounts } from '../users/accounts';
import { VerificationTokens } from './verification-tokens';

/** Believes an address because the token of its mail came back, once. Refuses any other token with 410. */
@Injectable()
export class VerifyEmail {
  constructor(
    private readonly transactions: Transactions,
    private readonly accounts: Accounts,
    private readonly tokens: VerificationTokens,
    private readonly outbox: Outbox,
    private readonly log: AuthLog,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async execute(token: string, origin: Origin): Promise<void> {
    await this.transactions.run(async (tx) => {
      const userId = await this.tokens.use(tx, token);
      if (userId === undefined)
        throw new Refusal('gone', 'token_invalid', 'This link was used before or is too old. Ask for a new one.');
      const user = present(await this.accounts.lock(tx, userId), 'a token belongs to a user');
      if (user.emailVerifiedAt) return;
      const now = this.clock.now();
      await this.accounts.verified(tx, userId, now);
      await this.outbox.addAll(
        tx,
        userVerified,
        user.merchants.map((merchantId) => ({
          subject: userId,
          data: { userId, merchantId, email: user.email, displayName: user.displayName, verifiedAt: now.toISOString() },
        })),
      );
      await this.log.add(tx, 'verified', userId, origin);
    });
  }

  /** Sends the mail again to an address that is known and not verified yet; says nothing about which it was. */
  async sendAgain(email: string): Promise<void> {
    await this.transactions.run(async (tx) => {
      const user = await this.accounts.byEmail(tx, email);
      if (user && !user.emailVerifiedAt) await this.tokens.send(tx, user);
    });
  }
}
