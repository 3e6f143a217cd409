import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Several refunds per order. order_returns is the running total per line of refunds that are requested or completed: its
 * CHECKs refuse to give back more units or money of a line than were sold, whatever runs at the same time.
 * purpose 'undo' is money that was taken by a checkout that then failed; it belongs to no line.
 */
export class Refunds1764100000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE refunds (
        id uuid PRIMARY KEY,
        order_id uuid NOT NULL,
        checkout_id uuid NOT NULL,
        merchant_id uuid NOT NULL,
        member_id uuid NOT NULL,
        purpose text NOT NULL CONSTRAINT refunds_purpose CHECK (purpose IN ('return', 'undo')),
        status text NOT NULL CONSTRAINT refunds_status CHECK (status IN ('requested', 'completed', 'failed')),
        reason text NOT NULL,
        restock boolean NOT NULL,
        currency text NOT NULL,
        total_minor bigint NOT NULL CHECK (total_minor >= 0),
        tax_minor bigint NOT NULL CHECK (tax_minor >= 0),
        wallet_minor bigint NOT NULL CHECK (wallet_minor >= 0),
        card_minor bigint NOT NULL CHECK (card_minor >= 0),
        failure_code text,
        failure_reason text,
        requested_by text NOT NULL,
        requested_at timestamptz NOT NULL,
        settled_at timestamptz,
        CONSTRAINT refunds_tenders CHECK (wallet_minor + card_minor = total_minor)
      ) WITH (fillfactor = 80);
      CREATE INDEX refunds_of_order ON refunds (order_id, requested_at);

      CREATE TABLE refund_lines (
        refund_id uuid NOT NULL REFERENCES refunds (id),
        line_id uuid NOT NULL,
        variant_id uuid NOT NULL,
        quantity integer NOT NULL CHECK (quantity > 0),
        total_minor bigint NOT NULL CHECK (total_minor >= 0),
        tax_minor bigint NOT NULL CHECK (tax_minor >= 0),
        PRIMARY KEY (refund_id, line_id)
      );

      CREATE TABLE order_returns (
        order_id uuid NOT NULL,
        line_id uuid NOT NULL,
        sold_quantity integer NOT NULL,
        sold_total_minor bigint NOT NULL,
        sold_tax_minor bigint NOT NULL,
        quantity integer NOT NULL,
        total_minor bigint NOT NULL,
        tax_minor bigint NOT NULL,
        PRIMARY KEY (order_id, line_id),
        CONSTRAINT order_returns_never_more_than_sold CHECK (
          quantity BETWEEN 0 AND sold_quantity AND total_minor BETWEEN 0 AND sold_total_minor AND tax_minor BETWEEN 0 AND sold_tax_minor)
      );`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE order_returns, refund_lines, refunds');
  }
}
