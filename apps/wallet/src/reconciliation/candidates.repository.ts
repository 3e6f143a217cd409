import type { Tx } from '@florin/database';
import { isId } from '@florin/kernel';
import type { StatementAccount } from './account-settings';
import { textsOf } from './line-names';
import type { Candidate, OpenLine } from './match';

/** Candidates that are looked at together; with more in one window only those that lines name are matched. */
const mostInWindow = 20_000;

export interface Window {
  from: string;
  to: string;
}

/** What a line may be about, each kind in the same columns. It reads payments, refunds and withdrawals, and changes none of them. */
const payments = `
  SELECT 'payment' AS kind, payment.id, payment.merchant_id, payment.currency, payment.captured_minor AS amount, (payment.created_at AT TIME ZONE 'UTC')::date AS day,
    payment.state = 'captured' AND payment.settled_minor = 0 AS waits,
    array_remove(ARRAY[payment.provider_reference, payment.id::text, payment.subject_id::text, payment.order_id::text], NULL) AS names
  FROM payment_transactions AS payment WHERE payment.captured_minor > 0 AND payment.state IN ('captured', 'settled')`;

const refunds = `
  SELECT 'refund' AS kind, refund.id, refund.merchant_id, refund.currency, -refund.card_minor AS amount, (refund.created_at AT TIME ZONE 'UTC')::date AS day, true AS waits,
    array_remove(ARRAY[refund.provider_reference, refund.id::text, payment.provider_reference, payment.id::text, refund.order_id::text], NULL) AS names
  FROM payment_refunds AS refund JOIN payment_transactions AS payment ON payment.id = refund.payment_id
  WHERE refund.state = 'completed' AND refund.card_minor > 0`;

const transfers = `
  SELECT 'transfer' AS kind, id, merchant_id, currency, -amount_minor AS amount, sent_on AS day, true AS waits, named_as AS names
  FROM reconciliation_transfers WHERE NOT undone`;

/** Payouts to members, also one that failed: when the bank shows it, it went out all the same. */
const withdrawals = (kind: 'payout' | 'payout_return', sign: '-' | '', states: string): string => `
  SELECT '${kind}' AS kind, id, merchant_id, currency, ${sign}(amount_minor - fee_minor) AS amount, (created_at AT TIME ZONE 'UTC')::date AS day, true AS waits,
    array_remove(ARRAY[id::text, provider_reference], NULL) AS names
  FROM wallet_withdrawals WHERE state IN (${states})`;
const payouts = withdrawals('payout', '-', `'submitted', 'unknown', 'paid', 'failed', 'returned'`);
const returns = withdrawals('payout_return', '', `'submitted', 'unknown', 'paid', 'returned'`);

const free = `(target.waits AND NOT EXISTS (
  SELECT FROM reconciliation_match_targets AS taken WHERE taken.kind = target.kind AND taken.target_id = target.id AND NOT taken.undone))`;
const columns = `kind, id, amount AS "amountMinor", to_char(day, 'YYYY-MM-DD') AS "on", names AS "references"`;

