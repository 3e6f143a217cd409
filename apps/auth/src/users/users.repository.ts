import type { Tx } from '@florin/database';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

export interface User {
  id: string;
  email: string;
  passwordHash: string;
  displayName: string;
  locale: string;
  roles: string[];
  merchants: string[];
  allMerchants: boolean;
  emailVerifiedAt: Date | null;
  failedLoginAttempts: number;
  lockedUntil: Date | null;
}

export type NewUser = Omit<User, 'failedLoginAttempts' | 'lockedUntil'>;

const columns = `id, email, password_hash AS "passwordHash", display_name AS "displayName", locale, roles, merchants, all_merchants AS "allMerchants",
  email_verified_at AS "emailVerifiedAt", failed_login_attempts AS "failedLoginAttempts", locked_until AS "lockedUntil"`;

/** How addresses are compared. */
export const emailKey = (email: string): string => email.normalize('NFKC').toLowerCase();

/** SQL of users. */
export class UsersRepository {
  async byEmail(source: Queries, email: string): Promise<User | undefined> {
    const [user] = await source.query<User>(`SELECT ${columns} FROM users WHERE email_key = $1`, [emailKey(email)]);
    return user;
  }

  async byId(source: Queries, id: string): Promise<User | undefined> {
    const [user] = await source.query<User>(`SELECT ${columns} FROM users WHERE id = $1`, [id]);
    return user;
  }

  async lock(tx: Tx, id: string): Promise<User | undefined> {
    const [user] = await tx.query<User>(`SELECT ${columns} FROM users WHERE id = $1 FOR UPDATE`, [id]);
    return user;
  }

  /** Gives the ids that were new; whoever has the address or the id already stays as they are. */
  async insert(tx: Tx, users: readonly NewUser[]): Promise<Set<string>> {
    const rows = await tx.query<{ id: string }>(
      `INSERT INTO users (id, email, email_key, password_hash, display_name, locale, roles, merchants, all_merchants, email_verified_at)
       SELECT id, email, email_key, password_hash, display_name, locale, string_to_array(roles, ','),
              coalesce(string_to_array(nullif(merchants, ''), ','), '{}')::uuid[], all_merchants, email_verified_at
       FROM (SELECT id, email, email_key, password_hash, display_name, locale, roles, coalesce(merchants, '') AS merchants, all_merchants, email_verified_at
             FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::boolean[], $10::timestamptz[])
               AS new (id, email, email_key, password_hash, display_name, locale, roles, merchants, all_merchants, email_verified_at)) AS new
       ON CONFLICT DO NOTHING RETURNING id`,
      [
        users.map((user) => user.id),
        users.map((user) => user.email),
        users.map((user) => emailKey(user.email)),
        users.map((user) => user.passwordHash),
        users.map((user) => user.displayName),
        users.map((user) => user.locale),
        users.map((user) => user.roles.join(',')),
        users.map((user) => user.merchants.join(',')),
        users.map((user) => user.allMerchants),
        users.map((user) => user.emailVerifiedAt),
      ],
    );
    return new Set(rows.map((row) => row.id));
  }

  async merchantsThatExist(tx: Tx, ids: readonly string[]): Promise<Set<string>> {
    const rows = await tx.query<{ id: string }>('SELECT id FROM merchants WHERE id = ANY($1::uuid[])', [ids]);
    return new Set(rows.map((row) => row.id));
  }

  async setFailures(tx: Tx, id: string, attempts: number, lockedUntil: Date | null): Promise<void> {
    await tx.execute(
      'UPDATE users SET failed_login_attempts = $2, locked_until = $3, updated_at = now() WHERE id = $1',
      [id, attempts, lockedUntil],
    );
  }

  async setVerified(tx: Tx, id: string, at: Date): Promise<void> {
    await tx.execute(
      'UPDATE users SET email_verified_at = coalesce(email_verified_at, $2), updated_at = now() WHERE id = $1',
      [id, at],
    );
  }
}
