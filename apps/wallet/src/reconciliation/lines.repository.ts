import type { Tx } from '@florin/database';
import type { OpenLine } from './match';

const columns = `id, reference, to_char(booked_on, 'YYYY-MM-DD') AS "bookedOn", amount_minor AS "amountMinor", fee_minor AS "feeMinor", category,
  end_to_end_id AS "endToEndId", provider_reference AS "providerReference", description`;

/** Where a walk over open lines stands. */
export interface LineCursor {
  bookedOn: string;
  id: string;
}

/** SQL of lines that wait for an explanation. Every function takes a set and costs one statement. */
export class LinesRepository {
  /** Those that rules may explain, from the oldest on; what a person has taken apart is left to persons. */
  open(tx: Tx, accountId: string, after: LineCursor | undefined, limit: number): Promise<OpenLine[]> {
    return tx.query(
      `SELECT ${columns} FROM reconciliation_lines
       WHERE account_id = $1 AND state = 'open' AND NOT by_hand AND (booked_on, id) > ($2::date, $3::uuid) ORDER BY booked_on, id LIMIT $4`,
      [accountId, after?.bookedOn ?? '-infinity', after?.id ?? '00000000-0000-0000-0000-000000000000', limit],
    );
  }

  /** Of the lines those that are open, and stay so until the transaction ends. In id order, so that two sets never deadlock. */
  lockOpen(tx: Tx, accountId: string, ids: readonly string[]): Promise<OpenLine[]> {
    return tx.query(
      `SELECT ${columns} FROM reconciliation_lines WHERE account_id = $1 AND id = ANY($2::uuid[]) AND state = 'open' ORDER BY id FOR UPDATE`,
      [accountId, ids],
    );
  }

  async move(
    tx: Tx,
    ids: readonly string[],
    state: 'open' | 'matched' | 'ignored' | 'withdrawn',
    byHand = false,
  ): Promise<void> {
    if (ids.length === 0) return;
    await tx.execute('UPDATE reconciliation_lines SET state = $2, by_hand = by_hand OR $3 WHERE id = ANY($1::uuid[])', [
      ids,
      state,
      byHand,
    ]);
  }

  /** Lines of a superseded statement that no statement in force has, with the match that each is in. */
  onlyIn(tx: Tx, statementId: string): Promise<{ id: string; matchId: string | null }[]> {
    return tx.query(
      `SELECT placed.line_id AS id, made.match_id AS "matchId"
       FROM reconciliation_statement_lines AS placed
       LEFT JOIN reconciliation_match_lines AS made ON made.line_id = placed.line_id AND NOT made.undone
       WHERE placed.statement_id = $1 AND NOT EXISTS (
         SELECT FROM reconciliation_statement_lines AS other JOIN reconciliation_statements AS statement ON statement.id = other.statement_id
         WHERE other.line_id = placed.line_id AND statement.superseded_by IS NULL)
       ORDER BY placed.line_id`,
      [statementId],
    );
  }
}