/** SQL that finds what open lines may be about. Every function takes a set and costs a statement per kind. */
export class CandidatesRepository {
  /** Everything that the lines name, matched or not yet: `isTaken` tells. */
  async named(
    tx: Tx,
    account: StatementAccount,
    lines: readonly OpenLine[],
  ): Promise<(Candidate & { isTaken: boolean })[]> {
    const texts = [...new Set(lines.flatMap(textsOf))];
    if (texts.length === 0) return [];
    const ids = texts.map(asId).filter((id) => id !== undefined);
    const found = `SELECT ${columns}, NOT ${free} AS "isTaken" FROM`;
    const params = [account.merchantId, account.currency, texts, ids];
    const owned = 'target.merchant_id = $1 AND target.currency = $2';
    const sets = await Promise.all([
      tx.query<Candidate & { isTaken: boolean }>(
        `${found} (${payments} AND payment.merchant_id = $1 AND (payment.provider_reference = ANY($3::text[]) OR payment.id = ANY($4::uuid[])
            OR payment.order_id = ANY($4::uuid[]) OR payment.subject_id = ANY($4::uuid[]))) AS target WHERE ${owned}`,
        params,
      ),
      tx.query<Candidate & { isTaken: boolean }>(
        `${found} (${refunds} AND (refund.id = ANY($4::uuid[]) OR refund.payment_id IN (
            SELECT id FROM payment_transactions WHERE merchant_id = $1
              AND (provider_reference = ANY($3::text[]) OR id = ANY($4::uuid[]) OR order_id = ANY($4::uuid[]))))) AS target WHERE ${owned}
         UNION ${found} (${refunds} AND refund.merchant_id = $1 AND refund.provider_reference = ANY($3::text[])) AS target WHERE ${owned}`,
        params,
      ),
      ...[payouts, returns].map((source) =>
        tx.query<Candidate & { isTaken: boolean }>(
          `${found} (${source} AND merchant_id = $1 AND (id = ANY($4::uuid[]) OR provider_reference = ANY($3::text[]))) AS target WHERE ${owned}`,
          params,
        ),
      ),
      tx.query<Candidate & { isTaken: boolean }>(
        `${found} (${transfers} AND merchant_id = $1 AND named_as && $3::text[]) AS target WHERE ${owned} AND $4::uuid[] IS NOT NULL`,
        params,
      ),
    ]);
    return sets.flat();
  }

  /** What no line explains yet, of those days. */
  async inWindow(tx: Tx, account: StatementAccount, { from, to }: Window): Promise<Candidate[]> {
    const find = (source: string, day: string, owned: string, more: readonly string[] = []) =>
      tx.query<Candidate>(
        `SELECT ${columns} FROM (${source} AND ${owned} AND ${day} >= $3::date AND ${day} < $4::date + 1) AS target
         WHERE ${free} ORDER BY target.day, target.id LIMIT $5`,
        [account.merchantId, account.currency, from, to, mostInWindow, ...more],
      );
    const sets = await Promise.all([
      find(payments, 'payment.created_at', 'payment.merchant_id = $1 AND payment.currency = $2'),
      find(refunds, 'refund.created_at', 'refund.merchant_id = $1 AND refund.currency = $2'),
      find(payouts, 'created_at', 'merchant_id = $1 AND currency = $2'),
      find(transfers, 'sent_on', 'merchant_id = $1 AND currency = $2 AND from_account_id <> $6', [account.id]),
    ]);
    return sets.flat();
  }

  /** Captured payments that no line explains although they are older than the day, oldest first. */
  missing(tx: Tx, account: StatementAccount, before: string, limit: number): Promise<Candidate[]> {
    return tx.query(
      `SELECT ${columns} FROM (${payments} AND payment.merchant_id = $1 AND payment.currency = $2 AND payment.created_at < $3::date) AS target
       WHERE ${free} AND NOT EXISTS (SELECT FROM reconciliation_exceptions AS known WHERE known.merchant_id = $1 AND known.target_kind = target.kind
         AND known.target_id = target.id AND (known.state <> 'resolved' OR known.resolution = 'ignored'))
       ORDER BY target.day, target.id LIMIT $4`,
      [account.merchantId, account.currency, before, limit],
    );
  }

  /** Those of the list that are there and that no line explains yet, as they are now. */
  async chosen(
    tx: Tx,
    account: StatementAccount,
    targets: readonly { kind: string; id: string }[],
  ): Promise<(Candidate & { isTaken: boolean })[]> {
    const sets = [payments, refunds, payouts, returns, transfers].map((source) =>
      tx.query<Candidate & { isTaken: boolean }>(
        `SELECT ${columns}, NOT ${free} AS "isTaken" FROM (${source}) AS target
         WHERE target.merchant_id = $1 AND target.currency = $2 AND (target.kind, target.id) IN (SELECT * FROM unnest($3::text[], $4::uuid[]))`,
        [account.merchantId, account.currency, targets.map(({ kind }) => kind), targets.map(({ id }) => id)],
      ),
    );
    return (await Promise.all(sets)).flat();
  }
}

/** Banks take the dashes out of our ids. */
function asId(name: string): string | undefined {
  const plain = name.toLowerCase().replaceAll('-', '');
  const dashed = plain.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return isId(dashed) ? dashed : undefined;
}
