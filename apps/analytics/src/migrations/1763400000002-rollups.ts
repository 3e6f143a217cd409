import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sums per merchant, currency and UTC day, kept in the transaction that takes the event in: they are never behind it. */
export class Rollups1763400000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE daily_revenue (
        merchant_id uuid NOT NULL,
        currency char(3) NOT NULL,
        day date NOT NULL,
        orders bigint NOT NULL DEFAULT 0,
        sales_minor bigint NOT NULL DEFAULT 0,
        imported_orders bigint NOT NULL DEFAULT 0,
        imported_minor bigint NOT NULL DEFAULT 0,
        discount_minor bigint NOT NULL DEFAULT 0,
        tax_minor bigint NOT NULL DEFAULT 0,
        refunds bigint NOT NULL DEFAULT 0,
        refunds_minor bigint NOT NULL DEFAULT 0,
        captured_wallet_minor bigint NOT NULL DEFAULT 0,
        captured_card_minor bigint NOT NULL DEFAULT 0,
        refunded_wallet_minor bigint NOT NULL DEFAULT 0,
        refunded_card_minor bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (merchant_id, currency, day)
      )`);
    await runner.query(`
      CREATE TABLE daily_points (
        merchant_id uuid NOT NULL,
        program_id uuid NOT NULL,
        day date NOT NULL,
        earned bigint NOT NULL DEFAULT 0,
        clawed_back bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (merchant_id, program_id, day)
      )`);
    // Who did something on which day: a person counts once, whatever they did.
    await runner.query(`
      CREATE TABLE daily_actives (
        merchant_id uuid NOT NULL,
        day date NOT NULL,
        user_id uuid NOT NULL,
        PRIMARY KEY (merchant_id, day, user_id)
      )`);
    await runner.query(`
      CREATE TABLE daily_members (
        merchant_id uuid NOT NULL,
        day date NOT NULL,
        enrolled bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (merchant_id, day)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['daily_members', 'daily_actives', 'daily_points', 'daily_revenue'])
      await runner.query(`DROP TABLE ${table}`);
  }
}
