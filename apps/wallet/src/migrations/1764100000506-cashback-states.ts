import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Cashback is pending while the goods can come back, confirmed after that, payable once the merchant has let it go, and paid
 * when it is in the wallet; or it is declined, and somebody said why. What was called payable until now was in the wallet.
 */
export class CashbackStates1764100000506 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE wallet_cashback DROP CONSTRAINT wallet_cashback_state_check');
    await runner.query(`UPDATE wallet_cashback SET state = 'paid' WHERE state = 'payable'`);
    await runner.query(`ALTER TABLE wallet_cashback
      ADD CONSTRAINT wallet_cashback_state_check CHECK (state IN ('pending', 'confirmed', 'payable', 'paid', 'declined')),
      ADD COLUMN declined_minor bigint NOT NULL DEFAULT 0,
      ADD COLUMN reason text,
      ADD CONSTRAINT cashback_declined_with_a_reason CHECK (state <> 'declined' OR reason IS NOT NULL) NOT VALID,
      ADD CONSTRAINT cashback_declined_within_what_was_left CHECK (declined_minor BETWEEN 0 AND amount_minor - reversed_minor)`);
    await runner.query(`UPDATE wallet_cashback SET reason = 'refunded' WHERE state = 'declined'`);
    await runner.query('DROP INDEX wallet_cashback_due');
    await runner.query(
      `CREATE INDEX wallet_cashback_open ON wallet_cashback (state, payable_at, id) WHERE state IN ('pending', 'confirmed', 'payable')`,
    );
    await runner.query('CREATE INDEX wallet_cashback_of_merchant ON wallet_cashback (merchant_id, id)');
    // Every step of every cashback, and who or what made it: rows are only ever added.
    await runner.query(`
      CREATE TABLE wallet_cashback_steps (
        id uuid PRIMARY KEY,
        cashback_id uuid NOT NULL REFERENCES wallet_cashback (id),
        from_state text NOT NULL,
        to_state text NOT NULL,
        reason text,
        done_by text NOT NULL,
        happened_at timestamptz NOT NULL
      )`);
    // What is known of the cashback from before: where it stands. Its own id sorts before every later step's.
    await runner.query(`
      INSERT INTO wallet_cashback_steps (id, cashback_id, from_state, to_state, reason, done_by, happened_at)
      SELECT id, id, 'none', state, reason, 'migration', created_at FROM wallet_cashback`);
    await runner.query('CREATE INDEX wallet_cashback_steps_of_cashback ON wallet_cashback_steps (cashback_id, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE wallet_cashback_steps');
    await runner.query('DROP INDEX wallet_cashback_of_merchant');
    await runner.query('DROP INDEX wallet_cashback_open');
    await runner.query('ALTER TABLE wallet_cashback DROP CONSTRAINT wallet_cashback_state_check');
    await runner.query(`UPDATE wallet_cashback SET state = CASE state WHEN 'paid' THEN 'payable' ELSE 'pending' END
      WHERE state IN ('confirmed', 'payable', 'paid')`);
    await runner.query(`ALTER TABLE wallet_cashback
      ADD CONSTRAINT wallet_cashback_state_check CHECK (state IN ('pending', 'payable', 'declined')),
      DROP CONSTRAINT cashback_declined_with_a_reason,
      DROP CONSTRAINT cashback_declined_within_what_was_left,
      DROP COLUMN reason,
      DROP COLUMN declined_minor`);
    await runner.query(`CREATE INDEX wallet_cashback_due ON wallet_cashback (payable_at) WHERE state = 'pending'`);
  }
}
