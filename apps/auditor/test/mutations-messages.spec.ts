import { newId } from '@florin/kernel';
import { type Mutation, spoilsAndIsNamed } from './vandal';

const heard = (service: string) => `messages.${service}-heard-everything-once`;
/** The inbox row of one consumer for the first message of a type. */
const oneOf = (consumer: string) =>
  `ctid IN (SELECT ctid FROM inbox WHERE consumer = '${consumer}' ORDER BY message_id LIMIT 1)`;
const lost = (
  service: 'auth' | 'catalog' | 'orders' | 'wallet' | 'loyalty' | 'notifications',
  type: string,
): Mutation => ({
  title: `a message that ${service} never got`,
  sql: () => ({ [service]: `DELETE FROM inbox WHERE ${oneOf(`${service}.on.${type}.v1`)}` }),
  breaks: [heard(service)],
});

const mutations: Mutation[] = [
  lost('auth', 'catalog.merchant.saved'),
  lost('catalog', 'catalog.stock.confirm'),
  lost('orders', 'wallet.payment.captured'),
  lost('wallet', 'loyalty.cashback.accrued'),
  lost('loyalty', 'orders.order.completed'),
  lost('notifications', 'orders.order.cancelled'),
  {
    title: 'a message that one of two consumers of a service never got',
    sql: () => ({
      notifications: `DELETE FROM inbox WHERE ${oneOf('notifications.webhooks.on.orders.order.completed.v1')}`,
    }),
    breaks: [heard('notifications')],
  },
  {
    title: 'an event that the numbers never got, although they count it',
    sql: () => ({ analytics: `DELETE FROM inbox WHERE ${oneOf('analytics.on.orders.order.completed.v1')}` }),
    breaks: [heard('analytics'), 'analytics.heard-is-kept'],
  },
  {
    title: 'a message that was handled twice',
    sql: () => ({
      wallet: `INSERT INTO inbox SELECT * FROM inbox WHERE ${oneOf('wallet.on.wallet.payment.confirm.v1')}`,
    }),
    breaks: [heard('wallet')],
  },
  {
    title: 'a message that was handled and that nobody said',
    sql: () => ({
      catalog: `INSERT INTO inbox (consumer, message_id) VALUES ('catalog.on.catalog.stock.reserve.v1', '${newId()}')`,
    }),
    breaks: [heard('catalog')],
  },
  {
    title: 'messages that were handled by somebody who never subscribed',
    sql: () => ({ loyalty: `INSERT INTO inbox (consumer, message_id) VALUES ('loyalty.on.nothing.v1', '${newId()}')` }),
    breaks: [heard('loyalty')],
  },
  {
    title: 'one message id that was said twice',
    sql: ({ mixed }) => ({
      orders: `INSERT INTO outbox OVERRIDING SYSTEM VALUE SELECT * FROM outbox WHERE type = 'catalog.stock.confirm' AND subject = '${mixed.checkoutId}'`,
    }),
    breaks: [heard('catalog')],
  },
  {
    title: 'something said that was taken back from the record',
    sql: ({ mixed }) => ({
      orders: `DELETE FROM outbox WHERE type = 'orders.order.placed' AND subject = '${mixed.id}'`,
    }),
    breaks: ['orders.said-what-happened', heard('notifications'), heard('analytics')],
  },
  {
    title: 'a message that never left the outbox',
    sql: ({ mixed }) => ({
      orders: `UPDATE outbox SET published_at = NULL WHERE type = 'orders.order.placed' AND subject = '${mixed.id}'`,
    }),
    breaks: ['messages.said-is-published'],
  },
  {
    title: 'a message that the broker keeps refusing',
    sql: ({ mixed }) => ({
      orders: `UPDATE outbox SET published_at = NULL, attempts = 40, not_before = now() + interval '20 seconds', last_error = 'unroutable' WHERE type = 'orders.order.placed' AND subject = '${mixed.id}'`,
    }),
    breaks: ['messages.said-is-published'],
  },
  {
    title: 'a dead letter that somebody began to replay and left lying',
    sql: () => ({
      loyalty: `INSERT INTO messaging_dead_letter_actions (id, queue, message_id, action, actor, envelope, requested_at)
        VALUES ('${newId()}', 'loyalty.on.orders.order.completed.v1', '${newId()}', 'replay', 'ops', '{}', now() - interval '1 hour')`,
    }),
    breaks: ['messages.dead-letters-are-settled'],
  },
];

spoilsAndIsNamed(mutations);
