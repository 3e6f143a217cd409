import type { Tx } from '@florin/database';
import { newId } from '@florin/kernel';
import type { StatementAccount } from './account-settings';
import type { ImportDto, LineDto, StatementDto } from './statement.dto';
import type { ParsedStatement, StatementLine } from './statement-line';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

/** Lines that are written with one statement. */
const slice = 5_000;

const view = `SELECT id, account_id, import_id, reference, corrects, superseded_by, opening_minor, closing_minor, from_on, to_on, lines, fresh_lines,
  lines - fresh_lines AS known_lines, pending_lines, pending_minor, created_at FROM reconciliation_statements`;

export interface NewImport {
  id: string;
  content: string;
  format: string;
  bytes: number;
  by: string;
}

export interface NewStatement {
  id: string;
  importId: string;
  reference: string;
  corrects: string | null;
}

/** SQL of statements and their lines. */
export class StatementsRepository {
  /** What an import of this content was answered. */
  async importOf(tx: Tx, accountId: string, content: string): Promise<ImportDto | undefined> {
    const [found] = await tx.query<Omit<ImportDto, 'statements'>>(
      `SELECT id, account_id, format, content_sha256, bytes, imported_by, imported_at FROM reconciliation_imports
       WHERE account_id = $1 AND content_sha256 = $2`,
      [accountId, content],
    );
    if (!found) return undefined;
    const statements = await tx.query<StatementDto>(`${view} WHERE import_id = $1 ORDER BY id`, [found.id]);
    return { ...found, statements };
  }

