import type { MatchDto } from './exception.dto';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

const view = `SELECT id, account_id, rule, line_minor, target_minor, fee_minor, difference_minor, made_by, approved_by, journal_id, made_at, undone_at, undone_by, undo_journal_id
  FROM reconciliation_matches`;

/** Matches as staff see them. */
export class MatchQueries {
  constructor(private readonly source: Queries) {}

  async one(merchantId: string, id: string): Promise<MatchDto | undefined> {
    const [row] = await this.source.query<MatchDto>(`${view} WHERE merchant_id = $1 AND id = $2`, [merchantId, id]);
    return row;
  }

  /** Newest first. */
  list(merchantId: string, accountId: string | null, afterId: string | null, limit: number): Promise<MatchDto[]> {
    return this.source.query(
      `${view} WHERE merchant_id = $1 AND ($2::uuid IS NULL OR account_id = $2::uuid) AND ($3::uuid IS NULL OR id < $3::uuid) ORDER BY id DESC LIMIT $4`,
      [merchantId, accountId, afterId, limit],
    );
  }
}
