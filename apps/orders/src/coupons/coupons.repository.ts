import { Injectable } from '@nestjs/common';
import type { Tx } from '@florin/database';
import type { Coupon } from './coupon-rules';

export interface CouponRow {
  id: string;
  merchant_id: string;
  code: string;
  kind: 'percent' | 'fixed';
  percent_bps: number | null;
  amount_minor: number | null;
  currency: string | null;
  min_spend_minor: number;
  valid_from: Date;
  valid_until: Date | null;
  max_uses: number | null;
  max_uses_per_member: number | null;
  taken: number;
  active: boolean;
  version: number;
  created_by: string;
  created_at: Date;
  updated_at: Date;
}

export interface CouponUse {
  checkoutId: string;
  couponId: string;
  memberId: string;
  orderId: string;
  discountMinor: number;
  maxUsesPerMember: number | null;
}

export const couponColumns = `id, merchant_id, code, kind, percent_bps, amount_minor, currency, min_spend_minor, valid_from, valid_until,
  max_uses, max_uses_per_member, taken, active, version, created_by, created_at, updated_at`;

@Injectable()
export class CouponsRepository {
  async byCode(tx: Tx, merchantId: string, code: string): Promise<Coupon | undefined> {
    const [row] = await tx.query<CouponRow>(
      `SELECT ${couponColumns} FROM coupon_codes WHERE merchant_id = $1 AND code = $2`,
      [merchantId, code],
    );
    return row && couponOf(row);
  }

  /** Locks the coupons in id order: their counters stand still until the transaction ends. */
  async lockByCodes(tx: Tx, merchantIds: readonly string[], codes: readonly string[]): Promise<Coupon[]> {
    const rows = await tx.query<CouponRow>(
      `SELECT ${couponColumns} FROM coupon_codes
       WHERE (merchant_id, code) IN (SELECT * FROM unnest($1::uuid[], $2::text[])) ORDER BY id FOR UPDATE`,
      [merchantIds, codes],
    );
    return rows.map(couponOf);
  }

  takenByMembers(
    tx: Tx,
    couponIds: readonly string[],
    memberIds: readonly string[],
  ): Promise<{ coupon_id: string; member_id: string; taken: number }[]> {
    return tx.query(
      `SELECT coupon_id, member_id, taken FROM coupon_members
       WHERE (coupon_id, member_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))`,
      [couponIds, memberIds],
    );
  }

  /** Raises both counters and writes the uses; a CHECK fails the set if a limit would be passed. The coupons are locked. */
  async reserve(tx: Tx, uses: readonly CouponUse[], now: Date): Promise<void> {
    const parameters = [uses.map((use) => use.couponId), uses.map((use) => use.memberId)];
    await Promise.all([
      tx.execute(
        `UPDATE coupon_codes SET taken = taken + asked.uses
         FROM (SELECT coupon_id, count(*)::integer AS uses FROM unnest($1::uuid[]) AS use (coupon_id) GROUP BY 1) AS asked
         WHERE id = asked.coupon_id`,
        [parameters[0]],
      ),
      tx.execute(
        `INSERT INTO coupon_members (coupon_id, member_id, taken, max_uses)
         SELECT coupon_id, member_id, count(*), max(max_uses) FROM unnest($1::uuid[], $2::uuid[], $3::integer[]) AS use (coupon_id, member_id, max_uses)
         GROUP BY 1, 2 ORDER BY 1, 2
         ON CONFLICT (coupon_id, member_id) DO UPDATE SET taken = coupon_members.taken + excluded.taken, max_uses = excluded.max_uses`,
        [...parameters, uses.map((use) => use.maxUsesPerMember)],
      ),
      tx.execute(
        `INSERT INTO coupon_uses (checkout_id, coupon_id, member_id, order_id, discount_minor, state, reserved_at)
         SELECT checkout_id, coupon_id, member_id, order_id, discount_minor, 'reserved', $6
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[]) AS use (checkout_id, coupon_id, member_id, order_id, discount_minor)`,
        [
          uses.map((use) => use.checkoutId),
          ...parameters,
          uses.map((use) => use.orderId),
          uses.map((use) => use.discountMinor),
          now,
        ],
      ),
    ]);
  }

  async confirm(tx: Tx, checkoutIds: readonly string[], now: Date): Promise<void> {
    await tx.execute(
      `UPDATE coupon_uses SET state = 'confirmed', settled_at = $2 WHERE checkout_id = ANY($1) AND state = 'reserved'`,
      [checkoutIds, now],
    );
  }

  /** Gives reserved uses back and lowers both counters; a use that is settled already stays as it is. */
  async release(tx: Tx, checkoutIds: readonly string[], couponIds: readonly string[], now: Date): Promise<void> {
    await tx.query('SELECT id FROM coupon_codes WHERE id = ANY($1) ORDER BY id FOR UPDATE', [couponIds]);
    await tx.query(
      `WITH let_go AS (
         UPDATE coupon_uses SET state = 'released', settled_at = $2 WHERE checkout_id = ANY($1) AND state = 'reserved'
         RETURNING coupon_id, member_id
       ), of_members AS (
         UPDATE coupon_members AS held SET taken = held.taken - back.uses
         FROM (SELECT coupon_id, member_id, count(*)::integer AS uses FROM let_go GROUP BY 1, 2) AS back
         WHERE held.coupon_id = back.coupon_id AND held.member_id = back.member_id
       )
       UPDATE coupon_codes SET taken = taken - back.uses
       FROM (SELECT coupon_id, count(*)::integer AS uses FROM let_go GROUP BY 1) AS back WHERE id = back.coupon_id`,
      [checkoutIds, now],
    );
  }

  /** Writes a new coupon, or gives undefined when the merchant has one with this code. */
  async insert(tx: Tx, coupon: CouponRow): Promise<CouponRow | undefined> {
    const [row] = await tx.query<CouponRow>(
      `INSERT INTO coupon_codes (${couponColumns}) SELECT ${couponColumns} FROM json_populate_record(NULL::coupon_codes, $1::json)
       ON CONFLICT (merchant_id, code) DO NOTHING RETURNING ${couponColumns}`,
      [JSON.stringify(coupon)],
    );
    return row;
  }

  async lock(tx: Tx, merchantId: string, id: string): Promise<CouponRow | undefined> {
    const [row] = await tx.query<CouponRow>(
      `SELECT ${couponColumns} FROM coupon_codes WHERE merchant_id = $1 AND id = $2 FOR UPDATE`,
      [merchantId, id],
    );
    return row;
  }

  async update(tx: Tx, coupon: CouponRow): Promise<void> {
    await tx.execute(
      `UPDATE coupon_codes SET active = $2, valid_until = $3, max_uses = $4, max_uses_per_member = $5, version = $6, updated_at = $7 WHERE id = $1`,
      [
        coupon.id,
        coupon.active,
        coupon.valid_until,
        coupon.max_uses,
        coupon.max_uses_per_member,
        coupon.version,
        coupon.updated_at,
      ],
    );
  }
}

function couponOf(row: CouponRow): Coupon {
  return {
    id: row.id,
    merchantId: row.merchant_id,
    code: row.code,
    kind: row.kind,
    percentBps: row.percent_bps,
    amountMinor: row.amount_minor,
    currency: row.currency,
    minSpendMinor: row.min_spend_minor,
    validFrom: row.valid_from,
    validUntil: row.valid_until,
    maxUses: row.max_uses,
    maxUsesPerMember: row.max_uses_per_member,
    taken: row.taken,
    active: row.active,
  };
}