  async insertImport(tx: Tx, account: StatementAccount, { id, content, format, bytes, by }: NewImport): Promise<void> {
    await tx.execute(
      `INSERT INTO reconciliation_imports (id, merchant_id, account_id, content_sha256, format, bytes, account_version, imported_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [id, account.merchantId, account.id, content, format, bytes, account.version, by],
    );
  }

  /** The one of that name that counts. */
  async current(source: Queries, accountId: string, reference: string): Promise<string | undefined> {
    const [row] = await source.query<{ id: string }>(
      'SELECT id FROM reconciliation_statements WHERE account_id = $1 AND reference = $2 AND superseded_by IS NULL',
      [accountId, reference],
    );
    return row?.id;
  }

  async isCurrent(tx: Tx, accountId: string, id: string): Promise<boolean> {
    const found = await tx.query(
      'SELECT id FROM reconciliation_statements WHERE account_id = $1 AND id = $2 AND superseded_by IS NULL',
      [accountId, id],
    );
    return found.length > 0;
  }

  async supersede(tx: Tx, id: string, by: string): Promise<void> {
    // The reference to the one that follows is checked at the end of the transaction, when it is there.
    await tx.execute('UPDATE reconciliation_statements SET superseded_by = $2 WHERE id = $1', [id, by]);
  }

  /** The statement with all of its lines; those that are known already are not added again. */
  async insert(
    tx: Tx,
    account: StatementAccount,
    { id, ...made }: NewStatement,
    parsed: ParsedStatement,
  ): Promise<void> {
    const days = parsed.lines.map(({ bookedOn }) => bookedOn).sort();
    await tx.execute(
      `INSERT INTO reconciliation_statements (id, merchant_id, account_id, import_id, reference, corrects, opening_minor, closing_minor, from_on, to_on,
                                              lines, fresh_lines, pending_lines, pending_minor)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12, $13)`,
      [
        id,
        account.merchantId,
        account.id,
        made.importId,
        made.reference,
        made.corrects,
        parsed.opening?.amountMinor ?? null,
        parsed.closing?.amountMinor ?? null,
        days[0] ?? null,
        days.at(-1) ?? null,
        parsed.lines.length,
        parsed.pending.count,
        parsed.pending.sumMinor,
      ],
    );
    const ordinals = ordinalsOf(parsed.lines);
    let fresh = 0;
    for (let start = 0; start < parsed.lines.length; start += slice) {
      const lines = parsed.lines.slice(start, start + slice);
      fresh += await this.insertLines(tx, account, id, start, lines, ordinals.slice(start, start + slice));
    }
    await tx.execute('UPDATE reconciliation_statements SET fresh_lines = $2 WHERE id = $1', [id, fresh]);
  }

  private async insertLines(
    tx: Tx,
    account: StatementAccount,
    statementId: string,
    start: number,
    lines: readonly StatementLine[],
    ordinals: readonly number[],
  ): Promise<number> {
    const keys = [
      lines.map(({ reference }) => reference),
      lines.map(({ bookedOn }) => bookedOn),
      lines.map(({ amountMinor }) => amountMinor),
      ordinals,
    ];
    const fresh = await tx.execute(
      `INSERT INTO reconciliation_lines (id, merchant_id, account_id, reference, booked_on, amount_minor, ordinal, fee_minor, value_on, category, end_to_end_id,
                                         provider_reference, description, state)
       SELECT new.id, $1, $2, new.reference, new.booked_on, new.amount_minor, new.ordinal, new.fee_minor, new.value_on, new.category, new.end_to_end_id,
              new.provider_reference, new.description, CASE WHEN new.amount_minor = 0 AND new.fee_minor = 0 THEN 'ignored' ELSE 'open' END
       FROM unnest($3::text[], $4::date[], $5::bigint[], $6::integer[], $7::uuid[], $8::bigint[], $9::date[], $10::text[], $11::text[], $12::text[], $13::text[])
         AS new (reference, booked_on, amount_minor, ordinal, id, fee_minor, value_on, category, end_to_end_id, provider_reference, description)
       ON CONFLICT ON CONSTRAINT reconciliation_lines_once DO NOTHING`,
      [
        account.merchantId,
        account.id,
        ...keys,
        lines.map(() => newId()),
        lines.map(({ feeMinor }) => feeMinor),
        lines.map(({ valueOn }) => valueOn),
        lines.map(({ category }) => category),
        lines.map(({ endToEndId }) => endToEndId),
        lines.map(({ providerReference }) => providerReference),
        lines.map(({ description }) => description),
      ],
    );
    // One that a correction took back and this statement brings again counts again.
    await tx.execute(
      `WITH linked AS (
         INSERT INTO reconciliation_statement_lines (statement_id, line_no, line_id)
         SELECT $1, $3 + given.no, line.id
         FROM unnest($4::text[], $5::date[], $6::bigint[], $7::integer[]) WITH ORDINALITY AS given (reference, booked_on, amount_minor, ordinal, no)
         JOIN reconciliation_lines AS line ON line.account_id = $2 AND line.reference = given.reference AND line.booked_on = given.booked_on
           AND line.amount_minor = given.amount_minor AND line.ordinal = given.ordinal
         RETURNING line_id)
       UPDATE reconciliation_lines SET state = 'open', by_hand = false WHERE state = 'withdrawn' AND id IN (SELECT line_id FROM linked)`,
      [statementId, account.id, start, ...keys],
    );
    return fresh;
  }

  /** Which of the lines are there already, by their place in the list. */
  async known(source: Queries, accountId: string, lines: readonly StatementLine[]): Promise<Set<number>> {
    const rows = await source.query<{ no: number }>(
      `SELECT given.no::integer AS no
       FROM unnest($2::text[], $3::date[], $4::bigint[], $5::integer[]) WITH ORDINALITY AS given (reference, booked_on, amount_minor, ordinal, no)
       JOIN reconciliation_lines AS line ON line.account_id = $1 AND line.reference = given.reference AND line.booked_on = given.booked_on
         AND line.amount_minor = given.amount_minor AND line.ordinal = given.ordinal`,
      [
        accountId,
        lines.map(({ reference }) => reference),
        lines.map(({ bookedOn }) => bookedOn),
        lines.map(({ amountMinor }) => amountMinor),
        ordinalsOf(lines),
      ],
    );
    return new Set(rows.map(({ no }) => no - 1));
  }

  /** Newest first. */
  list(
    source: Queries,
    merchantId: string,
    accountId: string | null,
    afterId: string | null,
    limit: number,
  ): Promise<StatementDto[]> {
    return source.query(
      `${view} WHERE merchant_id = $1 AND ($2::uuid IS NULL OR account_id = $2::uuid) AND ($3::uuid IS NULL OR id < $3::uuid) ORDER BY id DESC LIMIT $4`,
      [merchantId, accountId, afterId, limit],
    );
  }

  async one(source: Queries, merchantId: string, id: string): Promise<StatementDto | undefined> {
    const [row] = await source.query<StatementDto>(`${view} WHERE merchant_id = $1 AND id = $2`, [merchantId, id]);
    return row;
  }

  /** The lines of a statement, in its order. */
  lines(source: Queries, statementId: string, afterNo: number, limit: number): Promise<LineDto[]> {
    return source.query(
      `SELECT line.id, placed.line_no, line.reference, line.booked_on, line.value_on, line.amount_minor, line.fee_minor, line.category, line.end_to_end_id,
              line.provider_reference, line.description, line.state, made.match_id, match.rule, match.facts
       FROM reconciliation_statement_lines AS placed
       JOIN reconciliation_lines AS line ON line.id = placed.line_id
       LEFT JOIN reconciliation_match_lines AS made ON made.line_id = line.id AND NOT made.undone
       LEFT JOIN reconciliation_matches AS match ON match.id = made.match_id
       WHERE placed.statement_id = $1 AND placed.line_no > $2 ORDER BY placed.line_no LIMIT $3`,
      [statementId, afterNo, limit],
    );
  }
}

/** Which of several lines alike (reference, day, amount) each is, from 1: the same in every file that has the whole day. */
export function ordinalsOf(lines: readonly StatementLine[]): number[] {
  const seen = new Map<string, number>();
  return lines.map(({ reference, bookedOn, amountMinor }) => {
    const key = `${bookedOn} ${amountMinor} ${reference}`;
    const ordinal = (seen.get(key) ?? 0) + 1;
    seen.set(key, ordinal);
    return ordinal;
  });
}
