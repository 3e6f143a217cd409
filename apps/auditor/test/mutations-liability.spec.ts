import { newId } from '@florin/kernel';
import { type Mutation, spoilsAndIsNamed } from './vandal';

const mutations: Mutation[] = [
  {
    title: 'a lot that is owed to somebody else',
    sql: ({ ben, liability }) => ({
      wallet: `UPDATE liability_lots SET member_id = '${ben.id}' WHERE id = '${liability.lotId}'`,
    }),
    breaks: ['liability.lots-are-loyaltys'],
  },
  {
    title: 'a lot that was never taken on',
    sql: ({ liability }) => ({
      loyalty: `INSERT INTO loyalty_lots SELECT (jsonb_populate_record(lot, '{"id": "${newId()}", "earned": 1, "remaining": 0}')).* FROM loyalty_lots lot WHERE id = '${liability.lotId}'`,
    }),
    breaks: ['liability.lots-are-loyaltys', 'loyalty.lots-match-receipts'],
  },
  {
    title: 'a price that no event explains',
    sql: ({ liability }) => ({
      wallet: `UPDATE liability_lots SET price_minor = price_minor - 1 WHERE id = '${liability.lotId}'`,
    }),
    breaks: ['liability.lots-follow-their-events'],
  },
  {
    title: 'a lot that carries more than the contract liability',
    sql: ({ liability }) => ({
      wallet: `UPDATE liability_lots SET unrecognised_minor = unrecognised_minor + 1 WHERE id = '${liability.lotId}'`,
    }),
    breaks: ['liability.lots-are-the-contract-liability'],
  },
  {
    title: 'a lot that is funded more than whole',
    sql: ({ liability }) => ({
      wallet: `INSERT INTO liability_lot_funders (lot_id, funder, share_bps) VALUES ('${liability.lotId}', 'operator', 1)`,
    }),
    breaks: ['liability.funders-sum-to-the-lot'],
  },
  {
    title: 'points that stand for more than is committed',
    sql: () => ({ wallet: `UPDATE prefunding SET committed_minor = committed_minor - 1` }),
    breaks: ['settlement.prefunding-covers-what-it-says'],
  },
  {
    title: 'a debt to somebody who is not in the books',
    sql: ({ liability }) => ({
      wallet: `UPDATE settlement_entries SET creditor = 'operator' WHERE redemption_id = '${liability.openRedemptionId}'`,
    }),
    breaks: ['settlement.payables-net-to-zero'],
  },
  {
    title: 'a debt that nobody owes',
    sql: ({ liability }) => ({
      wallet: `DELETE FROM settlement_entries WHERE redemption_id = '${liability.openRedemptionId}'`,
    }),
    breaks: ['settlement.payables-net-to-zero', 'wallet.books-match-what-happened'],
  },
  {
    title: 'an invoice above what is owed',
    sql: ({ liability }) => ({
      wallet: `UPDATE settlement_invoices SET total_minor = total_minor + 1 WHERE settlement_id = '${liability.settlementId}'`,
    }),
    breaks: ['settlement.transfers-are-the-invoices-netted'],
  },
  {
    title: 'a month that opens with more than the last one left',
    sql: ({ liability }) => ({
      wallet: `UPDATE close_lines SET opening_minor = 1, additions_minor = additions_minor - 1 WHERE close_id = '${liability.closeId}'`,
    }),
    breaks: ['closes.roll-forwards-foot', 'closes.hashes-verify'],
  },
  {
    title: 'a month that one person closed',
    sql: ({ liability }) => ({
      wallet: `UPDATE closes SET approved_by = prepared_by WHERE id = '${liability.closeId}'`,
    }),
    breaks: ['closes.are-in-turn-by-two'],
  },
  {
    title: 'a month that was opened again',
    sql: () => ({ wallet: `UPDATE liability_books SET closed_through = NULL` }),
    breaks: ['closes.are-in-turn-by-two'],
  },
  {
    title: 'a journal that left its closed month',
    sql: ({ liability }) => {
      const journal = `(SELECT id FROM ledger_journals WHERE key = 'points-deferred:${liability.lotId}')`;
      return {
        wallet: `UPDATE ledger_postings SET effective_at = effective_at + interval '40 days' WHERE journal_id = ${journal};
          UPDATE ledger_journals SET effective_at = effective_at + interval '40 days' WHERE id = ${journal}`,
      };
    },
    breaks: ['closes.stay-closed'],
  },
  {
    title: 'a setting that was changed under a closed month',
    sql: ({ liability }) => ({
      wallet: `UPDATE liability_settings SET redemption_bps = 1 WHERE program_id = '${liability.programId}'`,
    }),
    breaks: ['closes.hashes-verify'],
  },
  {
    title: 'an event of a closed month that was dated otherwise',
    sql: ({ liability }) => ({
      wallet: `UPDATE liability_events SET late = true WHERE lot_id = '${liability.lotId}'`,
    }),
    breaks: ['closes.hashes-verify'],
  },
  {
    title: 'a close that is booked under another name',
    sql: ({ liability }) => {
      const rename = (table: string) =>
        `UPDATE ${table} SET key = key || ':again' WHERE key LIKE 'close_breakage:${liability.closeId}:%'`;
      return { wallet: `${rename('ledger_keys')}; ${rename('ledger_journals')}` };
    },
    breaks: ['wallet.books-match-what-happened'],
  },
  {
    title: 'a lot whose price was never set apart from the sales',
    sql: ({ liability }) => ({
      wallet: `UPDATE ledger_journals SET kind = 'gift' WHERE key = 'points-deferred:${liability.lotId}'`,
    }),
    breaks: ['wallet.books-match-what-happened'],
  },
];

spoilsAndIsNamed(mutations);
