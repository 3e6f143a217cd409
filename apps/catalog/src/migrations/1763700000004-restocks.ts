import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The refunds that brought units back: each does so once, whatever message it is asked for with. */
export class Restocks1763700000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE inventory_restocks (
        refund_id uuid PRIMARY KEY,
        restocked_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`
      INSERT INTO inventory_restocks (refund_id, restocked_at)
      SELECT reference::uuid, min(moved_at) FROM inventory_movements WHERE kind = 'restock' GROUP BY reference`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE inventory_restocks');
  }
}
