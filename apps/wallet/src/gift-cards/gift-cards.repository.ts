import type { Tx } from '@florin/database';
import { present } from '@florin/kernel';
import type { GiftCard, GiftCardState } from './gift-card';

interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

export interface GiftCardChoice {
  state?: string | undefined;
  batchId?: string | undefined;
  ownerId?: string | undefined;
}

const columns = `id, merchant_id AS "merchantId", batch_id AS "batchId", code_hash AS "codeHash", last4, currency, amount_minor AS "amountMinor",
  state, expires_at AS "expiresAt", recipient_id AS "recipientId", owner_id AS "ownerId", claimed_at AS "claimedAt", created_at AS "createdAt"`;

/** SQL of gift cards. Whoever moves money of a card locks its row first. */
export class GiftCardsRepository {
  async insert(
    tx: Tx,
    batch: { id: string; reason: string; issuedBy: string },
    cards: readonly [GiftCard, ...GiftCard[]],
  ): Promise<void> {
    const [first] = cards;
    await tx.execute(
      `INSERT INTO gift_card_batches (id, merchant_id, currency, amount_minor, cards, reason, issued_by, issued_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        batch.id,
        first.merchantId,
        first.currency,
        first.amountMinor,
        cards.length,
        batch.reason,
        batch.issuedBy,
        first.createdAt,
      ],
    );
    await tx.execute(
      `INSERT INTO gift_cards (id, merchant_id, batch_id, code_hash, last4, currency, amount_minor, state, expires_at, recipient_id, created_at)
       SELECT new.id, $4, $5, new.code_hash, new.last4, $6, $7, 'active', $8, $9, $10
       FROM unnest($1::uuid[], $2::text[], $3::text[]) AS new (id, code_hash, last4)`,
      [
        cards.map((card) => card.id),
        cards.map((card) => card.codeHash),
        cards.map((card) => card.last4),
        first.merchantId,
        batch.id,
        first.currency,
        first.amountMinor,
        first.expiresAt,
        first.recipientId,
        first.createdAt,
      ],
    );
  }

  async byCode(source: Queries, merchantId: string, codeHash: string): Promise<GiftCard | undefined> {
    const [card] = await source.query<GiftCard>(
      `SELECT ${columns} FROM gift_cards WHERE merchant_id = $1 AND code_hash = $2`,
      [merchantId, codeHash],
    );
    return card;
  }

  async one(source: Queries, merchantId: string, id: string): Promise<GiftCard | undefined> {
    const [card] = await source.query<GiftCard>(
      `SELECT ${columns} FROM gift_cards WHERE merchant_id = $1 AND id = $2`,
      [merchantId, id],
    );
    return card;
  }

  lock(tx: Tx, ids: readonly string[]): Promise<GiftCard[]> {
    return tx.query<GiftCard>(`SELECT ${columns} FROM gift_cards WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE`, [
      ids,
    ]);
  }

  /** Locks the cards that these members can spend here and now, soonest to expire first. */
  lockSpendable(
    tx: Tx,
    owners: readonly { memberId: string; merchantId: string; currency: string }[],
    now: Date,
  ): Promise<GiftCard[]> {
    return tx.query<GiftCard>(
      `SELECT ${columns} FROM gift_cards
       WHERE (owner_id, merchant_id, currency) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::char(3)[])) AND state = 'active' AND expires_at > $4
       ORDER BY id FOR UPDATE`,
      [
        owners.map((owner) => owner.memberId),
        owners.map((owner) => owner.merchantId),
        owners.map((owner) => owner.currency),
        now,
      ],
    );
  }

  /** Newest first. */
  list(
    source: Queries,
    merchantId: string,
    { state, batchId, ownerId }: GiftCardChoice,
    beforeId: string | undefined,
    limit: number,
  ): Promise<GiftCard[]> {
    return source.query<GiftCard>(
      `SELECT ${columns} FROM gift_cards
       WHERE merchant_id = $1 AND ($2::text IS NULL OR state = $2::text) AND ($3::uuid IS NULL OR batch_id = $3::uuid)
         AND ($4::uuid IS NULL OR owner_id = $4::uuid) AND ($5::uuid IS NULL OR id < $5::uuid)
       ORDER BY id DESC LIMIT $6`,
      [merchantId, state ?? null, batchId ?? null, ownerId ?? null, beforeId ?? null, limit],
    );
  }

  /** Locks cards whose time is over, after those that were looked at before. */
  lockExpiring(
    tx: Tx,
    now: Date,
    after: { expiresAt: Date; id: string } | undefined,
    limit: number,
  ): Promise<GiftCard[]> {
    return tx.query<GiftCard>(
      `SELECT ${columns} FROM gift_cards
       WHERE state = 'active' AND expires_at <= $1 AND ($2::timestamptz IS NULL OR (expires_at, id) > ($2::timestamptz, $3::uuid))
       ORDER BY expires_at, id LIMIT $4 FOR UPDATE SKIP LOCKED`,
      [now, after?.expiresAt ?? null, after?.id ?? null, limit],
    );
  }

  async claim(tx: Tx, id: string, memberId: string): Promise<Date> {
    const [claimed] = await tx.query<{ at: Date }>(
      'UPDATE gift_cards SET owner_id = $2, claimed_at = now() WHERE id = $1 RETURNING claimed_at AS at',
      [id, memberId],
    );
    return present(claimed, 'a locked card is there').at;
  }

  async setState(tx: Tx, ids: readonly string[], state: GiftCardState): Promise<void> {
    if (ids.length > 0) await tx.execute('UPDATE gift_cards SET state = $2 WHERE id = ANY($1::uuid[])', [ids, state]);
  }

  /** Makes expired cards good again, and keeps those good that would expire too soon. */
  async keepGood(tx: Tx, ids: readonly string[], until: Date): Promise<void> {
    await tx.execute(
      `UPDATE gift_cards SET state = 'active', expires_at = greatest(expires_at, $2) WHERE id = ANY($1::uuid[]) AND state <> 'cancelled'`,
      [ids, until],
    );
  }
}
