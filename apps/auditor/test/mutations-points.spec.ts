import { newId } from '@florin/kernel';
import { type Mutation, spoilsAndIsNamed } from './vandal';

const mutations: Mutation[] = [
  {
    title: 'an order whose receipt is gone',
    sql: ({ free }) => ({ loyalty: `DELETE FROM loyalty_receipts WHERE order_id = '${free.id}'` }),
    breaks: ['loyalty.every-order-earned-once', 'analytics.points-are-the-receipts'],
  },
  {
    title: 'an order that earned twice',
    sql: ({ imported }) => ({
      loyalty: `INSERT INTO loyalty_receipts SELECT (jsonb_populate_record(r, '{"id": "${newId()}"}')).* FROM loyalty_receipts r WHERE order_id = '${imported.id}'`,
    }),
    breaks: [
      'loyalty.every-order-earned-once',
      'loyalty.lots-match-receipts',
      'loyalty.receipts-lead-to-the-standing',
      'loyalty.movements-lead-to-the-lots',
      'analytics.points-are-the-receipts',
    ],
  },
  {
    title: 'points for an order that does not exist',
    sql: ({ free }) => ({
      loyalty: `UPDATE loyalty_receipts SET order_id = '${newId()}' WHERE order_id = '${free.id}'`,
    }),
    breaks: ['loyalty.every-order-earned-once', 'loyalty.receipts-are-their-lines'],
  },
  {
    title: 'points that somebody else got',
    sql: ({ free, stranger }) => ({
      loyalty: `UPDATE loyalty_receipts SET merchant_id = '${stranger.id}' WHERE order_id = '${free.id}'`,
    }),
    breaks: ['loyalty.every-order-earned-once', 'analytics.points-are-the-receipts'],
  },
  {
    title: 'a line that never earned',
    sql: ({ mixed }) => ({ loyalty: `DELETE FROM loyalty_earned_lines WHERE line_id = '${mixed.lines[2]?.id}'` }),
    breaks: ['loyalty.every-line-earned-once'],
  },
  {
    title: 'a line that earned on something else than it cost',
    sql: ({ imported }) => ({
      loyalty: `UPDATE loyalty_earned_lines SET total_minor = total_minor + 1 WHERE order_id = '${imported.id}';
        UPDATE loyalty_cashback SET order_total_minor = order_total_minor + 1 WHERE order_id = '${imported.id}'`,
    }),
    breaks: ['loyalty.every-line-earned-once'],
  },
  {
    title: 'a refund that was clawed back for other cents than it gave',
    sql: ({ first }) => ({
      loyalty: `UPDATE loyalty_receipts SET input = jsonb_set(input, '{lines,0,total_minor}', '1') WHERE refund_id = '${first.refundId}'`,
    }),
    breaks: ['loyalty.every-refund-clawed-back-once'],
  },
  {
    title: 'a refund that was never clawed back',
    sql: ({ second }) => ({ loyalty: `DELETE FROM loyalty_receipts WHERE refund_id = '${second.refundId}'` }),
    breaks: [
      ...[
        'loyalty.every-refund-clawed-back-once',
        'loyalty.clawbacks-are-cumulative',
        'loyalty.receipts-lead-to-the-standing',
        'loyalty.books-match-receipts',
      ],
      'analytics.points-are-the-receipts',
    ],
  },
  {
    title: 'a line that counts more cents as refunded than were',
    sql: ({ free }) => ({
      loyalty: `UPDATE loyalty_earned_lines SET total_minor = 0, refunded_minor = 0 WHERE order_id = '${free.id}'; UPDATE loyalty_earned_lines SET refunded_minor = refunded_minor + 1 WHERE refunded_minor > 600`,
    }),
    breaks: ['loyalty.lines-count-their-refunds', 'cashback.reversals-are-cumulative'],
  },
  {
    title: 'a receipt whose explanation ends with other points',
    sql: ({ mixed }) => ({
      loyalty: `UPDATE loyalty_receipts SET steps = jsonb_set(steps, '{-1,value}', '1') WHERE order_id = '${mixed.id}'`,
    }),
    breaks: ['loyalty.receipts-are-their-lines'],
  },
  {
    title: 'a receipt under rules that never were',
    sql: ({ mixed }) => ({ loyalty: `UPDATE loyalty_receipts SET program_version = 7 WHERE order_id = '${mixed.id}'` }),
    breaks: ['loyalty.receipts-are-their-lines'],
  },
  {
    title: 'a lot that is larger than its receipt',
    sql: ({ mixed }) => ({ loyalty: `UPDATE loyalty_lots SET earned = earned + 1 WHERE order_id = '${mixed.id}'` }),
    breaks: ['liability.lots-are-loyaltys', 'loyalty.lots-match-receipts'],
  },
  {
    title: 'points that are gone from a lot and not from the balance',
    sql: ({ mixed }) => ({
      loyalty: `UPDATE loyalty_lots SET remaining = remaining - 1 WHERE order_id = '${mixed.id}'`,
    }),
    breaks: ['liability.lots-are-loyaltys', 'loyalty.lots-are-the-balance', 'loyalty.movements-lead-to-the-lots'],
  },
  {
    title: 'a movement of a lot that nobody wrote down',
    sql: ({ mixed }) => ({
      loyalty: `UPDATE loyalty_lot_movements SET points = points + 1 WHERE lot_id = (SELECT id FROM loyalty_lots WHERE order_id = '${mixed.id}') AND points > 0`,
    }),
    breaks: ['loyalty.movements-lead-to-the-lots'],
  },
  {
    title: 'a receipt that says it gave more towards the tier than it did',
    sql: ({ mixed }) => ({
      loyalty: `UPDATE loyalty_receipts SET qualifying_points = qualifying_points + 1 WHERE order_id = '${mixed.id}' AND kind = 'earn'`,
    }),
    breaks: ['loyalty.receipts-lead-to-the-standing'],
  },
  {
    title: 'a member who sees more points than there are',
    sql: ({ ada }) => ({ loyalty: `UPDATE customer_loyalty SET points = points + 1 WHERE member_id = '${ada.id}'` }),
    breaks: ['loyalty.lots-are-the-balance', 'loyalty.receipts-lead-to-the-standing'],
  },
  {
    title: 'qualifying points that were never earned',
    sql: ({ ben }) => ({
      loyalty: `UPDATE customer_loyalty SET qualifying_points = qualifying_points + 1 WHERE member_id = '${ben.id}'`,
    }),
    breaks: ['loyalty.receipts-lead-to-the-standing'],
  },
  {
    title: 'a day that counts points that nobody earned',
    sql: ({ ben }) => ({
      loyalty: `UPDATE loyalty_daily_earnings SET points = points + 1 WHERE member_id = '${ben.id}'`,
    }),
    breaks: ['loyalty.receipts-lead-to-the-standing'],
  },
  {
    title: 'a clawback of too few points',
    sql: ({ returned }) => ({
      loyalty: `UPDATE loyalty_earned_lines SET clawed_points = clawed_points - 1 WHERE line_id = '${returned.lines[0]?.id}'`,
    }),
    breaks: ['loyalty.clawbacks-are-cumulative', 'loyalty.receipts-lead-to-the-standing'],
  },
  {
    title: 'points in the books that have no receipt',
    sql: ({ mixed }) => ({
      loyalty: `UPDATE loyalty_receipts SET program_id = program_id WHERE false; UPDATE ledger_journals SET kind = 'gift' WHERE key LIKE 'earn:${mixed.id}:%'`,
    }),
    breaks: ['loyalty.books-match-receipts', 'loyalty.ledger.chain-intact'],
  },
  {
    title: 'a sealed journal that says something else now',
    sql: ({ mixed }) => ({
      loyalty: `UPDATE ledger_journals SET reference = 'order:another' WHERE key LIKE 'earn:${mixed.id}:%'`,
    }),
    breaks: ['loyalty.ledger.chain-intact'],
  },
  {
    title: 'a link of the hash chain that was written anew',
    sql: () => ({ loyalty: `UPDATE ledger_chain SET hash = sha256(hash)` }),
    breaks: ['loyalty.ledger.chain-intact'],
  },
  {
    title: 'a balance of points that is not the sum of its postings',
    sql: () => ({ loyalty: `UPDATE ledger_accounts SET posted = posted + 1 WHERE code LIKE 'program:%'` }),
    breaks: ['loyalty.ledger.posted-equals-postings'],
  },
  {
    title: 'points that are held for nothing',
    sql: ({ ben }) => ({ loyalty: `UPDATE ledger_accounts SET held = held + 1 WHERE code LIKE 'member:${ben.id}:%'` }),
    breaks: ['loyalty.ledger.held-equals-open-holds'],
  },
];

spoilsAndIsNamed(mutations);
