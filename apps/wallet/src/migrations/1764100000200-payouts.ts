import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Where members want their money sent. Holder and IBAN are one sealed text; without it nobody can be paid there, so it is
 * shredded when the beneficiary is removed. The slot says how many a member may have, whatever arrives at once.
 */
const beneficiaries = `
  CREATE TABLE payout_beneficiaries (
    id uuid PRIMARY KEY,
    merchant_id uuid NOT NULL,
    member_id uuid NOT NULL,
    slot smallint NOT NULL CONSTRAINT payout_beneficiaries_slots CHECK (slot BETWEEN 1 AND 5),
    sealed text,
    fingerprint text NOT NULL,
    iban_masked text NOT NULL,
    holder_masked text NOT NULL,
    country char(2) NOT NULL,
    verification text NOT NULL DEFAULT 'unverified' CHECK (verification IN ('unverified', 'verified', 'rejected')),
    verification_note text,
    created_at timestamptz NOT NULL,
    removed_at timestamptz,
    CHECK ((sealed IS NULL) = (removed_at IS NOT NULL))
  );
  CREATE UNIQUE INDEX payout_beneficiaries_slot ON payout_beneficiaries (merchant_id, member_id, slot) WHERE removed_at IS NULL;
  CREATE UNIQUE INDEX payout_beneficiaries_once ON payout_beneficiaries (merchant_id, member_id, fingerprint) WHERE removed_at IS NULL;
  CREATE INDEX payout_beneficiaries_of_merchant ON payout_beneficiaries (merchant_id, id);
  CREATE TABLE payout_beneficiary_steps (
    id uuid PRIMARY KEY,
    beneficiary_id uuid NOT NULL REFERENCES payout_beneficiaries (id),
    step text NOT NULL CHECK (step IN ('added', 'verified', 'rejected', 'removed')),
    actor text NOT NULL,
    note text,
    happened_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX payout_beneficiary_steps_of ON payout_beneficiary_steps (beneficiary_id, id)`;

/** What an operator set, per currency because the sums are of one. Rows are only added: the highest version counts. */
const settings = `
  CREATE TABLE payout_settings (
    merchant_id uuid NOT NULL,
    currency char(3) NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    rules jsonb NOT NULL,
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_id, currency, version)
  )`;

const batches = `
  CREATE TABLE payout_batches (
    id uuid PRIMARY KEY,
    merchant_id uuid NOT NULL,
    currency char(3) NOT NULL,
    withdrawals integer NOT NULL CHECK (withdrawals > 0),
    total_minor bigint NOT NULL CHECK (total_minor > 0),
    gathered_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX payout_batches_of_merchant ON payout_batches (merchant_id, id)`;

/**
 * The id is the intent: the provider gets it as its idempotency key, and no other is ever made for the same money.
 * Nothing that waits for a person can have been approved by too few, and what was never approved never reaches the provider.
 */
