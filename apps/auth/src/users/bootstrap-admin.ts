import { Transactions } from '@florin/database';
import { newId } from '@florin/kernel';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { AuthConfig } from '../config';
import { hashPassword } from './passwords';
import { UsersRepository } from './users.repository';

/** Makes the first administrator when there is no user at all, so that a new installation can be entered. */
@Injectable()
export class BootstrapAdmin implements OnApplicationBootstrap {
  private readonly logger = new Logger(BootstrapAdmin.name);

  constructor(
    private readonly config: AuthConfig,
    private readonly transactions: Transactions,
    private readonly users: UsersRepository,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { BOOTSTRAP_ADMIN_EMAIL: email, BOOTSTRAP_ADMIN_PASSWORD: password } = this.config;
    if (email === undefined || password === undefined) return;
    const isEmpty = await this.transactions.run(
      async (tx) => (await tx.query('SELECT 1 FROM users LIMIT 1')).length === 0,
    );
    if (!isEmpty) return;
    const passwordHash = await hashPassword(password);
    await this.transactions.run((tx) =>
      this.users.insert(tx, [
        {
          id: newId(),
          email,
          passwordHash,
          displayName: 'Administrator',
          locale: 'en',
          roles: ['platform_admin'],
          merchants: [],
          allMerchants: true,
          emailVerifiedAt: new Date(),
        },
      ]),
    );
    this.logger.log('made the first administrator');
  }
}
