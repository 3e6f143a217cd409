import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Points are lots, and every change of them has a receipt. The allocation of an order's points to its lines is stored
 * when they are earned: every later clawback reads it, so no refund can take back more or less than was given.
 */
export class Points1763800000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE loyalty_receipts (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('earn', 'refused', 'clawback')),
        member_id uuid NOT NULL,
        program_id uuid NOT NULL REFERENCES loyalty_programs (id),
        merchant_id uuid NOT NULL,
        program_version integer NOT NULL,
        order_id uuid NOT NULL,
        refund_id uuid,
        points bigint NOT NULL,
        balance_after bigint NOT NULL,
        reason text NOT NULL,
        steps jsonb NOT NULL,
        input jsonb NOT NULL,
        issued_at timestamptz NOT NULL
      )`);
    await runner.query(
      `CREATE UNIQUE INDEX loyalty_receipts_once_per_order ON loyalty_receipts (order_id, program_id) WHERE kind IN ('earn', 'refused')`,
    );
    await runner.query(
      `CREATE UNIQUE INDEX loyalty_receipts_once_per_refund ON loyalty_receipts (refund_id, program_id) WHERE kind = 'clawback'`,
    );
    await runner.query('CREATE INDEX loyalty_receipts_of_member ON loyalty_receipts (member_id, id)');
    await runner.query(`
      CREATE TABLE loyalty_lots (
        id uuid PRIMARY KEY,
        member_id uuid NOT NULL,
        program_id uuid NOT NULL REFERENCES loyalty_programs (id),
        receipt_id uuid NOT NULL REFERENCES loyalty_receipts (id),
        order_id uuid NOT NULL,
        earned bigint NOT NULL CHECK (earned > 0),
        remaining bigint NOT NULL CHECK (remaining >= 0 AND remaining <= earned),
        funder text NOT NULL,
        source text NOT NULL,
        earned_at timestamptz NOT NULL,
        expires_at timestamptz
      )`);
    // First expiring first: the order in which lots are consumed.
    await runner.query(
      'CREATE INDEX loyalty_lots_open ON loyalty_lots (member_id, program_id, expires_at NULLS LAST, id) WHERE remaining > 0',
    );
    await runner.query('CREATE INDEX loyalty_lots_of_order ON loyalty_lots (order_id)');
    await runner.query(`
      CREATE TABLE loyalty_earned_lines (
        order_id uuid NOT NULL,
        program_id uuid NOT NULL REFERENCES loyalty_programs (id),
        line_id uuid NOT NULL,
        total_minor bigint NOT NULL CHECK (total_minor >= 0),
        points bigint NOT NULL CHECK (points >= 0),
        refunded_minor bigint NOT NULL DEFAULT 0,
        clawed_points bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (order_id, program_id, line_id),
        CHECK (refunded_minor BETWEEN 0 AND total_minor),
        CHECK (clawed_points BETWEEN 0 AND points)
      )`);
    await runner.query(`
      CREATE TABLE loyalty_cashback (
        id uuid PRIMARY KEY,
        order_id uuid NOT NULL,
        program_id uuid NOT NULL REFERENCES loyalty_programs (id),
        member_id uuid NOT NULL,
        merchant_id uuid NOT NULL,
        currency char(3) NOT NULL,
        order_total_minor bigint NOT NULL CHECK (order_total_minor > 0),
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        refunded_minor bigint NOT NULL DEFAULT 0,
        reversed_minor bigint NOT NULL DEFAULT 0,
        payable_at timestamptz NOT NULL,
        accrued_at timestamptz NOT NULL,
        UNIQUE (order_id, program_id),
        CHECK (refunded_minor BETWEEN 0 AND order_total_minor),
        CHECK (reversed_minor BETWEEN 0 AND amount_minor)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['loyalty_cashback', 'loyalty_earned_lines', 'loyalty_lots', 'loyalty_receipts'])
      await runner.query(`DROP TABLE ${table}`);
  }
}
