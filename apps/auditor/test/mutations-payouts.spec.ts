import { newId } from '@florin/kernel';
import { type Mutation, spoilsAndIsNamed } from './vandal';

const mutations: Mutation[] = [
  {
    title: 'money of a withdrawal that is free although it is on its way',
    sql: ({ payouts: { unknown } }) => ({
      wallet: `UPDATE ledger_accounts SET held = held - ${unknown.amountMinor} WHERE id = (SELECT account_id FROM ledger_holds WHERE key = 'withdrawal:${unknown.id}');
        UPDATE ledger_holds SET status = 'voided', closed_at = now() WHERE key = 'withdrawal:${unknown.id}'`,
    }),
    breaks: ['payouts.holds-match-withdrawals'],
  },
  {
    title: 'a withdrawal of more than was set aside',
    sql: ({ payouts: { waiting } }) => ({
      wallet: `UPDATE wallet_withdrawals SET amount_minor = amount_minor + 1 WHERE id = '${waiting.id}'`,
    }),
    breaks: ['payouts.holds-match-withdrawals'],
  },
  {
    title: 'a payout that counts as failed although its money was taken',
    sql: ({ payouts: { paid } }) => ({
      wallet: `UPDATE wallet_withdrawals SET state = 'failed' WHERE id = '${paid.id}';
        UPDATE withdrawal_steps SET to_state = 'failed' WHERE withdrawal_id = '${paid.id}' AND to_state = 'paid'`,
    }),
    breaks: [
      'payouts.holds-match-withdrawals',
      'payouts.are-paid-and-returned-once',
      'wallet.books-match-what-happened',
    ],
  },
  {
    title: 'a payout that knows another journal than the one that took its money',
    sql: ({ payouts: { paid } }) => ({
      wallet: `UPDATE wallet_withdrawals SET journal_id = '${newId()}' WHERE id = '${paid.id}'`,
    }),
    breaks: ['payouts.are-paid-and-returned-once'],
  },
  {
    title: 'a payout that came back and counts as paid',
    sql: ({ payouts: { returned } }) => ({
      wallet: `UPDATE wallet_withdrawals SET state = 'paid' WHERE id = '${returned.id}';
        DELETE FROM withdrawal_steps WHERE withdrawal_id = '${returned.id}' AND to_state = 'returned'`,
    }),
    breaks: ['payouts.are-paid-and-returned-once', 'wallet.books-match-what-happened'],
  },
  {
    title: 'a withdrawal whose last step is missing',
    sql: ({ payouts: { paid } }) => ({
      wallet: `DELETE FROM withdrawal_steps WHERE withdrawal_id = '${paid.id}' AND to_state = 'paid'`,
    }),
    breaks: ['payouts.steps-lead-to-the-state'],
  },
  {
    title: 'a payout that left the unknown on nobody’s word',
    sql: ({ payouts: { paid } }) => ({
      wallet: `UPDATE withdrawal_steps SET evidence = NULL WHERE withdrawal_id = '${paid.id}' AND from_state = 'unknown'`,
    }),
    breaks: ['payouts.leave-unknown-on-evidence'],
  },
  {
    title: 'a payout that left the unknown because somebody said so',
    sql: ({ payouts: { paid } }) => ({
      wallet: `UPDATE withdrawal_steps SET learned_from = 'person' WHERE withdrawal_id = '${paid.id}' AND from_state = 'unknown'`,
    }),
    breaks: ['payouts.leave-unknown-on-evidence'],
  },
  {
    title: 'a payout that left the unknown on the word of a webhook',
    sql: ({ payouts: { paid } }) => ({
      wallet: `UPDATE withdrawal_steps SET learned_from = 'webhook', evidence = 'webhook:${newId()}' WHERE withdrawal_id = '${paid.id}' AND from_state = 'unknown'`,
    }),
    breaks: ['payouts.leave-unknown-on-evidence'],
  },
  {
    title: 'a payout that nobody approved',
    sql: ({ payouts: { paid } }) => ({
      wallet: `DELETE FROM withdrawal_approvals WHERE withdrawal_id = '${paid.id}'`,
    }),
    breaks: ['payouts.are-approved-by-enough'],
  },
  {
    title: 'a payout that its own member approved',
    sql: ({ payouts: { paid } }) => ({
      wallet: `UPDATE withdrawal_approvals SET approver_id = '${paid.member.id}' WHERE withdrawal_id = '${paid.id}'`,
    }),
    breaks: ['payouts.are-approved-by-enough'],
  },
  {
    title: 'a payout that needed two people and had the same one twice',
    sql: ({ payouts: { paid } }) => ({
      wallet: `UPDATE wallet_withdrawals SET approvals_needed = 2, approvals_given = 2 WHERE id = '${paid.id}';
        INSERT INTO withdrawal_approvals SELECT * FROM withdrawal_approvals WHERE withdrawal_id = '${paid.id}'`,
    }),
    breaks: ['payouts.are-approved-by-enough'],
  },
  {
    title: 'a withdrawal that slipped out of its batch',
    sql: ({ payouts: { paid } }) => ({
      wallet: `UPDATE wallet_withdrawals SET batch_id = NULL WHERE id = '${paid.id}'`,
    }),
    breaks: ['payouts.batches-add-up'],
  },
  {
    title: 'a payout that nobody has known of for days',
    sql: ({ payouts: { unknown } }) => ({
      wallet: `UPDATE wallet_withdrawals SET first_asked_at = now() - interval '2 days' WHERE id = '${unknown.id}'`,
    }),
    breaks: ['payouts.nothing-is-stuck'],
  },
];

spoilsAndIsNamed(mutations);
