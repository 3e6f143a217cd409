import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The answers already given, by Idempotency-Key. Not partitioned by time: a primary key of a partitioned table must hold the
 * partition key, and then the same key could be stored twice. `body` is text, so that a repeated answer is the same text.
 */
class CreateIdempotencyKeys1767225600010 implements MigrationInterface {
  readonly name = 'CreateIdempotencyKeys1767225600010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE idempotency_keys (
        id text PRIMARY KEY CHECK (length(id) = 64),
        scope text NOT NULL,
        key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
        input_hash text NOT NULL,
        status smallint NOT NULL CHECK (status BETWEEN 200 AND 599),
        body text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotency_keys');
  }
}

/** Goes into the migrations list of every service that has @Idempotent() routes. */
export const idempotencyMigrations = [CreateIdempotencyKeys1767225600010];
