import { newId } from '@florin/kernel';
import { type Mutation, spoilsAndIsNamed } from './vandal';

/** Adds to what an event says and to the sums of its day, so that the numbers agree with themselves. */
const miscounted = (type: string, field: string, value: string, about: string, sums: string): string =>
  `UPDATE analytics_events SET data = jsonb_set(data, '{${field}}', to_jsonb(${value})) WHERE type = '${type}' AND ${about}; ${sums}`;
const more = (column: string) =>
  `UPDATE daily_revenue SET ${column} = ${column} + 1 WHERE merchant_id = (SELECT merchant_id FROM daily_points LIMIT 1)`;

const mutations: Mutation[] = [
  {
    title: 'an order about which the buyer was never told',
    sql: ({ mixed }) => ({ notifications: `DELETE FROM notifications WHERE intent = 'order_confirmed:${mixed.id}'` }),
    breaks: ['notifications.order-mails-once'],
  },
  {
    title: 'an order about which the buyer is told twice',
    sql: ({ mixed }) => ({
      notifications: `INSERT INTO notifications SELECT (jsonb_populate_record(n, '{"id": "${newId()}", "state": "pending", "attempts": 1}')).* FROM notifications n
        WHERE intent = 'order_confirmed:${mixed.id}'`,
    }),
    breaks: ['notifications.order-mails-once'],
  },
  {
    title: 'a refund of which another person was told',
    sql: ({ first }) => ({
      notifications: `UPDATE notifications SET recipient = 'mallory@demo.test' WHERE intent = 'order_refunded:${first.refundId}'`,
    }),
    breaks: ['notifications.order-mails-once'],
  },
  {
    title: 'a verification that went to another address',
    sql: ({ ada }) => ({
      notifications: `UPDATE notifications SET recipient = 'mallory@demo.test' WHERE user_id = '${ada.id}' AND template = 'verify_email'`,
    }),
    breaks: ['notifications.verification-mails-once'],
  },
  {
    title: 'congratulations on a tier that nobody gave',
    sql: () => ({
      notifications: `UPDATE notifications SET intent = replace(intent, ':silver', ':gold') WHERE template = 'tier_upgraded'`,
    }),
    breaks: ['notifications.tier-mails-have-a-reason'],
  },
  {
    title: 'an e-mail that was handed over twice',
    sql: ({ mixed }) => ({
      notifications: `INSERT INTO notification_attempts SELECT (jsonb_populate_record(a, '{"id": "${newId()}"}')).* FROM notification_attempts a
        WHERE outcome = 'sent' AND message_id = (SELECT id FROM notifications WHERE intent = 'order_confirmed:${mixed.id}')`,
    }),
    breaks: ['notifications.mails-sent-once'],
  },
  {
    title: 'an e-mail that counts as sent and was not',
    sql: ({ mixed }) => ({
      notifications: `UPDATE notification_attempts SET outcome = 'failed' WHERE message_id = (SELECT id FROM notifications WHERE intent = 'order_confirmed:${mixed.id}')`,
    }),
    breaks: ['notifications.mails-sent-once'],
  },
  {
    title: 'an e-mail that nobody ever tried to send',
    sql: ({ mixed }) => ({
      notifications: `UPDATE notifications SET state = 'pending', attempts = 0, next_at = now() - interval '1 hour' WHERE intent = 'order_confirmed:${mixed.id}'`,
    }),
    breaks: ['notifications.nothing-is-stuck'],
  },
  {
    title: 'a webhook about an order that never went out',
    sql: () => ({
      notifications: `DELETE FROM webhook_deliveries WHERE id = (SELECT id FROM webhook_deliveries WHERE event_type = 'orders.order.completed' LIMIT 1)`,
    }),
    breaks: ['notifications.webhooks-of-orders-once'],
  },
  {
    title: 'a webhook about points for an event that does not exist',
    sql: () => ({
      notifications: `UPDATE webhook_deliveries SET event_id = '${newId()}' WHERE id = (SELECT id FROM webhook_deliveries WHERE event_type = 'loyalty.points.earned' LIMIT 1)`,
    }),
    breaks: ['notifications.webhooks-of-loyalty-once'],
  },
  {
    title: 'a webhook that was accepted and is to be sent again',
    sql: () => ({
      notifications: `UPDATE webhook_deliveries SET state = 'pending', next_at = '2099-01-01' WHERE id = (SELECT id FROM webhook_deliveries WHERE state = 'delivered' LIMIT 1)`,
    }),
    breaks: ['notifications.webhooks-delivered-once'],
  },
  {
    title: 'a webhook that was accepted twice',
    sql: () => ({
      notifications: `INSERT INTO webhook_attempts SELECT (jsonb_populate_record(a, '{"id": "${newId()}"}')).* FROM webhook_attempts a WHERE status = 200 LIMIT 1`,
    }),
    breaks: ['notifications.webhooks-delivered-once'],
  },
  {
    title: 'an event that was heard and not kept',
    sql: ({ merchant }) => ({
      analytics: `DELETE FROM analytics_events WHERE type = 'catalog.merchant.saved' AND subject = '${merchant.id}'`,
    }),
    breaks: ['analytics.heard-is-kept'],
  },
  {
    title: 'an event that was kept twice',
    sql: ({ merchant }) => ({
      analytics: `INSERT INTO analytics_events SELECT * FROM analytics_events WHERE type = 'catalog.merchant.saved' AND subject = '${merchant.id}'`,
    }),
    breaks: ['analytics.heard-is-kept'],
  },
  {
    title: 'an order that is counted with another total',
    sql: ({ mixed }) => ({
      analytics: miscounted(
        'orders.order.completed',
        'totalMinor',
        `(data->>'totalMinor')::bigint + 1`,
        `subject = '${mixed.id}'`,
        more('sales_minor'),
      ),
    }),
    breaks: ['analytics.orders-are-counted-once'],
  },
  {
    title: 'a refund that is counted with another total',
    sql: ({ first }) => ({
      analytics: miscounted(
        'orders.order.refunded',
        'totalMinor',
        `(data->>'totalMinor')::bigint + 1`,
        `data->>'refundId' = '${first.refundId}'`,
        more('refunds_minor'),
      ),
    }),
    breaks: ['analytics.refunds-are-counted-once'],
  },
  {
    title: 'a capture that is counted with another amount than the ledger took',
    sql: ({ mixed }) => ({
      analytics: miscounted(
        'wallet.payment.captured',
        'tenders,0,amountMinor',
        `(data->'tenders'->0->>'amountMinor')::bigint + 1`,
        `subject = '${mixed.checkoutId}'`,
        more('captured_wallet_minor'),
      ),
    }),
    breaks: ['analytics.captures-are-the-ledgers'],
  },
  {
    title: 'a refund that is counted with another amount than the ledger gave',
    sql: ({ first }) => ({
      analytics: miscounted(
        'wallet.refund.completed',
        'tenders,0,amountMinor',
        `(data->'tenders'->0->>'amountMinor')::bigint + 1`,
        `subject = '${first.refundId}'`,
        more('refunded_wallet_minor'),
      ),
    }),
    breaks: ['analytics.refunds-are-the-ledgers'],
  },
  {
    title: 'points that are counted and were not earned',
    sql: ({ mixed }) => ({
      analytics: miscounted(
        'loyalty.points.earned',
        'points',
        `(data->>'points')::bigint + 1`,
        `data->>'orderId' = '${mixed.id}'`,
        'UPDATE daily_points SET earned = earned + 1',
      ),
    }),
    breaks: ['analytics.points-are-the-receipts'],
  },
  {
    title: 'revenue of a day that its events do not give',
    sql: ({ merchant }) => ({
      analytics: `UPDATE daily_revenue SET sales_minor = sales_minor + 1 WHERE merchant_id = '${merchant.id}'`,
    }),
    breaks: ['analytics.revenue-is-the-events'],
  },
  {
    title: 'tax of imported orders that is counted with that of sales',
    sql: ({ merchant }) => ({
      analytics: `UPDATE daily_revenue SET imported_tax_minor = imported_tax_minor - 1, tax_minor = tax_minor + 1 WHERE merchant_id = '${merchant.id}'`,
    }),
    breaks: ['analytics.revenue-is-the-events'],
  },
  {
    title: 'a refund counted with a tax that it did not give back',
    sql: ({ first }) => ({
      analytics: miscounted(
        'orders.order.refunded',
        'lines,0,taxMinor',
        `7`,
        `data->>'refundId' = '${first.refundId}'`,
        `UPDATE daily_revenue SET refunded_tax_minor = refunded_tax_minor + 7 WHERE merchant_id = (SELECT merchant_id FROM daily_points LIMIT 1)`,
      ),
    }),
    breaks: ['analytics.refunds-are-counted-once'],
  },
  {
    title: 'points of a day that its events do not give',
    sql: () => ({ analytics: `UPDATE daily_points SET clawed_back = clawed_back + 1` }),
    breaks: ['analytics.activity-is-the-events'],
  },
  {
    title: 'a buyer who does not count as active',
    sql: ({ ada }) => ({ analytics: `DELETE FROM daily_actives WHERE user_id = '${ada.id}'` }),
    breaks: ['analytics.activity-is-the-events'],
  },
  {
    title: 'members who enrolled and are not counted',
    sql: () => ({ analytics: `DELETE FROM daily_members` }),
    breaks: ['analytics.activity-is-the-events'],
  },
];

spoilsAndIsNamed(mutations);
