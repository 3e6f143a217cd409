import type { Tx } from '@florin/database';
import type { StatementAccount } from './account-settings';
import type { Match } from './match';

/** A match with its id and the journal that books it. */
export interface MadeMatch {
  id: string;
  match: Match;
  journalId: string;
}

export interface Maker {
  /** `rule`, or the person. */
  by: string;
  approvedBy?: string | null;
  reason?: string | null;
}

export interface UndoneMatch {
  id: string;
  accountId: string;
  journalId: string;
  lineIds: string[];
}

/** SQL of matches. Every function takes a set and costs one statement per table. */
export class MatchesRepository {
  /** Of the targets those that a match has already. */
  async taken(tx: Tx, targets: readonly { kind: string; id: string }[]): Promise<Set<string>> {
    if (targets.length === 0) return new Set();
    const rows = await tx.query<{ key: string }>(
      `SELECT kind || ':' || target_id AS key FROM reconciliation_match_targets
       WHERE NOT undone AND (kind, target_id) IN (SELECT * FROM unnest($1::text[], $2::uuid[]))`,
      [targets.map(({ kind }) => kind), targets.map(({ id }) => id)],
    );
    return new Set(rows.map(({ key }) => key));
  }

  async insert(tx: Tx, account: StatementAccount, made: readonly MadeMatch[], maker: Maker): Promise<void> {
    const { by, approvedBy = null, reason = null } = maker;
    await tx.execute(
      `INSERT INTO reconciliation_matches (id, merchant_id, account_id, account_version, made_by, approved_by, reason, rule, line_minor, target_minor, fee_minor,
                                           difference_minor, facts, journal_id)
       SELECT new.id, $1, $2, $3, $4, $5, $6, new.rule, new.line_minor, new.target_minor, new.fee_minor, new.difference_minor, new.facts, new.journal_id
       FROM unnest($7::uuid[], $8::text[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::jsonb[], $14::uuid[])
         AS new (id, rule, line_minor, target_minor, fee_minor, difference_minor, facts, journal_id)`,
      [
        account.merchantId,
        account.id,
        account.version,
        by,
        approvedBy,
        reason,
        made.map(({ id }) => id),
        made.map(({ match }) => match.rule),
        made.map(({ match }) => match.lineMinor),
        made.map(({ match }) => match.targetMinor),
        made.map(({ match }) => match.feeMinor),
        made.map(({ match }) => match.differenceMinor),
        made.map(({ match }) => JSON.stringify(match.facts)),
        made.map(({ journalId }) => journalId),
      ],
    );
    const lines = made.flatMap(({ id, match }) => match.lines.map((line) => ({ id, lineId: line.id })));
    await tx.execute(
      'INSERT INTO reconciliation_match_lines (match_id, line_id) SELECT * FROM unnest($1::uuid[], $2::uuid[])',
      [lines.map(({ id }) => id), lines.map(({ lineId }) => lineId)],
    );
    const targets = made.flatMap(({ id, match }) => match.targets.map((target) => ({ id, target })));
    if (targets.length === 0) return;
    await tx.execute(
      `INSERT INTO reconciliation_match_targets (match_id, kind, target_id, amount_minor)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[])`,
      [
        targets.map(({ id }) => id),
        targets.map(({ target }) => target.kind),
        targets.map(({ target }) => target.id),
        targets.map(({ target }) => target.amountMinor),
      ],
    );
  }

  async insertTransfers(
    tx: Tx,
    account: StatementAccount,
    sent: readonly { id: string; amountMinor: number; on: string; names: string[] }[],
  ): Promise<void> {
    if (sent.length === 0) return;
    await tx.execute(
      `INSERT INTO reconciliation_transfers (id, merchant_id, from_account_id, currency, amount_minor, sent_on, named_as)
       SELECT new.id, $1, $2, $3, new.amount_minor, new.sent_on, string_to_array(new.names, E'\\n')
       FROM unnest($4::uuid[], $5::bigint[], $6::date[], $7::text[]) AS new (id, amount_minor, sent_on, names)`,
      [
        account.merchantId,
        account.id,
        account.currency,
        sent.map(({ id }) => id),
        sent.map(({ amountMinor }) => amountMinor),
        sent.map(({ on }) => on),
        sent.map(({ names }) => names.join('\n')),
      ],
    );
  }

  /** The matches of the merchant that stand, locked, with their lines. */
  lock(tx: Tx, merchantId: string, ids: readonly string[]): Promise<UndoneMatch[]> {
    return tx.query(
      `SELECT match.id, match.account_id AS "accountId", match.journal_id AS "journalId",
              ARRAY(SELECT line_id::text FROM reconciliation_match_lines WHERE match_id = match.id ORDER BY line_id) AS "lineIds"
       FROM reconciliation_matches AS match WHERE match.merchant_id = $1 AND match.id = ANY($2::uuid[]) AND match.undone_at IS NULL ORDER BY match.id FOR UPDATE`,
      [merchantId, ids],
    );
  }

  /** Of the matches those whose transfer another account has seen arrive. */
  async arrived(tx: Tx, ids: readonly string[]): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      `SELECT target_id AS id FROM reconciliation_match_targets WHERE kind = 'transfer' AND target_id = ANY($1::uuid[]) AND NOT undone`,
      [ids],
    );
    return rows.map(({ id }) => id);
  }

  async undo(tx: Tx, undone: readonly { id: string; journalId: string }[], by: string, reason: string): Promise<void> {
    const ids = undone.map(({ id }) => id);
    await tx.execute(
      `UPDATE reconciliation_matches AS match SET undone_at = now(), undone_by = $3, undo_reason = $4, undo_journal_id = new.journal_id
       FROM unnest($1::uuid[], $2::uuid[]) AS new (id, journal_id) WHERE match.id = new.id`,
      [ids, undone.map(({ journalId }) => journalId), by, reason],
    );
    await Promise.all(
      ['match_lines', 'match_targets'].map((table) =>
        tx.execute(`UPDATE reconciliation_${table} SET undone = true WHERE match_id = ANY($1::uuid[])`, [ids]),
      ),
    );
    await tx.execute('UPDATE reconciliation_transfers SET undone = true WHERE id = ANY($1::uuid[])', [ids]);
  }
}
