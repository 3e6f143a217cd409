import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What waits for a person, one row per payment, with who decided and why; and what turned out to be fraud or not, the newest
 * word of each source winning. Both are what the model learns from.
 */
export class FraudReviews1764100000102 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE fraud_reviews (
        id uuid PRIMARY KEY,
        payment_id uuid NOT NULL UNIQUE REFERENCES fraud_requests (payment_id),
        merchant_id uuid NOT NULL,
        state text NOT NULL CHECK (state IN ('open', 'approved', 'denied', 'expired', 'withdrawn')),
        on_expiry text NOT NULL CHECK (on_expiry IN ('deny', 'approve')),
        opened_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        decided_at timestamptz,
        decided_by text,
        reason text,
        CHECK ((state = 'open') = (decided_at IS NULL)),
        CHECK (state NOT IN ('approved', 'denied') OR (decided_by IS NOT NULL AND reason IS NOT NULL))
      )`);
    await runner.query('CREATE INDEX fraud_reviews_of_merchant ON fraud_reviews (merchant_id, state, id)');
    await runner.query(`CREATE INDEX fraud_reviews_due ON fraud_reviews (expires_at) WHERE state = 'open'`);
    await runner.query(`
      CREATE TABLE fraud_labels (
        payment_id uuid NOT NULL REFERENCES fraud_requests (payment_id),
        source text NOT NULL CHECK (source IN ('review', 'chargeback', 'staff')),
        merchant_id uuid NOT NULL,
        label text NOT NULL CHECK (label IN ('fraud', 'genuine')),
        note text,
        labelled_by text NOT NULL,
        labelled_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (payment_id, source)
      )`);
    await runner.query('CREATE INDEX fraud_labels_of_merchant ON fraud_labels (merchant_id, payment_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE fraud_labels, fraud_reviews');
  }
}
