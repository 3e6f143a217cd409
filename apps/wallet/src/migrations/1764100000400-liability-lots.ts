import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What is owed for points, in money. Lots live in loyalty; here is the copy that the books need, fed by what loyalty says:
 * the price that was allocated to a lot when it was given, and every event that changed it since. Events are only ever added,
 * each with the month that it counts in, so any month can be computed again. `unrecognised_minor` is what of the price is no
 * revenue yet; the lots of a program sum to its contract liability account.
 * No index covers what a close rewrites, and the fill factor leaves room for it: a million lots change in place.
 */
export class LiabilityLots1764100000400 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE liability_programs (
        program_id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        currency char(3) NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX liability_programs_of_merchant ON liability_programs (merchant_id, program_id)');
    // Every version stays: a lot and a close name the one that they were computed with.
    await runner.query(`
      CREATE TABLE liability_settings (
        program_id uuid NOT NULL REFERENCES liability_programs (program_id),
        version integer NOT NULL,
        point_value_micros bigint NOT NULL CHECK (point_value_micros >= 0),
        redemption_bps integer NOT NULL CHECK (redemption_bps BETWEEN 0 AND 10000),
        prior_weight_points bigint NOT NULL CHECK (prior_weight_points >= 0),
        spread_bps integer NOT NULL CHECK (spread_bps BETWEEN 0 AND 10000),
        changed_by text NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (program_id, version)
      )`);
    // One row per merchant: whoever books holds it shared, whoever closes holds it alone.
    await runner.query(`
      CREATE TABLE liability_books (
        merchant_id uuid PRIMARY KEY,
        closed_through text CHECK (closed_through ~ '^\\d{4}-\\d{2}$')
      )`);
    await runner.query(`
      CREATE TABLE liability_lots (
        id uuid PRIMARY KEY,
        program_id uuid NOT NULL REFERENCES liability_programs (program_id),
        merchant_id uuid NOT NULL,
        member_id uuid NOT NULL,
        order_id uuid,
        currency char(3) NOT NULL,
        setting_version integer NOT NULL,
        cohort text NOT NULL CHECK (cohort ~ '^\\d{4}-\\d{2}$'),
        points bigint NOT NULL CHECK (points > 0),
        redeemed bigint NOT NULL DEFAULT 0 CHECK (redeemed >= 0),
        expired bigint NOT NULL DEFAULT 0 CHECK (expired >= 0),
        clawed_back bigint NOT NULL DEFAULT 0 CHECK (clawed_back >= 0),
        allocated_minor bigint NOT NULL CHECK (allocated_minor >= 0),
        price_minor bigint NOT NULL CHECK (price_minor BETWEEN 0 AND allocated_minor),
        unrecognised_minor bigint NOT NULL,
        issued_at timestamptz NOT NULL,
        expires_at timestamptz,
        CONSTRAINT liability_lots_never_above CHECK (redeemed + expired + clawed_back <= points)
      ) WITH (fillfactor = 50)`);
    await runner.query('CREATE INDEX liability_lots_of_program ON liability_lots (program_id, cohort, id)');
    await runner.query('CREATE INDEX liability_lots_of_member ON liability_lots (member_id, merchant_id, id)');
    await runner.query('CREATE INDEX liability_lots_of_merchant ON liability_lots (merchant_id, id)');
    await runner.query(`
      CREATE TABLE liability_lot_funders (
        lot_id uuid NOT NULL,
        funder text NOT NULL CHECK (funder ~ '^(operator|(merchant|brand):[0-9a-f-]{36})$'),
        share_bps integer NOT NULL CHECK (share_bps BETWEEN 1 AND 10000),
        PRIMARY KEY (lot_id, funder)
      )`);
    await runner.query(`
      CREATE TABLE liability_events (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('earned', 'redeemed', 'expired', 'clawed_back')),
        source_id uuid NOT NULL,
        lot_id uuid NOT NULL,
        program_id uuid NOT NULL,
        merchant_id uuid NOT NULL,
        currency char(3) NOT NULL,
        cohort text NOT NULL,
        period text NOT NULL CHECK (period ~ '^\\d{4}-\\d{2}$'),
        late boolean NOT NULL,
        points bigint NOT NULL CHECK (points > 0),
        price_minor bigint NOT NULL,
        happened_at timestamptz NOT NULL,
        written_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT liability_events_once UNIQUE (lot_id, kind, source_id)
      )`);
    await runner.query('CREATE INDEX liability_events_of_merchant ON liability_events (merchant_id, period)');
    await runner.query(`
      CREATE TRIGGER liability_events_append_only BEFORE UPDATE OR DELETE ON liability_events
        FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['events', 'lot_funders', 'lots', 'books', 'settings', 'programs'])
      await runner.query(`DROP TABLE liability_${table}`);
  }
}
