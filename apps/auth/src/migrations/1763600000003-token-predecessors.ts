import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A refresh token knows which one it was exchanged for, so that the grace for a lost answer ends when the answer is used.
 * Tokens from before have none: for them the ten seconds alone decide. No index of its own: it is looked for at a second use only, among one session's tokens.
 */
export class TokenPredecessors1763600000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE refresh_tokens ADD COLUMN predecessor_hash text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE refresh_tokens DROP COLUMN predecessor_hash');
  }
}
