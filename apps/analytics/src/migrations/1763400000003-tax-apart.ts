import type { MigrationInterface, QueryRunner } from 'typeorm';

const day = (field: string) => `((data->>'${field}')::timestamptz AT TIME ZONE 'UTC')::date`;

/**
 * Discount and tax belong to the same orders as the sales beside them, so those of imported orders get columns of their own;
 * and the tax that refunds gave back is counted. What was counted before is put right from the kept events.
 */
export class TaxApart1763400000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE daily_revenue
        ADD COLUMN imported_discount_minor bigint NOT NULL DEFAULT 0,
        ADD COLUMN imported_tax_minor bigint NOT NULL DEFAULT 0,
        ADD COLUMN refunded_tax_minor bigint NOT NULL DEFAULT 0`);
    await runner.query(`
      UPDATE daily_revenue r SET imported_discount_minor = e.discount, discount_minor = r.discount_minor - e.discount,
        imported_tax_minor = e.tax, tax_minor = r.tax_minor - e.tax
      FROM (
        SELECT (data->>'merchantId')::uuid AS merchant_id, data->>'currency' AS currency, ${day('completedAt')} AS day,
          sum((data->>'discountMinor')::bigint) AS discount, sum((data->>'taxMinor')::bigint) AS tax
        FROM analytics_events WHERE type = 'orders.order.completed' AND data->>'origin' = 'import' GROUP BY 1, 2, 3
      ) e
      WHERE e.merchant_id = r.merchant_id AND e.currency = r.currency AND e.day = r.day`);
    await runner.query(`
      UPDATE daily_revenue r SET refunded_tax_minor = e.tax
      FROM (
        SELECT (data->>'merchantId')::uuid AS merchant_id, data->>'currency' AS currency, ${day('refundedAt')} AS day,
          sum((line->>'taxMinor')::bigint) AS tax
        FROM analytics_events, jsonb_array_elements(data->'lines') line WHERE type = 'orders.order.refunded' GROUP BY 1, 2, 3
      ) e
      WHERE e.merchant_id = r.merchant_id AND e.currency = r.currency AND e.day = r.day`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      UPDATE daily_revenue SET discount_minor = discount_minor + imported_discount_minor, tax_minor = tax_minor + imported_tax_minor`);
    await runner.query(`
      ALTER TABLE daily_revenue
        DROP COLUMN imported_discount_minor, DROP COLUMN imported_tax_minor, DROP COLUMN refunded_tax_minor`);
  }
}
