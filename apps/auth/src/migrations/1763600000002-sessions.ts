import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Sessions, hash-partitioned by user: all of a person's are in one partition. A session's refresh tokens are one chain;
 * only their hashes are kept, and each is used once.
 */
export class Sessions1763600000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE user_sessions (
        id uuid NOT NULL,
        user_id uuid NOT NULL,
        address text,
        user_agent text,
        created_at timestamptz NOT NULL DEFAULT now(),
        last_used_at timestamptz NOT NULL DEFAULT now(),
        revoked_at timestamptz,
        revoked_because text,
        PRIMARY KEY (user_id, id)
      ) PARTITION BY HASH (user_id)`);
    for (let part = 0; part < 16; part += 1) {
      await runner.query(
        `CREATE TABLE user_sessions_${part} PARTITION OF user_sessions FOR VALUES WITH (MODULUS 16, REMAINDER ${part})`,
      );
    }
    await runner.query(`
      CREATE TABLE refresh_tokens (
        token_hash text PRIMARY KEY,
        user_id uuid NOT NULL,
        session_id uuid NOT NULL,
        issued_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        FOREIGN KEY (user_id, session_id) REFERENCES user_sessions (user_id, id)
      )`);
    await runner.query('CREATE INDEX refresh_tokens_of_session ON refresh_tokens (session_id)');
    await runner.query('CREATE INDEX refresh_tokens_expired ON refresh_tokens (expires_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE refresh_tokens');
    await runner.query('DROP TABLE user_sessions');
  }
}
