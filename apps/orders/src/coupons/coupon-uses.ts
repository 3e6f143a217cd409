import { Injectable } from '@nestjs/common';
import type { Tx } from '@florin/database';
import type { Coupon } from './coupon-rules';
import { CouponsRepository, type CouponUse } from './coupons.repository';

export interface CouponAsk {
  merchantId: string;
  code: string;
  memberId: string | null;
}

export interface CouponFound {
  coupon: Coupon | undefined;
  /** Uses that this member has reserved or confirmed. */
  takenByMember: number;
}

/** Coupon uses under the one reservation contract: reserved with a checkout, then confirmed or released with it. */
@Injectable()
export class CouponUses {
  constructor(private readonly coupons: CouponsRepository) {}

  /** What a coupon would do, without locking or taking anything. */
  async look(tx: Tx, ask: CouponAsk): Promise<CouponFound> {
    const coupon = await this.coupons.byCode(tx, ask.merchantId, ask.code);
    if (!coupon || !ask.memberId) return { coupon, takenByMember: 0 };
    const [taken] = await this.coupons.takenByMembers(tx, [coupon.id], [ask.memberId]);
    return { coupon, takenByMember: taken?.taken ?? 0 };
  }

  /**
   * Locks the coupons that are asked for and counts what each member has taken; one answer per ask, in order.
   * Asks about one coupon share its object, and those of one member share the answer: whoever gives a use away raises
   * `taken` and `takenByMember` on it, so that the next of the set sees one less.
   */
  async lock(tx: Tx, asks: readonly CouponAsk[]): Promise<CouponFound[]> {
    if (asks.length === 0) return [];
    const coupons = await this.coupons.lockByCodes(
      tx,
      asks.map((ask) => ask.merchantId),
      asks.map((ask) => ask.code),
    );
    const byCode = new Map(coupons.map((coupon) => [`${coupon.merchantId} ${coupon.code}`, coupon]));
    const answers = new Map<string, CouponFound & { memberId: string | null }>();
    const found = asks.map(({ merchantId, code, memberId }) => {
      const key = `${merchantId} ${code} ${memberId}`;
      const answer = answers.get(key) ?? { coupon: byCode.get(`${merchantId} ${code}`), takenByMember: 0, memberId };
      answers.set(key, answer);
      return answer;
    });
    const limited = [...answers.values()].flatMap((answer) =>
      answer.coupon && answer.coupon.maxUsesPerMember !== null && answer.memberId
        ? [{ answer, id: answer.coupon.id, memberId: answer.memberId }]
        : [],
    );
    if (limited.length === 0) return found;
    const rows = await this.coupons.takenByMembers(
      tx,
      limited.map((one) => one.id),
      limited.map((one) => one.memberId),
    );
    const taken = new Map(rows.map((row) => [`${row.coupon_id} ${row.member_id}`, row.taken]));
    for (const { answer, id, memberId } of limited) answer.takenByMember = taken.get(`${id} ${memberId}`) ?? 0;
    return found;
  }

  /** Takes the uses. Call `lock` first, in the same transaction; a CHECK fails the whole set if a limit would be passed. */
  async reserve(tx: Tx, uses: readonly CouponUse[], now: Date): Promise<void> {
    if (uses.length > 0) await this.coupons.reserve(tx, uses, now);
  }

  /** The checkouts are completed: their uses count for good. */
  async confirm(tx: Tx, checkoutIds: readonly string[], now: Date): Promise<void> {
    if (checkoutIds.length > 0) await this.coupons.confirm(tx, checkoutIds, now);
  }

  /** The checkouts are cancelled: somebody else may have their uses. */
  async release(tx: Tx, uses: readonly { checkoutId: string; couponId: string }[], now: Date): Promise<void> {
    if (uses.length > 0)
      await this.coupons.release(
        tx,
        uses.map((use) => use.checkoutId),
        uses.map((use) => use.couponId),
        now,
      );
  }
}
