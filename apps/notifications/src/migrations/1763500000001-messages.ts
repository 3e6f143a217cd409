import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A message is one intent to tell one person one thing on one channel; the unique constraint is what keeps it at one.
 * Hash-partitioned by person: PostgreSQL wants the partition key in the constraint, and an intent is a person's anyway.
 */
export class Messages1763500000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE contacts (
        user_id uuid NOT NULL,
        merchant_id uuid NOT NULL,
        email text NOT NULL,
        display_name text NOT NULL,
        PRIMARY KEY (user_id, merchant_id)
      )`);
    await runner.query(`
      CREATE TABLE notification_templates (
        merchant_id uuid NOT NULL,
        key text NOT NULL,
        version integer NOT NULL,
        subject text NOT NULL,
        body_text text NOT NULL,
        body_html text NOT NULL,
        updated_by text NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (merchant_id, key)
      )`);
    await runner.query(`
      CREATE TABLE notifications (
        user_id uuid NOT NULL,
        id uuid NOT NULL,
        merchant_id uuid NOT NULL,
        channel text NOT NULL CHECK (channel IN ('email')),
        intent text NOT NULL,
        template text NOT NULL,
        recipient text NOT NULL,
        variables jsonb NOT NULL,
        state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'failed')),
        attempts integer NOT NULL DEFAULT 0,
        next_at timestamptz NOT NULL DEFAULT now(),
        lease_until timestamptz,
        last_error text,
        sent_at timestamptz,
        cause jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (user_id, id),
        UNIQUE (user_id, channel, intent)
      ) PARTITION BY HASH (user_id)`);
    for (let part = 0; part < 16; part += 1) {
      await runner.query(
        `CREATE TABLE notifications_${part} PARTITION OF notifications FOR VALUES WITH (MODULUS 16, REMAINDER ${part})`,
      );
    }
    await runner.query(`CREATE INDEX notifications_due ON notifications (next_at) WHERE state = 'pending'`);
    await runner.query('CREATE INDEX notifications_of_merchant ON notifications (merchant_id, id)');
    // The delivery log: every attempt, also those of a message that was sent again by hand.
    await runner.query(`
      CREATE TABLE notification_attempts (
        id uuid PRIMARY KEY,
        message_id uuid NOT NULL,
        attempt integer NOT NULL,
        outcome text NOT NULL CHECK (outcome IN ('sent', 'failed')),
        answer text,
        attempted_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX notification_attempts_of_message ON notification_attempts (message_id, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['notification_attempts', 'notifications', 'notification_templates', 'contacts'])
      await runner.query(`DROP TABLE ${table}`);
  }
}
