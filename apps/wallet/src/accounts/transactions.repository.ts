import type { WalletEntryDto } from './transaction.dto';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

/** A place in a wallet's history: the number counts within the currency. */
export interface Place {
  at: string;
  currency: string;
  seq: number;
}

export interface Wanted {
  merchantId: string;
  memberId: string;
  currency?: string | undefined;
  kind?: string | undefined;
  orderId?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

export type PlacedEntry = WalletEntryDto & { seq: number };

const entry = `journal_id || ':' || seq AS id, currency, amount_minor, balance_after_minor, kind, reference, order_id, counterparty_id, details,
  created_at AS posted_at, effective_at, seq`;

/** SQL of what members see of their wallets. */
export class TransactionsRepository {
  /** The latest first, over one or all currencies of a member: a range of the index for each of them. */
  latest(source: Queries, wanted: Wanted, before: Place | undefined, limit: number): Promise<PlacedEntry[]> {
    return source.query<PlacedEntry>(
      `SELECT entry.* FROM wallets CROSS JOIN LATERAL (
         SELECT ${entry} FROM wallet_transactions
         WHERE merchant_id = $1 AND member_id = $2 AND currency = wallets.currency
           AND created_at >= coalesce($4::timestamptz, '-infinity') AND created_at < coalesce($5::timestamptz, 'infinity')
           AND ($6::text IS NULL OR kind = $6) AND ($7::uuid IS NULL OR order_id = $7)
           AND created_at <= coalesce($8::timestamptz, 'infinity')
           AND (created_at, currency, seq) < (coalesce($8::timestamptz, 'infinity'), coalesce($9::char(3), 'ZZZ'), coalesce($10::bigint, 9223372036854775807))
         ORDER BY created_at DESC, seq DESC LIMIT $11
       ) AS entry
       WHERE wallets.merchant_id = $1 AND wallets.member_id = $2 AND ($3::char(3) IS NULL OR wallets.currency = $3)
       ORDER BY posted_at DESC, entry.currency DESC, seq DESC LIMIT $11`,
      [
        wanted.merchantId,
        wanted.memberId,
        wanted.currency ?? null,
        wanted.from ?? null,
        wanted.to ?? null,
        wanted.kind ?? null,
        wanted.orderId ?? null,
        before?.at ?? null,
        before?.currency ?? null,
        before?.seq ?? null,
        limit,
      ],
    );
  }

  /** What one wallet went through in a span of time, the first first: from inclusive, to exclusive. */
  inOrder(
    source: Queries,
    { merchantId, memberId, currency }: { merchantId: string; memberId: string; currency: string },
    span: { from: Date; to: Date },
    after: Pick<Place, 'at' | 'seq'> | undefined,
    limit: number,
  ): Promise<PlacedEntry[]> {
    return source.query<PlacedEntry>(
      `SELECT ${entry} FROM wallet_transactions
       WHERE merchant_id = $1 AND member_id = $2 AND currency = $3 AND created_at >= $4 AND created_at < $5
         AND (created_at, seq) > (coalesce($6::timestamptz, '-infinity'), coalesce($7::bigint, 0))
       ORDER BY created_at, seq LIMIT $8`,
      [merchantId, memberId, currency, span.from, span.to, after?.at ?? null, after?.seq ?? null, limit],
    );
  }

  /** What was in one wallet right before each of the instants, in the order asked. */
  async balancesBefore(
    source: Queries,
    { merchantId, memberId, currency }: { merchantId: string; memberId: string; currency: string },
    instants: readonly Date[],
  ): Promise<number[]> {
    const rows = await source.query<{ balance: number }>(
      `SELECT coalesce(last.balance, 0) AS balance FROM unnest($4::timestamptz[]) WITH ORDINALITY AS asked (instant, position)
       LEFT JOIN LATERAL (
         SELECT balance_after_minor AS balance FROM wallet_transactions
         WHERE merchant_id = $1 AND member_id = $2 AND currency = $3 AND created_at < asked.instant
         ORDER BY created_at DESC, seq DESC LIMIT 1
       ) AS last ON true ORDER BY position`,
      [merchantId, memberId, currency, instants],
    );
    return rows.map(({ balance }) => balance);
  }
}
