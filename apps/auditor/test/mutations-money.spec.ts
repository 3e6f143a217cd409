import { newId } from '@florin/kernel';
import { type Mutation, spoilsAndIsNamed } from './vandal';
import { accounts } from './world/things';

/** The last posting on an account. */
const lastOn = (code: string) =>
  `(account_id, seq) IN (SELECT account_id, max(seq) FROM ledger_postings WHERE account_id = (SELECT id FROM ledger_accounts WHERE code = '${code}') GROUP BY 1)`;

const mutations: Mutation[] = [
  {
    title: 'money that was taken from somebody else',
    sql: ({ pocket, ben }) => ({
      wallet: `UPDATE checkout_payments SET member_id = '${ben.id}' WHERE checkout_id = '${pocket.checkoutId}'`,
    }),
    breaks: ['payments.captured-as-ordered'],
  },
  {
    title: 'money of an order that was cancelled, taken and kept',
    sql: ({ declined }) => ({
      wallet: `UPDATE checkout_payments SET state = 'captured', card_minor = 0 WHERE checkout_id = '${declined.checkoutId}'`,
    }),
    breaks: [
      'payments.captured-as-ordered',
      'payments.stand-where-the-checkout-says',
      'payments.charges-match-their-purpose',
      'analytics.captures-are-the-ledgers',
    ],
  },
  {
    title: 'a checkout that believes its money is held when it was only asked for',
    sql: ({ reserving }) => ({ orders: `UPDATE checkouts SET payment = 'held' WHERE id = '${reserving.checkoutId}'` }),
    breaks: ['payments.stand-where-the-checkout-says'],
  },
  {
    title: 'a charge above the card part of its checkout',
    sql: ({ elsewhere }) => ({
      wallet: `UPDATE payment_transactions SET amount_minor = amount_minor + 1, captured_minor = captured_minor + 1 WHERE subject_id = '${elsewhere.checkoutId}';
        UPDATE payment_captures SET amount_minor = amount_minor + 1 WHERE payment_id = '${elsewhere.paymentId}';
        UPDATE fraud_requests SET amount_minor = amount_minor + 1 WHERE payment_id = '${elsewhere.paymentId}'`,
    }),
    breaks: ['payments.charges-match-their-purpose'],
  },
  {
    title: 'a top-up that counts as failed although the card was charged',
    sql: () => ({ wallet: `UPDATE wallet_topups SET state = 'failed'` }),
    breaks: ['payments.charges-match-their-purpose', 'wallet.books-match-what-happened'],
  },
  {
    title: 'a charge whose last step is missing',
    sql: ({ elsewhere }) => ({
      wallet: `DELETE FROM payment_steps WHERE payment_id = '${elsewhere.paymentId}' AND to_state = 'captured'`,
    }),
    breaks: ['payments.steps-lead-to-the-state'],
  },
  {
    title: 'a charge whose steps do not follow one another',
    sql: ({ elsewhere }) => ({
      wallet: `UPDATE payment_steps SET from_state = 'unknown' WHERE payment_id = '${elsewhere.paymentId}' AND to_state = 'captured'`,
    }),
    breaks: ['payments.steps-lead-to-the-state'],
  },
  {
    title: 'wallet money that is free although its checkout is on its way',
    sql: ({ reserving }) => ({
      wallet: `UPDATE ledger_accounts SET held = held - 50 WHERE id = (SELECT account_id FROM ledger_holds WHERE key = 'checkout:${reserving.checkoutId}');
        UPDATE ledger_holds SET status = 'voided', closed_at = now() WHERE key = 'checkout:${reserving.checkoutId}'`,
    }),
    breaks: ['payments.holds-match-checkouts'],
  },
  {
    title: 'a charge that nobody asks the processor about any more',
    sql: ({ elsewhere }) => ({
      wallet: `UPDATE payment_transactions SET action = 'query' WHERE subject_id = '${elsewhere.checkoutId}'`,
    }),
    breaks: ['wallet.nothing-is-stuck'],
  },
  {
    title: 'a refund that was given to somebody else',
    sql: ({ first, ben }) => ({
      wallet: `UPDATE payment_refunds SET member_id = '${ben.id}' WHERE id = '${first.refundId}'`,
    }),
    breaks: ['refunds.are-paid-back-once'],
  },
  {
    title: 'a refund that was given a second time',
    sql: ({ second }) => ({
      wallet: `INSERT INTO payment_refunds SELECT (jsonb_populate_record(r, '{"id": "${newId()}"}')).* FROM payment_refunds r WHERE id = '${second.refundId}'`,
    }),
    breaks: [
      'refunds.are-paid-back-once',
      'refunds.within-each-capture',
      'refunds.within-the-capture',
      'wallet.books-match-what-happened',
      'analytics.refunds-are-the-ledgers',
    ],
  },
  {
    title: 'a charge that counts more as given back than its refunds',
    sql: ({ returned }) => ({
      wallet: `UPDATE payment_transactions SET refunded_minor = refunded_minor + 1 WHERE subject_id = '${returned.checkoutId}'`,
    }),
    breaks: ['refunds.within-the-capture'],
  },
  {
    title: 'cashback that was kept for somebody else',
    sql: ({ mixed, ben }) => ({
      wallet: `UPDATE wallet_cashback SET member_id = '${ben.id}' WHERE order_id = '${mixed.id}'`,
    }),
    breaks: ['cashback.kept-as-granted'],
  },
  {
    title: 'cashback that was never granted',
    sql: ({ mixed }) => ({ loyalty: `DELETE FROM loyalty_cashback WHERE order_id = '${mixed.id}'` }),
    breaks: ['cashback.kept-as-granted'],
  },
  {
    title: 'cashback that was taken back for another refund',
    sql: ({ first, returned }) => {
      const other = newId();
      const rename = (table: string) =>
        `UPDATE ${table} SET key = replace(key, '${first.refundId}', '${other}') WHERE key LIKE 'cashback-reversed:${first.refundId}:%'`;
      return { wallet: `${rename('ledger_keys')}; ${rename('ledger_journals')}; SELECT '${returned.id}'` };
    },
    breaks: ['cashback.reversed-as-refunded'],
  },
  {
    title: 'cashback of which more counts as reversed than was refunded',
    sql: ({ mixed }) => ({ loyalty: `UPDATE loyalty_cashback SET reversed_minor = 1 WHERE order_id = '${mixed.id}'` }),
    breaks: ['cashback.reversals-are-cumulative'],
  },
  {
    title: 'cashback that counts as paid and was not',
    sql: ({ mixed }) => ({
      wallet: `UPDATE wallet_cashback SET state = 'paid' WHERE order_id = '${mixed.id}'; DELETE FROM wallet_cashback_steps`,
    }),
    breaks: ['cashback.books-match'],
  },
  {
    title: 'money in the books that nothing explains',
    sql: ({ mixed }) => ({
      wallet: `UPDATE ledger_journals SET kind = 'gift' WHERE key = 'card:${mixed.checkoutId}'`,
    }),
    breaks: ['wallet.books-match-what-happened'],
  },
  {
    title: 'a journal that does not sum to zero',
    sql: ({ stranger }) => ({
      wallet: `UPDATE ledger_postings SET amount = amount + 1, balance_after = balance_after + 1 WHERE ${lastOn(accounts.clearing(stranger.id))};
        UPDATE ledger_accounts SET posted = posted + 1 WHERE code = '${accounts.clearing(stranger.id)}'`,
    }),
    breaks: ['wallet.ledger.journals-balance'],
  },
  {
    title: 'a posting that counts at another time than its journal',
    sql: ({ stranger }) => ({
      wallet: `UPDATE ledger_postings SET effective_at = effective_at + interval '1 day' WHERE ${lastOn(accounts.clearing(stranger.id))}`,
    }),
    breaks: ['wallet.ledger.journals-are-whole'],
  },
  {
    title: 'a balance that is not the sum of its postings',
    sql: ({ merchant }) => ({
      wallet: `UPDATE ledger_accounts SET posted = posted + 1 WHERE code = '${accounts.sales(merchant.id)}'`,
    }),
    breaks: ['wallet.ledger.posted-equals-postings'],
  },
  {
    title: 'a posting that carries a wrong balance',
    sql: ({ merchant }) => ({
      wallet: `UPDATE ledger_postings SET balance_after = balance_after + 1 WHERE ${lastOn(accounts.sales(merchant.id))}`,
    }),
    breaks: ['wallet.ledger.running-balances'],
  },
  {
    title: 'money that is held for nothing',
    sql: ({ ada }) => ({
      wallet: `UPDATE ledger_accounts SET held = held + 1 WHERE code = '${accounts.wallet(ada)}'`,
    }),
    breaks: ['wallet.ledger.held-equals-open-holds'],
  },
  {
    title: 'a hold of which less counts as captured than was taken',
    sql: ({ mixed }) => ({
      wallet: `UPDATE ledger_holds SET captured = captured - 1 WHERE key = 'checkout:${mixed.checkoutId}'`,
    }),
    breaks: ['wallet.ledger.captures-match-holds'],
  },
  {
    title: 'a reversal that reversed nothing',
    sql: () => ({
      wallet: `INSERT INTO ledger_reversals (journal_id, reversed_by) VALUES ('${newId()}', '${newId()}')`,
    }),
    breaks: ['wallet.ledger.reversals-mirror'],
  },
  {
    title: 'a journal whose key was forgotten, so that it could be written again',
    sql: () => ({ wallet: `DELETE FROM ledger_keys WHERE key LIKE 'topup:%'` }),
    breaks: ['wallet.ledger.keys-match-results'],
  },
  {
    title: 'an account that may not be overdrawn and is',
    sql: ({ merchant }) => ({
      wallet: `UPDATE ledger_accounts SET allow_negative = false WHERE code = '${accounts.clearing(merchant.id)}'`,
    }),
    breaks: ['wallet.ledger.no-overdraft'],
  },
];

spoilsAndIsNamed(mutations);
