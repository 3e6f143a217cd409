import { newId } from '@florin/kernel';
import { type Mutation, spoilsAndIsNamed } from './vandal';

const mutations: Mutation[] = [
  {
    title: 'a payment of which more counts as taken than its captures took',
    sql: ({ direct }) => ({
      wallet: `UPDATE payment_transactions SET captured_minor = captured_minor + 1 WHERE id = '${direct.id}'`,
    }),
    breaks: ['payments.captures-add-up'],
  },
  {
    title: 'captures above the authorisation, with books to match',
    sql: ({ direct }) => ({
      wallet: `UPDATE payment_transactions SET amount_minor = 700 WHERE id = '${direct.id}';
        UPDATE fraud_requests SET amount_minor = 700 WHERE payment_id = '${direct.id}'; UPDATE fraud_detection_logs SET amount_minor = 700 WHERE payment_id = '${direct.id}'`,
    }),
    breaks: ['payments.captures-add-up'],
  },
  {
    title: 'a capture that is in no book',
    sql: ({ direct }) => ({
      wallet: `UPDATE payment_captures SET amount_minor = amount_minor + 5 WHERE id = '${direct.second}';
        UPDATE payment_settlements SET amount_minor = amount_minor + 5 WHERE reference = 'line:${direct.second}';
        UPDATE payment_transactions SET captured_minor = captured_minor + 5, settled_minor = settled_minor + 5 WHERE id = '${direct.id}'`,
    }),
    breaks: ['wallet.books-match-what-happened'],
  },
  {
    title: 'a capture that was asked for and that nobody counts',
    sql: ({ direct }) => ({
      wallet: `INSERT INTO payment_captures (id, payment_id, amount_minor, final, state) VALUES ('${newId()}', '${direct.id}', 10, false, 'requested')`,
    }),
    breaks: ['payments.captures-add-up'],
  },
  {
    title: 'a line of a statement that settled nothing',
    sql: ({ direct }) => ({ wallet: `DELETE FROM payment_settlements WHERE reference = 'line:${direct.first}'` }),
    breaks: ['payments.captures-add-up'],
  },
  {
    title: 'a payment that counts as settled before all of it is',
    sql: ({ direct }) => ({
      wallet: `UPDATE payment_settlements SET amount_minor = amount_minor - 1 WHERE reference = 'line:${direct.first}';
        UPDATE payment_transactions SET settled_minor = settled_minor - 1 WHERE id = '${direct.id}'`,
    }),
    breaks: ['payments.captures-add-up'],
  },
  {
    title: 'a payment that left an end it had reached',
    sql: ({ direct }) => ({
      wallet: `UPDATE payment_steps SET from_state = 'voided' WHERE payment_id = '${direct.id}' AND to_state = 'partially_captured';
        UPDATE payment_steps SET to_state = 'voided' WHERE payment_id = '${direct.id}' AND to_state = 'authorised'`,
    }),
    breaks: ['payments.steps-are-legal'],
  },
  {
    title: 'a payment of which less counts as taken than before',
    sql: ({ direct }) => ({
      wallet: `UPDATE payment_steps SET amount_after_minor = 1 WHERE payment_id = '${direct.id}' AND to_state = 'captured'`,
    }),
    breaks: ['payments.steps-are-legal'],
  },
  {
    title: 'a payment that was settled on a processor’s word',
    sql: ({ direct }) => ({
      wallet: `UPDATE payment_steps SET learned_from = 'webhook' WHERE payment_id = '${direct.id}' AND to_state = 'settled'`,
    }),
    breaks: ['payments.steps-are-legal'],
  },
  {
    title: 'a refund of another capture than the one that counts it',
    sql: ({ direct }) => ({
      wallet: `UPDATE payment_refunds SET capture_id = '${direct.second}' WHERE id = '${direct.refundId}'`,
    }),
    breaks: ['refunds.within-each-capture'],
  },
  {
    title: 'a refund of the capture of another payment',
    sql: ({ direct, mixed }) => ({
      wallet: `UPDATE payment_captures SET payment_id = '${mixed.paymentId}' WHERE id = '${direct.first}'`,
    }),
    breaks: ['payments.captures-add-up', 'refunds.within-each-capture', 'wallet.books-match-what-happened'],
  },
  {
    title: 'a capture that gave back more than it took, as its payment counts it',
    sql: ({ direct }) => ({
      wallet: `UPDATE payment_captures SET refunded_minor = refunded_minor + 1 WHERE id = '${direct.first}'`,
    }),
    breaks: ['refunds.within-each-capture'],
  },
  {
    title: 'a refund that completed although its last step says that it failed',
    sql: ({ direct }) => ({
      wallet: `UPDATE payment_steps SET to_state = 'failed' WHERE refund_id = '${direct.refundId}' AND to_state = 'completed'`,
    }),
    breaks: ['refunds.steps-lead-to-the-state'],
  },
  {
    title: 'a payment made for itself that is of something else',
    sql: ({ direct }) => ({
      wallet: `UPDATE payment_transactions SET subject_id = '${newId()}' WHERE id = '${direct.id}'`,
    }),
    breaks: ['payments.charges-match-their-purpose'],
  },
];

spoilsAndIsNamed(mutations);
