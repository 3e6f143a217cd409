import type { AccountView } from '@florin/ledger';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

/** The merchant whose books an account is in: every code says it once. */
export const merchantOf = (code: string): string => `substring(${code} FROM 'merchant:([0-9a-f-]{36})')`;
export const merchantIn = (code: string): string | undefined => /merchant:([0-9a-f-]{36})/.exec(code)?.[1];

export interface AccountFilter {
  prefix?: string | undefined;
  asset?: string | undefined;
  labels?: Record<string, string> | undefined;
  archived: 'hidden' | 'shown' | 'only';
}

const columns = `id, code, asset, allow_negative AS "allowNegative", posted, held, posted - held AS available, labels,
  opened_at AS "openedAt", closed_at AS "archivedAt"`;
/** Larger than any character: a prefix with it behind is past everything that begins so. */
const pastAll = '\u{10FFFF}';

/** Finds the ledger's accounts of one merchant, through an index of their codes. Reads only: the ledger writes. */
export class MerchantAccountsRepository {
  /** In the order of their codes, which are unique and never change: no page shows one twice or leaves one out. */
  list(
    source: Queries,
    merchantId: string,
    { prefix = '', asset, labels, archived }: AccountFilter,
    afterCode: string,
    limit: number,
  ): Promise<AccountView[]> {
    return source.query<AccountView>(
      `SELECT ${columns} FROM ledger_accounts
       WHERE ${merchantOf('code')} = $1 AND code COLLATE "C" >= $2 AND code COLLATE "C" < $2 || $3 AND code COLLATE "C" > $4
         AND ($5::text IS NULL OR asset = $5) AND ($6::jsonb IS NULL OR labels @> $6)
         AND CASE $7 WHEN 'shown' THEN true WHEN 'only' THEN status = 'closed' ELSE status = 'open' END
       ORDER BY code COLLATE "C" LIMIT $8`,
      [merchantId, prefix, pastAll, afterCode, asset ?? null, labels ? JSON.stringify(labels) : null, archived, limit],
    );
  }

  /** The asset of each of these accounts that is the merchant's. */
  async assets(source: Queries, merchantId: string, codes: readonly string[]): Promise<Map<string, string>> {
    const rows = await source.query<{ code: string; asset: string }>(
      `SELECT code, asset FROM ledger_accounts WHERE code = ANY($2::text[]) AND ${merchantOf('code')} = $1`,
      [merchantId, codes],
    );
    return new Map(rows.map(({ code, asset }) => [code, asset]));
  }

  async one(source: Queries, merchantId: string, code: string): Promise<AccountView | undefined> {
    const [account] = await source.query<AccountView>(
      `SELECT ${columns} FROM ledger_accounts WHERE code = $2 AND ${merchantOf('code')} = $1`,
      [merchantId, code],
    );
    return account;
  }

  /** Ids of journals that touch the merchant's accounts; ids sort by time. */
  async journalIds(
    source: Queries,
    merchantId: string,
    wanted: JournalFilter,
    order: { afterId: string | undefined; latestFirst: boolean; limit: number },
  ): Promise<string[]> {
    const [beyond, direction] = order.latestFirst ? ['<', 'DESC'] : ['>', 'ASC'];
    const rows = await source.query<{ id: string }>(
      `SELECT id FROM ledger_journals AS journal
       WHERE ($2::uuid IS NULL OR id ${beyond} $2) AND ($3::text IS NULL OR reference = $3) AND ($4::text IS NULL OR kind = $4)
         AND effective_at >= coalesce($5::timestamptz, '-infinity') AND effective_at < coalesce($6::timestamptz, 'infinity')
         AND inserted_at >= coalesce($7::timestamptz, '-infinity') AND inserted_at < coalesce($8::timestamptz, 'infinity')
         AND EXISTS (
           SELECT FROM ledger_postings AS posting JOIN ledger_accounts AS account ON account.id = posting.account_id
           WHERE posting.journal_id = journal.id AND posting.inserted_at = journal.inserted_at AND ${merchantOf('account.code')} = $1)
       ORDER BY id ${direction} LIMIT $9`,
      [
        merchantId,
        order.afterId ?? null,
        wanted.reference ?? null,
        wanted.kind ?? null,
        wanted.effectiveFrom ?? null,
        wanted.effectiveTo ?? null,
        wanted.insertedFrom ?? null,
        wanted.insertedTo ?? null,
        order.limit,
      ],
    );
    return rows.map(({ id }) => id);
  }
}

export interface JournalFilter {
  reference?: string | undefined;
  kind?: string | undefined;
  effectiveFrom?: string | undefined;
  effectiveTo?: string | undefined;
  insertedFrom?: string | undefined;
  insertedTo?: string | undefined;
}
