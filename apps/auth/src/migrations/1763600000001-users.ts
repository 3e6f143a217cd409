import type { MigrationInterface, QueryRunner } from 'typeorm';

/** People, and the merchants they may belong to. `email_key` is the address as it is compared: lower case, NFKC. */
export class Users1763600000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // A copy of what catalog says, to refuse a sign-up at a merchant that does not exist.
    await runner.query('CREATE TABLE merchants (id uuid PRIMARY KEY, name text NOT NULL, version integer NOT NULL)');
    await runner.query(`
      CREATE TABLE users (
        id uuid PRIMARY KEY,
        email text NOT NULL,
        email_key text NOT NULL UNIQUE,
        password_hash text NOT NULL,
        display_name text NOT NULL,
        locale text NOT NULL,
        roles text[] NOT NULL CHECK (cardinality(roles) > 0),
        merchants uuid[] NOT NULL,
        all_merchants boolean NOT NULL DEFAULT false,
        email_verified_at timestamptz,
        failed_login_attempts integer NOT NULL DEFAULT 0,
        locked_until timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CHECK (all_merchants = (cardinality(merchants) = 0))
      )`);
    await runner.query('CREATE INDEX users_of_merchant ON users USING gin (merchants)');
    await runner.query(`
      CREATE TABLE email_verification_tokens (
        token_hash text PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users (id),
        expires_at timestamptz NOT NULL,
        used_at timestamptz
      )`);
    await runner.query('CREATE INDEX email_verification_tokens_of_user ON email_verification_tokens (user_id)');
    // Every event of authentication. Rows are only ever added.
    await runner.query(`
      CREATE TABLE auth_logs (
        id uuid PRIMARY KEY,
        user_id uuid,
        event text NOT NULL,
        address text,
        user_agent text,
        detail jsonb,
        happened_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX auth_logs_of_user ON auth_logs (user_id, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['auth_logs', 'email_verification_tokens', 'users', 'merchants'])
      await runner.query(`DROP TABLE ${table}`);
  }
}