const withdrawals = `
  CREATE TABLE wallet_withdrawals (
    id uuid PRIMARY KEY,
    merchant_id uuid NOT NULL,
    member_id uuid NOT NULL,
    beneficiary_id uuid NOT NULL REFERENCES payout_beneficiaries (id),
    currency char(3) NOT NULL,
    amount_minor bigint NOT NULL,
    fee_minor bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('requested', 'held', 'submitted', 'unknown', 'paid', 'failed', 'returned', 'cancelled', 'rejected')),
    settings_version integer NOT NULL,
    approvals_needed smallint NOT NULL CHECK (approvals_needed BETWEEN 0 AND 2),
    approvals_given smallint NOT NULL DEFAULT 0,
    approved_at timestamptz,
    batch_id uuid REFERENCES payout_batches (id),
    action text CHECK (action IN ('submit', 'query')),
    provider text NOT NULL,
    provider_reference text,
    failure_code text,
    journal_id uuid,
    is_late boolean NOT NULL DEFAULT false,
    attempts integer NOT NULL DEFAULT 0,
    first_asked_at timestamptz,
    next_at timestamptz NOT NULL DEFAULT now(),
    lease_until timestamptz,
    cause jsonb,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz,
    CONSTRAINT withdrawals_pay_something CHECK (fee_minor >= 0 AND amount_minor > fee_minor),
    CONSTRAINT withdrawals_are_approved CHECK (state IN ('requested', 'cancelled', 'rejected') OR approvals_given >= approvals_needed),
    CONSTRAINT withdrawals_ask_in_a_batch CHECK (action IS NULL OR batch_id IS NOT NULL),
    CONSTRAINT withdrawals_paid_are_booked CHECK ((state IN ('paid', 'returned')) = (journal_id IS NOT NULL)),
    CONSTRAINT withdrawals_reference UNIQUE (provider, provider_reference)
  );
  CREATE INDEX wallet_withdrawals_due ON wallet_withdrawals (next_at) WHERE action IS NOT NULL;
  CREATE INDEX wallet_withdrawals_waiting ON wallet_withdrawals (merchant_id, currency, id) WHERE state = 'held' AND batch_id IS NULL;
  CREATE INDEX wallet_withdrawals_of_member ON wallet_withdrawals (member_id, id);
  CREATE INDEX wallet_withdrawals_of_merchant ON wallet_withdrawals (merchant_id, id);
  CREATE INDEX wallet_withdrawals_of_batch ON wallet_withdrawals (batch_id, id) WHERE batch_id IS NOT NULL;
  CREATE INDEX wallet_withdrawals_ended ON wallet_withdrawals (settled_at) WHERE state IN ('paid', 'failed');
  CREATE INDEX wallet_withdrawals_to ON wallet_withdrawals (beneficiary_id)`;

/** Four eyes: each person once, and never the one whose money it is. */
const approvals = `
  CREATE TABLE withdrawal_approvals (
    withdrawal_id uuid NOT NULL REFERENCES wallet_withdrawals (id),
    approver_id text NOT NULL,
    requester_id text NOT NULL,
    decision text NOT NULL CHECK (decision IN ('approved', 'rejected')),
    reason text,
    decided_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (withdrawal_id, approver_id),
    CONSTRAINT approvals_by_others CHECK (approver_id <> requester_id)
  )`;

/** Every step of a withdrawal, only ever added. Out of unknown leads evidence alone: what the provider answered, a statement line. */
const steps = `
  CREATE TABLE withdrawal_steps (
    id uuid PRIMARY KEY,
    withdrawal_id uuid NOT NULL REFERENCES wallet_withdrawals (id),
    from_state text NOT NULL,
    to_state text NOT NULL,
    learned_from text NOT NULL CHECK (learned_from IN ('request', 'rule', 'person', 'batch', 'answer', 'query', 'webhook', 'statement', 'silence')),
    actor text,
    evidence text,
    detail text,
    happened_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT unknown_is_left_on_evidence CHECK (from_state <> 'unknown' OR to_state = 'unknown'
      OR (learned_from IN ('answer', 'query', 'statement') AND evidence IS NOT NULL))
  );
  CREATE INDEX withdrawal_steps_of ON withdrawal_steps (withdrawal_id, id)`;

/** What the provider told of itself, as far as we read it: no name and no account number is in here. */
const webhooks = `
  CREATE TABLE payout_webhooks (
    provider text NOT NULL,
    event_id text NOT NULL,
    type text NOT NULL,
    withdrawal_id uuid,
    outcome text NOT NULL,
    payload jsonb NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (provider, event_id)
  )`;

/** Status is text with a CHECK, not an enum type: adding a value must not need a table lock. */
export class Payouts1764100000200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [beneficiaries, settings, batches, withdrawals, approvals, steps, webhooks])
      await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE payout_webhooks, withdrawal_steps, withdrawal_approvals, wallet_withdrawals, payout_batches, payout_settings, payout_beneficiary_steps, payout_beneficiaries',
    );
  }
}
