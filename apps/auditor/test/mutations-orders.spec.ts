import { newId } from '@florin/kernel';
import { type Mutation, spoilsAndIsNamed } from './vandal';

/** The first line of an order. */
const lineOf = (sale: { lines: { id: string }[] }, index = 0): string => sale.lines[index]?.id ?? '';

const mutations: Mutation[] = [
  {
    title: 'a line whose list price is not its unit price times its quantity',
    sql: ({ imported }) => ({
      orders: `UPDATE order_items SET unit_price_minor = unit_price_minor + 1 WHERE order_id = '${imported.id}'`,
    }),
    breaks: ['orders.lines-add-up'],
  },
  {
    title: 'an order that costs another total than its lines',
    sql: ({ free }) => ({ orders: `UPDATE orders SET list_minor = 1, discount_minor = 1 WHERE id = '${free.id}'` }),
    breaks: ['orders.lines-add-up', 'analytics.orders-are-counted-once'],
  },
  {
    title: 'a completed order whose checkout was cancelled',
    sql: ({ free }) => ({ orders: `UPDATE checkouts SET state = 'cancelled' WHERE id = '${free.checkoutId}'` }),
    breaks: ['orders.status-follows-the-checkout'],
  },
  {
    title: 'a second checkout of one order',
    sql: ({ free }) => ({
      orders: `INSERT INTO checkouts SELECT (jsonb_populate_record(c, '{"state": "cancelled", "stock": "released"}')).* FROM checkouts c WHERE id = '${free.checkoutId}'`,
    }),
    breaks: [
      'orders.status-follows-the-checkout',
      'orders.said-what-happened',
      'stock.stands-where-the-checkout-says',
      'stock.sold-as-ordered',
    ],
  },
  {
    title: 'an order that says that less was taken than the wallet took',
    sql: ({ pocket }) => ({ orders: `UPDATE orders SET captured_wallet_minor = 0 WHERE id = '${pocket.id}'` }),
    breaks: ['orders.status-follows-the-checkout', 'payments.captured-as-ordered'],
  },
  {
    title: 'a step missing in the history of an order',
    sql: ({ mixed }) => ({
      orders: `DELETE FROM order_status_history WHERE order_id = '${mixed.id}' AND status = 'completed'`,
    }),
    breaks: ['orders.history-leads-to-the-status'],
  },
  {
    title: 'the end of an order that was said a second time, a moment ago',
    sql: ({ mixed }) => ({
      orders: `INSERT INTO outbox OVERRIDING SYSTEM VALUE SELECT (jsonb_populate_record(o, jsonb_build_object('id', '${newId()}', 'created_at', now()))).*
        FROM outbox o WHERE type = 'orders.order.completed' AND subject = '${mixed.id}'`,
    }),
    breaks: ['orders.said-what-happened'],
  },
  {
    title: 'an order that was said to cost something else than it did',
    sql: ({ mixed }) => ({
      orders: `UPDATE outbox SET envelope = jsonb_set(envelope, '{data,totalMinor}', '1') WHERE type = 'orders.order.placed' AND subject = '${mixed.id}'`,
    }),
    breaks: ['orders.said-what-happened'],
  },
  {
    title: 'a coupon use that was never confirmed',
    sql: ({ mixed }) => ({
      orders: `UPDATE coupon_uses SET state = 'reserved' WHERE checkout_id = '${mixed.checkoutId}'`,
    }),
    breaks: ['coupons.uses-match-orders'],
  },
  {
    title: 'a coupon use for another discount than the order got',
    sql: ({ mixed }) => ({
      orders: `UPDATE coupon_uses SET discount_minor = 1 WHERE checkout_id = '${mixed.checkoutId}'`,
    }),
    breaks: ['coupons.uses-match-orders'],
  },
  {
    title: 'a coupon that counts a use that nobody holds',
    sql: ({ coupon }) => ({ orders: `UPDATE coupon_codes SET taken = taken + 1 WHERE id = '${coupon.id}'` }),
    breaks: ['coupons.counters-are-their-uses'],
  },
  {
    title: 'a member who counts fewer uses of a coupon than they hold',
    sql: ({ coupon, ada }) => ({
      orders: `UPDATE coupon_members SET taken = 0 WHERE coupon_id = '${coupon.id}' AND member_id = '${ada.id}'`,
    }),
    breaks: ['coupons.counters-are-their-uses'],
  },
  {
    title: "a price that is not the catalogue's",
    sql: ({ beans }) => ({ orders: `UPDATE variants SET price_minor = 1 WHERE variant_id = '${beans.id}'` }),
    breaks: ['catalog.prices-are-copied'],
  },
  {
    title: 'stock that does not add up',
    sql: ({ beans }) => ({
      catalog: `UPDATE inventory_items SET available = available + 1 WHERE variant_id = '${beans.id}';
        UPDATE inventory_movements SET available = available + 1 WHERE variant_id = '${beans.id}' AND kind = 'receipt'`,
    }),
    breaks: ['stock.numbers-add-up'],
  },
  {
    title: 'stock that came from nowhere',
    sql: ({ beans }) => ({
      catalog: `UPDATE inventory_items SET received = received + 1, available = available + 1 WHERE variant_id = '${beans.id}'`,
    }),
    breaks: ['stock.numbers-are-their-movements'],
  },
  {
    title: 'a movement that was taken out of the record',
    sql: ({ beans }) => ({
      catalog: `DELETE FROM inventory_movements WHERE variant_id = '${beans.id}' AND kind = 'receipt'`,
    }),
    breaks: ['stock.numbers-are-their-movements'],
  },
  {
    title: 'stock that was moved for another checkout',
    sql: ({ mixed }) => ({
      catalog: `UPDATE inventory_movements SET reference = '${newId()}' WHERE reference = '${mixed.checkoutId}' AND kind = 'confirm'`,
    }),
    breaks: ['stock.movements-follow-checkouts'],
  },
  {
    title: 'a line that counts units as brought back that were not',
    sql: ({ mixed }) => ({
      catalog: `UPDATE inventory_reservations SET restocked = 1 WHERE line_id = '${lineOf(mixed)}'`,
    }),
    breaks: ['stock.movements-follow-checkouts'],
  },
  {
    title: 'more sold from stock than the order says',
    sql: ({ pocket }) => ({
      catalog: `UPDATE inventory_reservations SET quantity = quantity + 1 WHERE checkout_id = '${pocket.checkoutId}';
        UPDATE inventory_movements SET available = available - 1, reserved = reserved + 1 WHERE reference = '${pocket.checkoutId}' AND kind = 'reserve';
        UPDATE inventory_movements SET reserved = reserved - 1, sold = sold + 1 WHERE reference = '${pocket.checkoutId}' AND kind = 'confirm';
        UPDATE inventory_items SET available = available - 1, sold = sold + 1 WHERE variant_id = '${pocket.lines[0]?.variant.id}'`,
    }),
    breaks: ['stock.sold-as-ordered'],
  },
  {
    title: 'goods that came back on the shelf twice',
    sql: ({ first, returned }) => ({
      catalog: `INSERT INTO inventory_movements SELECT (jsonb_populate_record(m, '{"id": "${newId()}"}')).* FROM inventory_movements m
          WHERE reference = '${first.refundId}' AND variant_id = '${returned.lines[0]?.variant.id}';
        UPDATE inventory_reservations SET restocked = restocked + 1 WHERE line_id = '${lineOf(returned)}';
        UPDATE inventory_items SET available = available + 1, sold = sold - 1 WHERE variant_id = '${returned.lines[0]?.variant.id}'`,
    }),
    breaks: ['stock.restocked-as-refunded'],
  },
  {
    title: 'a checkout that forgot that its stock is held',
    sql: ({ reserving }) => ({ orders: `UPDATE checkouts SET stock = 'asked' WHERE id = '${reserving.checkoutId}'` }),
    breaks: ['stock.stands-where-the-checkout-says'],
  },
  {
    title: 'a checkout far past its deadline',
    sql: ({ reserving }) => ({
      orders: `UPDATE checkouts SET deadline_at = created_at - interval '1 hour' WHERE id = '${reserving.checkoutId}'`,
    }),
    breaks: ['orders.nothing-is-stuck'],
  },
  {
    title: 'a refund whose tax is not that of its lines',
    sql: ({ first }) => ({ orders: `UPDATE refunds SET tax_minor = 1 WHERE id = '${first.refundId}'` }),
    breaks: ['analytics.refunds-are-counted-once', 'refunds.lines-add-up'],
  },
  {
    title: 'a line that counts more units as given back than its refunds',
    sql: ({ returned }) => ({
      orders: `UPDATE order_returns SET quantity = quantity + 1 WHERE line_id = '${lineOf(returned)}'`,
    }),
    breaks: ['refunds.within-the-order'],
  },
  {
    title: 'an order that counts money as on its way back that is not',
    sql: ({ mixed }) => ({ orders: `UPDATE orders SET returning_wallet_minor = 1 WHERE id = '${mixed.id}'` }),
    breaks: ['refunds.within-the-order'],
  },
  {
    title: 'an order that does not show that it was refunded',
    sql: ({ returned }) => ({
      orders: `UPDATE orders SET status = 'completed' WHERE id = '${returned.id}'; UPDATE order_status_history SET status = 'completed' WHERE order_id = '${returned.id}'`,
    }),
    breaks: ['refunds.within-the-order'],
  },
];

spoilsAndIsNamed(mutations);
