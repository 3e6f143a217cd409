import type { Tx } from '@florin/database';
import type { TransferDto } from './transfer.dto';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

export interface Transfer {
  id: string;
  merchantId: string;
  fromMemberId: string;
  toMemberId: string;
  currency: string;
  amountMinor: number;
  note: string | null;
  createdAt: Date;
}

export type MovedTransfer = TransferDto & { moved_at: Date };

const columns = 'id, from_member_id, to_member_id, currency, amount_minor, note, created_at';

/** SQL of transfers. */
export class TransfersRepository {
  async insert(tx: Tx, transfers: readonly (Transfer & { journalId: string })[]): Promise<void> {
    await tx.execute(
      `INSERT INTO wallet_transfers (id, merchant_id, from_member_id, to_member_id, currency, amount_minor, note, journal_id, created_at)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::bigint[], $7::text[], $8::uuid[], $9::timestamptz[])`,
      [
        transfers.map((transfer) => transfer.id),
        transfers.map((transfer) => transfer.merchantId),
        transfers.map((transfer) => transfer.fromMemberId),
        transfers.map((transfer) => transfer.toMemberId),
        transfers.map((transfer) => transfer.currency),
        transfers.map((transfer) => transfer.amountMinor),
        transfers.map((transfer) => transfer.note),
        transfers.map((transfer) => transfer.journalId),
        transfers.map((transfer) => transfer.createdAt),
      ],
    );
  }

  /** Of these members, those who have a wallet at the merchant, in whatever currency, as `merchant:member`. */
  async known(tx: Tx, members: readonly { merchantId: string; memberId: string }[]): Promise<Set<string>> {
    const rows = await tx.query<{ key: string }>(
      `SELECT DISTINCT merchant_id || ':' || member_id AS key FROM wallets
       WHERE (member_id, merchant_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))`,
      [members.map(({ memberId }) => memberId), members.map(({ merchantId }) => merchantId)],
    );
    return new Set(rows.map(({ key }) => key));
  }

  /** The transfer, if the member gave or got it; any of the merchant without a member. */
  async one(
    source: Queries,
    merchantId: string,
    id: string,
    memberId: string | undefined,
  ): Promise<TransferDto | undefined> {
    const [transfer] = await source.query<TransferDto>(
      `SELECT ${columns} FROM wallet_transfers
       WHERE id = $1 AND merchant_id = $2 AND ($3::uuid IS NULL OR $3 IN (from_member_id, to_member_id))`,
      [id, merchantId, memberId ?? null],
    );
    return transfer;
  }

  /** A member's transfers in one or all currencies, the latest first, each with the moment its money moved. */
  list(
    source: Queries,
    of: { merchantId: string; memberId: string; currency: string | undefined },
    before: { at: string; id: string } | undefined,
    limit: number,
  ): Promise<MovedTransfer[]> {
    return source.query<MovedTransfer>(
      `SELECT ${columns}, moved_at FROM (
         SELECT entry.* FROM wallets CROSS JOIN LATERAL (
           SELECT created_at AS moved_at, substr(reference, 10) AS transfer_id FROM wallet_transactions
           WHERE merchant_id = $1 AND member_id = $2 AND currency = wallets.currency AND kind = 'transfer'
             AND created_at <= coalesce($4::timestamptz, 'infinity')
             AND (created_at, reference COLLATE "C") < (coalesce($4::timestamptz, 'infinity'), 'transfer:' || $5::text)
           ORDER BY created_at DESC, reference COLLATE "C" DESC LIMIT $6
         ) AS entry
         WHERE wallets.merchant_id = $1 AND wallets.member_id = $2 AND ($3::text IS NULL OR wallets.currency = $3)
         ORDER BY moved_at DESC, transfer_id COLLATE "C" DESC LIMIT $6
       ) AS moved
       JOIN wallet_transfers ON id = transfer_id::uuid ORDER BY moved_at DESC, id DESC`,
      [of.merchantId, of.memberId, of.currency ?? null, before?.at ?? null, before?.id ?? '', limit],
    );
  }
}
