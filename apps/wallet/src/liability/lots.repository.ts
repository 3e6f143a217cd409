import type { Tx } from '@florin/database';
import { newId } from '@florin/kernel';
import type { Dated } from './books';
import type { Funding, Lot, LotEventKind } from './lot';

export interface LotEvent extends Dated {
  kind: LotEventKind;
  sourceId: string;
  lot: Lot;
  points: number;
  priceMinor: number;
  happenedAt: Date;
}

const columns = `id, program_id AS "programId", merchant_id AS "merchantId", member_id AS "memberId", order_id AS "orderId", currency,
  setting_version AS "settingVersion", cohort, points, redeemed, expired, clawed_back AS "clawedBack", allocated_minor AS "allocatedMinor",
  price_minor AS "priceMinor", unrecognised_minor AS "unrecognisedMinor", issued_at AS "issuedAt", expires_at AS "expiresAt"`;

/** SQL of the wallet's copy of lots. Every function takes a set and costs one statement. */
export class LotsRepository {
  /** Gives the ids of those that were new. */
  async insert(tx: Tx, lots: readonly Lot[]): Promise<Set<string>> {
    const rows = await tx.query<{ id: string }>(
      `INSERT INTO liability_lots (id, program_id, merchant_id, member_id, order_id, currency, setting_version, cohort, points,
         allocated_minor, price_minor, unrecognised_minor, issued_at, expires_at)
       SELECT id, program_id, merchant_id, member_id, order_id, currency, version, cohort, points, price, price, price, issued_at, expires_at
       FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::integer[], $8::text[], $9::bigint[],
         $10::bigint[], $11::timestamptz[], $12::timestamptz[])
         AS lot (id, program_id, merchant_id, member_id, order_id, currency, version, cohort, points, price, issued_at, expires_at)
       ON CONFLICT (id) DO NOTHING RETURNING id`,
      [
        lots.map((lot) => lot.id),
        lots.map((lot) => lot.programId),
        lots.map((lot) => lot.merchantId),
        lots.map((lot) => lot.memberId),
        lots.map((lot) => lot.orderId),
        lots.map((lot) => lot.currency),
        lots.map((lot) => lot.settingVersion),
        lots.map((lot) => lot.cohort),
        lots.map((lot) => lot.points),
        lots.map((lot) => lot.allocatedMinor),
        lots.map((lot) => lot.issuedAt),
        lots.map((lot) => lot.expiresAt),
      ],
    );
    return new Set(rows.map(({ id }) => id));
  }

  async insertFunders(tx: Tx, lots: readonly { id: string; funders: readonly Funding[] }[]): Promise<void> {
    const rows = lots.flatMap(({ id, funders }) => funders.map((funding) => ({ id, ...funding })));
    await tx.execute(
      'INSERT INTO liability_lot_funders (lot_id, funder, share_bps) SELECT * FROM unnest($1::uuid[], $2::text[], $3::integer[])',
      [rows.map(({ id }) => id), rows.map(({ funder }) => funder), rows.map(({ shareBps }) => shareBps)],
    );
  }

  /** Those of the lots that are known, locked in the order of their ids. */
  lock(tx: Tx, ids: readonly string[]): Promise<Lot[]> {
    return tx.query<Lot>(
      `SELECT ${columns} FROM liability_lots WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE`,
      [ids],
    );
  }

  async fundersOf(tx: Tx, lotIds: readonly string[]): Promise<Map<string, Funding[]>> {
    const rows = await tx.query<Funding & { lotId: string }>(
      `SELECT lot_id AS "lotId", funder, share_bps AS "shareBps" FROM liability_lot_funders WHERE lot_id = ANY ($1::uuid[]) ORDER BY lot_id, funder`,
      [lotIds],
    );
    const funders = new Map<string, Funding[]>();
    for (const { lotId, funder, shareBps } of rows)
      funders.set(lotId, [...(funders.get(lotId) ?? []), { funder, shareBps }]);
    return funders;
  }

  /** Which of these changes are written already, as `<lot> <source>`. */
  async known(
    tx: Tx,
    kind: LotEventKind,
    changes: readonly { lotId: string; sourceId: string }[],
  ): Promise<Set<string>> {
    const rows = await tx.query<{ key: string }>(
      `SELECT concat_ws(' ', lot_id, source_id) AS key FROM liability_events
       WHERE kind = $1 AND (lot_id, source_id) IN (SELECT * FROM unnest($2::uuid[], $3::uuid[]))`,
      [kind, changes.map(({ lotId }) => lotId), changes.map(({ sourceId }) => sourceId)],
    );
    return new Set(rows.map(({ key }) => key));
  }

  async save(tx: Tx, lots: readonly Lot[]): Promise<void> {
    await tx.execute(
      `UPDATE liability_lots AS lot SET redeemed = new.redeemed, expired = new.expired, clawed_back = new.clawed_back,
         price_minor = new.price, unrecognised_minor = new.unrecognised
       FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
         AS new (id, redeemed, expired, clawed_back, price, unrecognised)
       WHERE lot.id = new.id`,
      [
        lots.map((lot) => lot.id),
        lots.map((lot) => lot.redeemed),
        lots.map((lot) => lot.expired),
        lots.map((lot) => lot.clawedBack),
        lots.map((lot) => lot.priceMinor),
        lots.map((lot) => lot.unrecognisedMinor),
      ],
    );
  }

  async insertEvents(tx: Tx, events: readonly LotEvent[]): Promise<void> {
    await tx.execute(
      `INSERT INTO liability_events (id, kind, source_id, lot_id, program_id, merchant_id, currency, cohort, period, late, points, price_minor, happened_at)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::text[],
         $10::boolean[], $11::bigint[], $12::bigint[], $13::timestamptz[])`,
      [
        events.map(() => newId()),
        events.map(({ kind }) => kind),
        events.map(({ sourceId }) => sourceId),
        events.map(({ lot }) => lot.id),
        events.map(({ lot }) => lot.programId),
        events.map(({ lot }) => lot.merchantId),
        events.map(({ lot }) => lot.currency),
        events.map(({ lot }) => lot.cohort),
        events.map(({ period }) => period),
        events.map(({ late }) => late),
        events.map(({ points }) => points),
        events.map(({ priceMinor }) => priceMinor),
        events.map(({ happenedAt }) => happenedAt),
      ],
    );
  }
}
