import type { FreezeStateDto, HoldStateDto, StateEventDto } from './history.dto';
import type { Moment } from './moment';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

export interface StoredValueRow {
  id: string;
  what: 'gift_card' | 'store_credit';
  currency: string;
  expiresAt: Date | null;
  since: Date;
}

export type PlacedEvent = StateEventDto & { seq: number };

/** SQL of members as they were: everything is read from rows that are only ever added, or that say since when and until when. */
export class HistoryRepository {
  /** Whether the member has or had money of any kind at the merchant. */
  async isKnown(source: Queries, merchantId: string, memberId: string): Promise<boolean> {
    const [found] = await source.query<{ known: boolean }>(
      `SELECT EXISTS (SELECT FROM wallets WHERE member_id = $1 AND merchant_id = $2)
         OR EXISTS (SELECT FROM gift_cards WHERE owner_id = $1 AND merchant_id = $2)
         OR EXISTS (SELECT FROM store_credits WHERE member_id = $1 AND merchant_id = $2) AS known`,
      [memberId, merchantId],
    );
    return found?.known ?? false;
  }

  async currencies(source: Queries, merchantId: string, memberId: string, knownAt: Date): Promise<string[]> {
    const rows = await source.query<{ currency: string }>(
      'SELECT currency FROM wallets WHERE member_id = $1 AND merchant_id = $2 AND created_at <= $3 ORDER BY currency',
      [memberId, merchantId, knownAt],
    );
    return rows.map(({ currency }) => currency);
  }

  /** Gift cards that the member had claimed and store credit that was granted, whatever was left of it. */
  storedValue(source: Queries, merchantId: string, memberId: string, by: Date): Promise<StoredValueRow[]> {
    return source.query<StoredValueRow>(
      `SELECT id, 'gift_card' AS what, currency, expires_at AS "expiresAt", claimed_at AS since FROM gift_cards
       WHERE owner_id = $1 AND merchant_id = $2 AND claimed_at <= $3
       UNION ALL
       SELECT id, 'store_credit', currency, expires_at, created_at FROM store_credits
       WHERE member_id = $1 AND merchant_id = $2 AND created_at <= $3
       ORDER BY 1`,
      [memberId, merchantId, by],
    );
  }

  /** Holds that were open, and what they still held back. A hold has one time, so it counts at the earlier of the two. */
  holds(source: Queries, codes: readonly string[], horizon: Date): Promise<HoldStateDto[]> {
    return source.query<HoldStateDto>(
      `SELECT * FROM (
         SELECT hold.id, account.asset AS currency, hold.reference, hold.created_at, (hold.amount - (
             SELECT coalesce(-sum(posting.amount), 0) FROM ledger_journals AS journal
             JOIN ledger_postings AS posting
               ON posting.journal_id = journal.id AND posting.inserted_at = journal.inserted_at AND posting.account_id = hold.account_id
             WHERE journal.hold_id = hold.id AND journal.inserted_at <= $2))::bigint AS amount_minor
         FROM ledger_holds AS hold JOIN ledger_accounts AS account ON account.id = hold.account_id
         WHERE account.code = ANY($1::text[]) AND hold.created_at <= $2 AND (hold.closed_at IS NULL OR hold.closed_at > $2)
       ) AS open ORDER BY id`,
      [codes, horizon],
    );
  }

  async freeze(source: Queries, merchantId: string, memberId: string, horizon: Date): Promise<FreezeStateDto | null> {
    const [freeze] = await source.query<FreezeStateDto>(
      `SELECT scope, reason, frozen_at FROM wallet_freezes
       WHERE merchant_id = $1 AND member_id = $2 AND frozen_at <= $3 AND (lifted_at IS NULL OR lifted_at > $3)
       ORDER BY id DESC LIMIT 1`,
      [merchantId, memberId, horizon],
    );
    return freeze ?? null;
  }

  /** Postings that count at exactly one of the moments, in the order in which they were written down. */
  events(
    source: Queries,
    codes: readonly string[],
    from: Moment,
    to: Moment,
    after: { at: string; account: string; seq: number } | undefined,
    limit: number,
  ): Promise<PlacedEvent[]> {
    return source.query<PlacedEvent>(
      `SELECT posting.journal_id, account.code AS account, account.asset AS currency, journal.kind, journal.reference,
         CASE WHEN later THEN 'gained' ELSE 'lost' END AS change, CASE WHEN later THEN posting.amount ELSE -posting.amount END AS amount_minor,
         posting.effective_at, posting.inserted_at AS recorded_at, posting.seq
       FROM ledger_accounts AS account
       JOIN LATERAL (
         SELECT *, effective_at <= $2 AND inserted_at <= $3 AS earlier, effective_at <= $4 AND inserted_at <= $5 AS later
         FROM ledger_postings WHERE account_id = account.id AND inserted_at <= greatest($3::timestamptz, $5::timestamptz)
           AND inserted_at >= coalesce($6::timestamptz, '-infinity')
       ) AS posting ON earlier <> later
       JOIN ledger_journals AS journal ON journal.id = posting.journal_id AND journal.inserted_at = posting.inserted_at
       WHERE account.code = ANY($1::text[])
         AND (posting.inserted_at, account.code COLLATE "C", posting.seq) > (coalesce($6::timestamptz, '-infinity'), $7::text, $8::bigint)
       ORDER BY posting.inserted_at, account.code COLLATE "C", posting.seq LIMIT $9`,
      [
        codes,
        from.asOf,
        from.knownAt,
        to.asOf,
        to.knownAt,
        after?.at ?? null,
        after?.account ?? '',
        after?.seq ?? 0,
        limit,
      ],
    );
  }
}
