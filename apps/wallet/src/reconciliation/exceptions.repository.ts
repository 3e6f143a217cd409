import type { Tx } from '@florin/database';
import { newId } from '@florin/kernel';
import type { StatementAccount } from './account-settings';
import type { ExceptionDto, ExceptionsQuery, ExceptionStepDto } from './exception.dto';
import type { MadeMatch } from './matches.repository';
import type { ExceptionKind } from './why-left';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

export type Resolution = 'matched' | 'written_off' | 'ignored' | 'withdrawn';

export interface NewException {
  kind: ExceptionKind;
  lineId: string | null;
  target: { kind: string; id: string } | null;
  amountMinor: number;
  detail: string;
}

/** An exception as whoever resolves it needs it, locked. */
export interface LockedException {
  id: string;
  accountId: string;
  lineId: string | null;
  targetKind: string | null;
  targetId: string | null;
  amountMinor: number;
  state: 'open' | 'proposed' | 'resolved';
  reason: string | null;
  proposedBy: string | null;
}

const view = `SELECT id, account_id, kind, line_id, target_kind, target_id, currency, amount_minor, detail, state, resolution, reason, assigned_to, proposed_by,
  resolved_by, match_id, opened_at, resolved_at FROM reconciliation_exceptions`;

const filter = `merchant_id = $1 AND ($2::uuid IS NULL OR account_id = $2::uuid) AND ($3::text IS NULL OR state = $3) AND ($4::text IS NULL OR kind = $4)
  AND ($5::text IS NULL OR assigned_to = $5) AND ($6::uuid IS NULL OR id < $6::uuid)`;

/** SQL of the exceptions queue. */
export class ExceptionsRepository {
  /** Opens those that are not open yet; gives them with their ids. */
  async open(
    tx: Tx,
    account: StatementAccount,
    found: readonly NewException[],
  ): Promise<(NewException & { id: string })[]> {
    if (found.length === 0) return [];
    const asked = found.map((one) => ({ ...one, id: newId() }));
    const rows = await tx.query<{ id: string }>(
      `INSERT INTO reconciliation_exceptions (id, merchant_id, account_id, currency, state, kind, line_id, target_kind, target_id, amount_minor, detail)
       SELECT new.id, $1, $2, $3, 'open', new.kind, new.line_id, new.target_kind, new.target_id, new.amount_minor, new.detail
       FROM unnest($4::uuid[], $5::text[], $6::uuid[], $7::text[], $8::uuid[], $9::bigint[], $10::text[])
         AS new (id, kind, line_id, target_kind, target_id, amount_minor, detail)
       ON CONFLICT DO NOTHING RETURNING id`,
      [
        account.merchantId,
        account.id,
        account.currency,
        asked.map(({ id }) => id),
        asked.map(({ kind }) => kind),
        asked.map(({ lineId }) => lineId),
        asked.map(({ target }) => target?.kind ?? null),
        asked.map(({ target }) => target?.id ?? null),
        asked.map(({ amountMinor }) => amountMinor),
        asked.map(({ detail }) => detail),
      ],
    );
    const fresh = new Set(rows.map(({ id }) => id));
    return asked.filter(({ id }) => fresh.has(id));
  }

  /** Matches end the exceptions of their lines and of their targets. */
  async settle(tx: Tx, account: StatementAccount, made: readonly MadeMatch[], by: string): Promise<void> {
    const lines = made.flatMap(({ id, match }) => match.lines.map((line) => ({ id, lineId: line.id })));
    const targets = made.flatMap(({ id, match }) => match.targets.map((target) => ({ id, target })));
    await tx.execute(
      `UPDATE reconciliation_exceptions AS exception
       SET state = 'resolved', resolution = CASE WHEN match.rule = 'write-off' THEN 'written_off' ELSE 'matched' END, resolved_by = $2, resolved_at = now(), match_id = match.id
       FROM (SELECT * FROM unnest($3::uuid[], $4::uuid[]) AS one (match_id, line_id)) AS given
       JOIN reconciliation_matches AS match ON match.id = given.match_id
       WHERE exception.account_id = $1 AND exception.line_id = given.line_id AND exception.state <> 'resolved'`,
      [account.id, by, lines.map(({ id }) => id), lines.map(({ lineId }) => lineId)],
    );
    if (targets.length === 0) return;
    await tx.execute(
      `UPDATE reconciliation_exceptions AS exception SET state = 'resolved', resolution = 'matched', resolved_by = $2, resolved_at = now(), match_id = given.match_id
       FROM unnest($3::uuid[], $4::text[], $5::uuid[]) AS given (match_id, kind, target_id)
       WHERE exception.merchant_id = $1 AND exception.target_kind = given.kind AND exception.target_id = given.target_id AND exception.state <> 'resolved'`,
      [
        account.merchantId,
        by,
        targets.map(({ id }) => id),
        targets.map(({ target }) => target.kind),
        targets.map(({ target }) => target.id),
      ],
    );
  }

