import { newId } from '@florin/kernel';
import { type Mutation, spoilsAndIsNamed } from './vandal';

const mutations: Mutation[] = [
  {
    title: 'a payment from a wallet that its owner is not shown',
    sql: ({ pocket }) => ({ wallet: `DELETE FROM wallet_transactions WHERE order_id = '${pocket.id}'` }),
    breaks: ['wallets.transactions-follow-postings'],
  },
  {
    title: 'a wallet that shows another balance than it had',
    sql: ({ gift }) => ({
      wallet: `UPDATE wallet_transactions SET balance_after_minor = balance_after_minor + 1 WHERE reference = 'transfer:${gift.id}' AND amount_minor > 0`,
    }),
    breaks: ['wallets.transactions-follow-postings'],
  },
  {
    title: 'a payment that is shown to somebody else',
    sql: ({ pocket, ben }) => ({
      wallet: `UPDATE wallet_transactions SET member_id = '${ben.id}', seq = 1000 WHERE order_id = '${pocket.id}'`,
    }),
    breaks: ['wallets.transactions-follow-postings'],
  },
  {
    title: 'a transfer of more than its journal moved',
    sql: ({ gift }) => ({
      wallet: `UPDATE wallet_transfers SET amount_minor = amount_minor + 1 WHERE id = '${gift.id}'`,
    }),
    breaks: ['wallets.transfers-have-one-journal', 'wallet.books-match-what-happened'],
  },
  {
    title: 'a transfer that was given to somebody else than it says',
    sql: ({ gift, stranger }) => ({
      wallet: `UPDATE wallet_transfers SET to_member_id = '${stranger.id}' WHERE id = '${gift.id}'`,
    }),
    breaks: ['wallets.transfers-have-one-journal'],
  },
  {
    title: 'a transfer without a journal of its own',
    sql: ({ gift }) => ({
      wallet: `INSERT INTO wallet_transfers SELECT (jsonb_populate_record(t, '{"id": "${newId()}"}')).* FROM wallet_transfers t WHERE id = '${gift.id}'`,
    }),
    breaks: ['wallets.transfers-have-one-journal'],
  },
  {
    title: 'an occurrence of a schedule that nobody knows of any more',
    sql: () => ({ wallet: 'DELETE FROM ledger_schedule_runs' }),
    breaks: ['wallets.schedules-post-once'],
  },
  {
    title: 'a schedule that was due twice and posted once',
    sql: () => ({ wallet: 'UPDATE ledger_schedules SET occurrence = 2' }),
    breaks: ['wallets.schedules-post-once'],
  },
  {
    title: 'a journal by hand whose second person is the first',
    sql: () => ({
      wallet: `UPDATE ledger_entries SET approved_by = created_by WHERE proposal_id IS NOT NULL;
        UPDATE ledger_proposals SET decided_by = proposed_by`,
    }),
    breaks: ['wallets.entries-say-who-and-why'],
  },
  {
    title: 'a journal by hand that was written although its proposal was turned down',
    sql: () => ({ wallet: `UPDATE ledger_proposals SET state = 'rejected'` }),
    breaks: ['wallets.entries-say-who-and-why'],
  },
  {
    title: 'a journal by hand that nobody wrote',
    sql: () => ({ wallet: 'DELETE FROM ledger_entries WHERE proposal_id IS NOT NULL' }),
    breaks: ['wallet.books-match-what-happened'],
  },
];

spoilsAndIsNamed(mutations);
