import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a currency costs in another, as a merchant was told, and what members were promised for it. Rates are exact decimals and
 * only ever added: what was quoted at a rate can be recomputed for ever.
 */
export class Exchange1764100000505 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE exchange_rates (
        id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        base char(3) NOT NULL,
        quote char(3) NOT NULL,
        rate numeric(24, 12) NOT NULL CHECK (rate > 0),
        source text NOT NULL,
        valid_from timestamptz NOT NULL,
        added_by text NOT NULL,
        added_at timestamptz NOT NULL,
        CHECK (base <> quote),
        CONSTRAINT exchange_rates_said_once UNIQUE (merchant_id, base, quote, valid_from, source)
      )`);
    await runner.query(
      'CREATE INDEX exchange_rates_standing ON exchange_rates (merchant_id, base, quote, valid_from DESC, id DESC)',
    );
    await runner.query('CREATE INDEX exchange_rates_of_merchant ON exchange_rates (merchant_id, id)');
    await runner.query(`
      CREATE FUNCTION exchange_rates_stay() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'exchange_rates_stay: a rate is never changed; say another one' USING ERRCODE = 'integrity_constraint_violation';
      END $$`);
    await runner.query(
      'CREATE TRIGGER exchange_rates_stay BEFORE UPDATE OR DELETE ON exchange_rates FOR EACH ROW EXECUTE FUNCTION exchange_rates_stay()',
    );
    await runner.query(`
      CREATE TABLE exchange_quotes (
        id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        member_id uuid NOT NULL,
        from_currency char(3) NOT NULL,
        to_currency char(3) NOT NULL,
        from_minor bigint NOT NULL CHECK (from_minor > 0),
        to_minor bigint NOT NULL CHECK (to_minor > 0),
        rate_id uuid NOT NULL REFERENCES exchange_rates (id),
        inverted boolean NOT NULL,
        spread_bps integer NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        used_for text CHECK (used_for IN ('conversion', 'checkout')),
        used_by uuid,
        used_at timestamptz,
        CHECK (from_currency <> to_currency),
        CHECK ((used_for IS NULL) = (used_at IS NULL) AND (used_for = 'checkout') = (used_by IS NOT NULL))
      )`);
    await runner.query('CREATE INDEX exchange_quotes_of_member ON exchange_quotes (member_id, merchant_id, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE exchange_quotes');
    await runner.query('DROP TABLE exchange_rates');
    await runner.query('DROP FUNCTION exchange_rates_stay');
  }
}