  async withdraw(tx: Tx, lineIds: readonly string[], by: string): Promise<void> {
    await tx.execute(
      `UPDATE reconciliation_exceptions SET state = 'resolved', resolution = 'withdrawn', resolved_by = $2, resolved_at = now()
       WHERE line_id = ANY($1::uuid[]) AND state <> 'resolved'`,
      [lineIds, by],
    );
  }

  async lock(tx: Tx, merchantId: string, id: string): Promise<LockedException | undefined> {
    const [row] = await tx.query<LockedException>(
      `SELECT id, account_id AS "accountId", line_id AS "lineId", target_kind AS "targetKind", target_id AS "targetId", amount_minor AS "amountMinor", state, reason,
              proposed_by AS "proposedBy"
       FROM reconciliation_exceptions WHERE id = $1 AND merchant_id = $2 FOR UPDATE`,
      [id, merchantId],
    );
    return row;
  }

  async assign(tx: Tx, id: string, to: string | null): Promise<void> {
    await tx.execute('UPDATE reconciliation_exceptions SET assigned_to = $2 WHERE id = $1', [id, to]);
  }

  async propose(tx: Tx, id: string, by: string, reason: string): Promise<void> {
    await tx.execute(
      `UPDATE reconciliation_exceptions SET state = 'proposed', proposed_by = $2, reason = $3 WHERE id = $1`,
      [id, by, reason],
    );
  }

  async reopen(tx: Tx, id: string): Promise<void> {
    await tx.execute(
      `UPDATE reconciliation_exceptions SET state = 'open', proposed_by = NULL, reason = NULL WHERE id = $1`,
      [id],
    );
  }

  async resolve(tx: Tx, id: string, resolution: Resolution, by: string, reason: string): Promise<void> {
    await tx.execute(
      `UPDATE reconciliation_exceptions SET state = 'resolved', resolution = $2, resolved_by = $3, reason = $4, resolved_at = now() WHERE id = $1`,
      [id, resolution, by, reason],
    );
  }

  async note(tx: Tx, id: string, reason: string): Promise<void> {
    await tx.execute('UPDATE reconciliation_exceptions SET reason = $2 WHERE id = $1', [id, reason]);
  }

  /** Newest first. */
  list(
    source: Queries,
    merchantId: string,
    query: Pick<ExceptionsQuery, 'account_id' | 'state' | 'kind' | 'assigned_to'>,
    afterId: string | null,
    limit: number,
  ): Promise<ExceptionDto[]> {
    return source.query(`${view} WHERE ${filter} ORDER BY id DESC LIMIT $7`, [
      merchantId,
      query.account_id ?? null,
      query.state ?? null,
      query.kind ?? null,
      query.assigned_to ?? null,
      afterId,
      limit,
    ]);
  }

  async one(source: Queries, merchantId: string, id: string): Promise<ExceptionDto | undefined> {
    const [row] = await source.query<ExceptionDto>(`${view} WHERE merchant_id = $1 AND id = $2`, [merchantId, id]);
    return row;
  }

  steps(source: Queries, id: string): Promise<ExceptionStepDto[]> {
    return source.query(
      `SELECT step, made_by, detail, happened_at FROM reconciliation_steps WHERE subject = 'exception' AND subject_id = $1 ORDER BY id`,
      [id],
    );
  }
}
