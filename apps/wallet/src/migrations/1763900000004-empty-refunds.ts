import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A refund that asks for nothing back is written down as failed like any other that cannot be made, so that whoever asked hears it. */
export class EmptyRefunds1763900000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE payment_refunds DROP CONSTRAINT payment_refunds_check');
    await runner.query(
      `ALTER TABLE payment_refunds ADD CONSTRAINT payment_refunds_give_something CHECK (wallet_minor + card_minor > 0 OR state = 'failed')`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE payment_refunds DROP CONSTRAINT payment_refunds_give_something');
    await runner.query(
      'ALTER TABLE payment_refunds ADD CONSTRAINT payment_refunds_check CHECK (wallet_minor + card_minor > 0) NOT VALID',
    );
  }
}
