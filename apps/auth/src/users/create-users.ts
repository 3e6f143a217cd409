import { type Caller, isRole, permissionsOf } from '@florin/access';
import { userVerified } from '@florin/contracts';
import { Transactions, type Tx } from '@florin/database';
import { type Answered, created, Idempotency, type IdempotentRequest } from '@florin/http';
import { type Clock, newId, Refusal } from '@florin/kernel';
import { Outbox } from '@florin/messaging';
import { CLOCK } from '@florin/service-host';
import { Inject, Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { AuthLog } from '../auth-log/auth-log';
import { hashPassword, requireStrongPassword } from './passwords';
import type { CreateUserDto, ImportResultDto, ImportUsersDto } from './user.dto';
import { type NewUser, UsersRepository } from './users.repository';

/**
 * Makes accounts for other people. Nobody gives more than they have: the roles must be within the caller's own permissions
 * and the merchants within the caller's own merchants. Such accounts count as verified: whoever makes them vouches.
 */
@Injectable()
export class CreateUsers {
  constructor(
    private readonly transactions: Transactions,
    private readonly idempotency: Idempotency,
    private readonly users: UsersRepository,
    private readonly outbox: Outbox,
    private readonly log: AuthLog,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async one(caller: Caller, request: IdempotentRequest, input: CreateUserDto): Promise<Answered<{ id: string }>> {
    requireWithin(caller, input);
    requireStrongPassword(input.password, [input.email, input.display_name]);
    const passwordHash = await hashPassword(input.password);
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const user = this.fresh(
          input.email,
          input.display_name,
          input.locale,
          passwordHash,
          input.roles,
          input.merchants,
        );
        const inserted = await this.save(tx, [user]);
        if (inserted.size === 0)
          throw Refusal.field('conflict', 'email', 'email_taken', 'There is an account with this address.');
        await this.log.add(tx, 'user_created', user.id, undefined, { by: caller.subject, roles: input.roles });
        return created({ id: user.id });
      }),
    );
  }

  /** Brings customers over from another system, up to 1,000 at once; who has the address or the id already is named and left as is. */
  async import(caller: Caller, request: IdempotentRequest, input: ImportUsersDto): Promise<Answered<ImportResultDto>> {
    for (const user of input.users) requireWithin(caller, { roles: ['customer'], merchants: [user.merchant_id] });
    requireEachOnce(input.users);
    if (input.password != null) requireStrongPassword(input.password, []);
    const passwordHash = await hashPassword(input.password ?? randomBytes(32).toString('base64url'));
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, request, async () => {
        const users = input.users.map((user) => ({
          ...this.fresh(user.email, user.display_name, user.locale, passwordHash, ['customer'], [user.merchant_id]),
          ...(user.id != null && { id: user.id }),
        }));
        const inserted = await this.save(tx, users);
        await this.log.add(tx, 'users_imported', null, undefined, { by: caller.subject, count: inserted.size });
        return created({
          created: users.filter(({ id }) => inserted.has(id)).map(({ id }) => id),
          known: users.filter(({ id }) => !inserted.has(id)).map(({ email }) => email),
        });
      }),
    );
  }

  private async save(tx: Tx, users: readonly NewUser[]): Promise<Set<string>> {
    const wanted = users.flatMap(({ merchants }) => merchants);
    const existing = await this.users.merchantsThatExist(tx, wanted);
    const unknown = wanted.find((id) => !existing.has(id));
    if (unknown !== undefined)
      throw Refusal.field('not_found', 'merchants', 'merchant_not_found', 'There is no such merchant.');
    const inserted = await this.users.insert(tx, users);
    const customers = users.filter(({ id, roles }) => inserted.has(id) && roles.includes('customer'));
    await this.outbox.addAll(
      tx,
      userVerified,
      customers.flatMap(({ id, email, displayName, merchants, emailVerifiedAt }) =>
        merchants.map((merchantId) => ({
          subject: id,
          data: {
            userId: id,
            merchantId,
            email,
            displayName,
            verifiedAt: (emailVerifiedAt ?? this.clock.now()).toISOString(),
          },
        })),
      ),
    );
    return inserted;
  }

  private fresh(
    email: string,
    displayName: string,
    locale: string | undefined,
    passwordHash: string,
    roles: string[],
    merchants: string[],
  ): NewUser {
    const emailVerifiedAt = this.clock.now();
    return {
      id: newId(),
      email,
      displayName,
      locale: locale ?? 'en',
      passwordHash,
      roles,
      merchants,
      allMerchants: merchants.length === 0,
      emailVerifiedAt,
    };
  }
}

function requireWithin(
  caller: Caller,
  { roles, merchants }: { roles: readonly string[]; merchants: readonly string[] },
): void {
  for (const role of roles) {
    const beyond =
      isRole(role) && role !== 'customer'
        ? [...permissionsOf(role)].find((permission) => !caller.can(permission))
        : undefined;
    if (beyond !== undefined)
      throw Refusal.field(
        'forbidden',
        'roles',
        'role_exceeds_caller',
        `You cannot give a role that includes ${beyond}.`,
      );
  }
  if (merchants.length === 0 && caller.merchants !== '*')
    throw Refusal.field(
      'forbidden',
      'merchants',
      'merchants_exceed_caller',
      'You cannot give access to every merchant.',
    );
  if (merchants.some((id) => !caller.mayActFor(id)))
    throw Refusal.field('not_found', 'merchants', 'merchant_not_found', 'There is no such merchant.');
}

function requireEachOnce(users: readonly { id?: string }[]): void {
  const ids = users.map(({ id }) => id);
  const again = ids.findIndex((id, index) => id != null && ids.indexOf(id) < index);
  if (again >= 0)
    throw Refusal.field('unprocessable', `users.${again}.id`, 'user_repeated', 'A user can be listed once.');
}
