import { type Invariant, within } from '../invariant';

const usesMatchOrders = within({
  service: 'orders',
  name: 'coupons.uses-match-orders',
  says: 'Every order with a coupon holds exactly one use of it for the discount it got, reserved, confirmed or released as the order went; no use is without its order.',
  examined: 'coupon_uses',
  offenders: `
    SELECT 'order:' || coalesce(o.id, use.order_id) AS subject,
      CASE WHEN o.id IS NULL THEN format('a %s use of coupon %s without an order', use.state, use.coupon_id)
           WHEN use.checkout_id IS NULL THEN format('%s with coupon %s, no use', o.status, o.coupon_code)
           ELSE format('%s with coupon %s and %s off; use %s of %s, %s off', o.status, o.coupon_code, o.coupon_minor, use.state, use.code, use.discount_minor) END AS detail
    FROM (SELECT * FROM orders WHERE origin = 'checkout' AND coupon_code IS NOT NULL) o
    FULL JOIN (SELECT coupon_uses.*, code FROM coupon_uses LEFT JOIN coupon_codes ON coupon_codes.id = coupon_id) use
      ON use.order_id = o.id AND use.checkout_id = o.checkout_id
    WHERE o.id IS NULL OR use.checkout_id IS NULL OR use.discount_minor <> o.coupon_minor OR use.member_id <> o.member_id OR use.code IS DISTINCT FROM o.coupon_code
      OR use.state <> CASE o.status WHEN 'pending' THEN 'reserved' WHEN 'cancelled' THEN 'released' ELSE 'confirmed' END`,
});

const counters = within({
  service: 'orders',
  name: 'coupons.counters-are-their-uses',
  says: 'What a coupon counts as taken, in all and by each member, are its uses that were not released, and never more than its limit.',
  examined: '(SELECT id FROM coupon_codes UNION ALL SELECT coupon_id FROM coupon_members) counter',
  offenders: `
    SELECT 'coupon:' || c.id AS subject, format('counts %s of %s, holds %s', taken, coalesce(max_uses::text, 'any number'), coalesce(uses, 0)) AS detail
    FROM coupon_codes c LEFT JOIN (SELECT coupon_id, count(*) AS uses FROM coupon_uses WHERE state <> 'released' GROUP BY 1) use ON coupon_id = c.id
    WHERE taken <> coalesce(uses, 0) OR taken > max_uses
    UNION ALL
    SELECT 'coupon:' || coalesce(m.coupon_id, use.coupon_id), format('member %s: counts %s of %s, holds %s', coalesce(m.member_id, use.member_id), coalesce(taken, 0),
      coalesce(max_uses::text, 'any number'), coalesce(uses, 0))
    FROM coupon_members m FULL JOIN (SELECT coupon_id, member_id, count(*) AS uses FROM coupon_uses WHERE state <> 'released' GROUP BY 1, 2) use
      ON use.coupon_id = m.coupon_id AND use.member_id = m.member_id
    WHERE coalesce(taken, 0) <> coalesce(uses, 0) OR taken > max_uses`,
});

export const couponInvariants: Invariant[] = [usesMatchOrders, counters];
