import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Money that can only be spent at the merchant: a gift card belongs to whoever has its code, until a member claims it; store
 * credit is granted to a member. Each has an account of its own in the ledger, and that is its balance. A code is kept as a hash.
 */
export class GiftCardsAndStoreCredit1764100000502 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE code_tries (
        merchant_id uuid NOT NULL,
        caller text NOT NULL,
        wrong integer NOT NULL DEFAULT 0,
        since timestamptz,
        locked_until timestamptz,
        PRIMARY KEY (merchant_id, caller)
      )`);
    await runner.query(`
      CREATE TABLE gift_card_batches (
        id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        currency char(3) NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        cards integer NOT NULL CHECK (cards > 0),
        reason text NOT NULL,
        issued_by text NOT NULL,
        issued_at timestamptz NOT NULL
      )`);
    await runner.query('CREATE INDEX gift_card_batches_of_merchant ON gift_card_batches (merchant_id, id)');
    await runner.query(`
      CREATE TABLE gift_cards (
        id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        batch_id uuid NOT NULL REFERENCES gift_card_batches (id),
        code_hash text NOT NULL,
        last4 char(4) NOT NULL,
        currency char(3) NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        state text NOT NULL CHECK (state IN ('active', 'cancelled', 'expired')),
        expires_at timestamptz NOT NULL,
        recipient_id uuid,
        owner_id uuid,
        claimed_at timestamptz,
        created_at timestamptz NOT NULL,
        CONSTRAINT gift_cards_code UNIQUE (merchant_id, code_hash),
        CONSTRAINT gift_cards_for_their_recipient CHECK (owner_id IS NULL OR recipient_id IS NULL OR owner_id = recipient_id)
      )`);
    await runner.query('CREATE INDEX gift_cards_of_merchant ON gift_cards (merchant_id, id)');
    await runner.query('CREATE INDEX gift_cards_of_batch ON gift_cards (batch_id)');
    await runner.query(
      `CREATE INDEX gift_cards_of_owner ON gift_cards (owner_id, merchant_id) WHERE owner_id IS NOT NULL`,
    );
    await runner.query(`CREATE INDEX gift_cards_expiring ON gift_cards (expires_at, id) WHERE state = 'active'`);
    await runner.query(`
      CREATE TABLE store_credits (
        id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        member_id uuid NOT NULL,
        currency char(3) NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        source text NOT NULL CHECK (source IN ('grant', 'refund', 'gift_card')),
        source_id uuid,
        state text NOT NULL CHECK (state IN ('active', 'withdrawn', 'expired')),
        expires_at timestamptz,
        reason text NOT NULL,
        granted_by text NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT store_credits_one_per_source UNIQUE (source, source_id)
      )`);
    await runner.query('CREATE INDEX store_credits_of_member ON store_credits (member_id, merchant_id, id)');
    await runner.query(`CREATE INDEX store_credits_expiring ON store_credits (expires_at, id) WHERE state = 'active'`);
    // What happened to each card and credit, and who did it: rows are only ever added.
    await runner.query(`
      CREATE TABLE stored_value_steps (
        id uuid PRIMARY KEY,
        subject_id uuid NOT NULL,
        step text NOT NULL CHECK (step IN ('issued', 'claimed', 'redeemed', 'cancelled', 'withdrawn', 'expired', 'revived')),
        amount_minor bigint NOT NULL,
        journal_key text UNIQUE,
        reason text,
        done_by text NOT NULL,
        happened_at timestamptz NOT NULL
      )`);
    await runner.query('CREATE INDEX stored_value_steps_of_subject ON stored_value_steps (subject_id, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['stored_value_steps', 'store_credits', 'gift_cards', 'gift_card_batches', 'code_tries'])
      await runner.query(`DROP TABLE ${table}`);
  }
}
