import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Endpoints of merchants and what is delivered to them: one delivery per endpoint and event. The secret is kept encrypted. */
export class Webhooks1763500000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE webhook_endpoints (
        id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        url text NOT NULL,
        sealed_secret text NOT NULL,
        event_types text[] NOT NULL CHECK (cardinality(event_types) > 0),
        active boolean NOT NULL DEFAULT true,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX webhook_endpoints_of_merchant ON webhook_endpoints (merchant_id) WHERE active');
    await runner.query(`
      CREATE TABLE webhook_deliveries (
        id uuid PRIMARY KEY,
        endpoint_id uuid NOT NULL REFERENCES webhook_endpoints (id),
        merchant_id uuid NOT NULL,
        event_id uuid NOT NULL,
        event_type text NOT NULL,
        payload text NOT NULL,
        state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed')),
        attempts integer NOT NULL DEFAULT 0,
        next_at timestamptz NOT NULL DEFAULT now(),
        lease_until timestamptz,
        last_status integer,
        last_error text,
        delivered_at timestamptz,
        cause jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (endpoint_id, event_id)
      )`);
    await runner.query(`CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_at) WHERE state = 'pending'`);
    await runner.query('CREATE INDEX webhook_deliveries_of_merchant ON webhook_deliveries (merchant_id, id)');
    await runner.query(`
      CREATE TABLE webhook_attempts (
        id uuid PRIMARY KEY,
        delivery_id uuid NOT NULL REFERENCES webhook_deliveries (id),
        attempt integer NOT NULL,
        status integer,
        error text,
        took_ms integer NOT NULL,
        attempted_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX webhook_attempts_of_delivery ON webhook_attempts (delivery_id, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['webhook_attempts', 'webhook_deliveries', 'webhook_endpoints'])
      await runner.query(`DROP TABLE ${table}`);
  }
}
