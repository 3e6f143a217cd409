import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The outbox keeps its rows: they are the record of what was said, and the prover compares them with every inbox.
 * Partial indexes keep the relay's reads as small as what is waiting, however long the table grows.
 * The trigger runs per statement, not per row: a set of a thousand messages wakes the relay once. A sender that has the
 * relay in its own process says so in a setting of its transaction and wakes it itself: NOTIFY takes a lock of the
 * whole database at commit, so transactions that notify cannot share one flush to disk.
 */
export class CreateMessaging1763690000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE outbox (
        id uuid PRIMARY KEY,
        seq bigint GENERATED ALWAYS AS IDENTITY,
        kind text NOT NULL CHECK (kind IN ('event', 'command')),
        type text NOT NULL,
        version integer NOT NULL,
        subject text NOT NULL,
        merchant_id uuid,
        envelope jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        not_before timestamptz,
        attempts integer NOT NULL DEFAULT 0,
        last_error text,
        published_at timestamptz
      );
      CREATE INDEX outbox_ready ON outbox (seq) WHERE published_at IS NULL AND not_before IS NULL;
      CREATE INDEX outbox_waiting ON outbox (not_before) WHERE published_at IS NULL AND not_before IS NOT NULL;
      ALTER TABLE outbox SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);

      CREATE FUNCTION wake_outbox_relay() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF current_setting('florin.relay_is_here', true) IS DISTINCT FROM 'yes' THEN
          PERFORM pg_notify('florin_outbox', '');
        END IF;
        RETURN NULL;
      END $$;
      CREATE TRIGGER outbox_wakes_relay AFTER INSERT ON outbox
        FOR EACH STATEMENT EXECUTE FUNCTION wake_outbox_relay();

      CREATE TABLE inbox (
        consumer text NOT NULL,
        message_id uuid NOT NULL,
        handled_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (consumer, message_id)
      );

      CREATE TABLE messaging_subscriptions (
        consumer text NOT NULL,
        type text NOT NULL,
        version integer NOT NULL,
        since timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (consumer, type, version)
      );

      CREATE TABLE messaging_dead_letter_actions (
        id uuid PRIMARY KEY,
        queue text NOT NULL,
        message_id text NOT NULL,
        action text NOT NULL CHECK (action IN ('replay', 'discard')),
        actor text NOT NULL,
        reason text,
        envelope text NOT NULL,
        requested_at timestamptz NOT NULL DEFAULT now(),
        done_at timestamptz
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE messaging_dead_letter_actions;
      DROP TABLE messaging_subscriptions;
      DROP TABLE inbox;
      DROP TABLE outbox;
      DROP FUNCTION wake_outbox_relay();
    `);
  }
}
