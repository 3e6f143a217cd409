import { userRegistered } from '@florin/contracts';
import { Transactions } from '@florin/database';
import { newId, Refusal } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { Injectable } from '@nestjs/common';
import { AuthLog, type Origin } from '../auth-log/auth-log';
import { Accounts } from '../users/accounts';
import { hashPassword, requireStrongPassword } from '../users/passwords';
import type { SignUpDto } from './registration.dto';
import { VerificationTokens } from './verification-tokens';

/**
 * Makes an account that has to verify its address. An address that is taken gets the same answer in the same time: the
 * mail alone tells, to whoever owns it. Refuses a weak password (422) and an unknown merchant (404).
 */
@Injectable()
export class SignUp {
  constructor(
    private readonly transactions: Transactions,
    private readonly accounts: Accounts,
    private readonly tokens: VerificationTokens,
    private readonly outbox: Outbox,
    private readonly log: AuthLog,
  ) {}

  async execute(input: SignUpDto, origin: Origin): Promise<void> {
    requireStrongPassword(input.password, [input.email, input.display_name]);
    const passwordHash = await hashPassword(input.password);
    await this.transactions.run(async (tx) => {
      if (!(await this.accounts.merchantExists(tx, input.merchant_id))) {
        throw Refusal.field('not_found', 'merchant_id', 'merchant_not_found', 'There is no such merchant.');
      }
      const user = {
        id: newId(),
        email: input.email,
        displayName: input.display_name,
        locale: input.locale ?? 'en',
        passwordHash,
        roles: ['customer'],
        merchants: [input.merchant_id],
        allMerchants: false,
        emailVerifiedAt: null,
      };
      if (!(await this.accounts.add(tx, user))) return;
      const { id, email, displayName, locale } = user;
      await this.outbox.add(tx, userRegistered, id, {
        userId: id,
        merchantId: input.merchant_id,
        email,
        displayName,
        locale,
      });
      await this.tokens.send(tx, user);
      await this.log.add(tx, 'signed_up', id, origin);
    });
  }
}
