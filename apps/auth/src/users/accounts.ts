import type { Tx } from '@florin/database';
import { Injectable } from '@nestjs/common';
import { type NewUser, type User, UsersRepository } from './users.repository';

/** What registration and sessions may do with accounts. */
@Injectable()
export class Accounts {
  constructor(private readonly users: UsersRepository) {}

  byEmail(tx: Tx, email: string): Promise<User | undefined> {
    return this.users.byEmail(tx, email);
  }

  byId(tx: Tx, id: string): Promise<User | undefined> {
    return this.users.byId(tx, id);
  }

  lock(tx: Tx, id: string): Promise<User | undefined> {
    return this.users.lock(tx, id);
  }

  async merchantExists(tx: Tx, merchantId: string): Promise<boolean> {
    return (await this.users.merchantsThatExist(tx, [merchantId])).size > 0;
  }

  /** False when the address is taken. */
  async add(tx: Tx, user: NewUser): Promise<boolean> {
    return (await this.users.insert(tx, [user])).size > 0;
  }

  verified(tx: Tx, id: string, at: Date): Promise<void> {
    return this.users.setVerified(tx, id, at);
  }

  failures(tx: Tx, id: string, attempts: number, lockedUntil: Date | null): Promise<void> {
    return this.users.setFailures(tx, id, attempts, lockedUntil);
  }
}

export type { NewUser, User };
