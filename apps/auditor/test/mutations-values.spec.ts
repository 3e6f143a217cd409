import { type Mutation, spoilsAndIsNamed } from './vandal';

const mutations: Mutation[] = [
  {
    title: 'a gift card with more on it than the books say',
    sql: ({ values }) => ({
      wallet: `UPDATE gift_cards SET amount_minor = amount_minor + 1 WHERE id = '${values.card.id}'`,
    }),
    breaks: ['gift-cards.balance-is-what-happened'],
  },
  {
    title: 'a gift card that is over and still has money on it',
    sql: () => ({ wallet: `UPDATE gift_cards SET state = 'expired'` }),
    breaks: ['gift-cards.balance-is-what-happened'],
  },
  {
    title: 'a gift card that paid for somebody else',
    sql: ({ ben }) => ({ wallet: `UPDATE gift_cards SET owner_id = '${ben.id}'` }),
    breaks: ['gift-cards.spent-by-their-owners'],
  },
  {
    title: 'a gift card that nobody issued',
    sql: ({ values }) => ({ wallet: `DELETE FROM stored_value_steps WHERE subject_id = '${values.card.id}'` }),
    breaks: ['wallet.books-match-what-happened'],
  },
  {
    title: 'store credit that was withdrawn and is still there',
    sql: () => ({ wallet: `UPDATE store_credits SET state = 'withdrawn'` }),
    breaks: ['store-credit.balance-is-what-happened'],
  },
  {
    title: 'store credit that was taken off a grant and not out of the books',
    sql: ({ values }) => ({
      wallet: `INSERT INTO stored_value_steps SELECT gen_random_uuid(), '${values.creditId}', 'expired', 1, NULL, NULL, 'eve', now()`,
    }),
    breaks: ['store-credit.balance-is-what-happened'],
  },
  {
    title: 'a part of a checkout of which more came back than was refunded',
    sql: () => ({ wallet: `UPDATE checkout_parts SET refunded_minor = 1 WHERE source = 'wallet'` }),
    breaks: ['payments.parts-are-the-wallet-part'],
  },
  {
    title: 'a checkout that forgot which card paid it',
    sql: () => ({ wallet: `DELETE FROM checkout_parts WHERE source = 'gift_card'` }),
    breaks: [
      'analytics.captures-are-the-ledgers',
      'gift-cards.balance-is-what-happened',
      'payments.holds-match-checkouts',
      'payments.parts-are-the-wallet-part',
      'wallet.books-match-what-happened',
    ],
  },
  {
    title: 'a voucher that counts one use more than was redeemed',
    sql: () => ({ wallet: 'UPDATE voucher_campaigns SET uses = uses + 1' }),
    breaks: ['vouchers.uses-are-redemptions'],
  },
  {
    title: 'a voucher that was redeemed more often than it may',
    sql: () => ({ wallet: 'UPDATE voucher_codes SET max_uses = 0' }),
    breaks: ['vouchers.uses-are-redemptions'],
  },
  {
    title: 'a voucher whose money went to somebody else',
    sql: ({ ben }) => ({
      wallet: `UPDATE voucher_redemptions SET member_id = '${ben.id}'; UPDATE voucher_members SET member_id = '${ben.id}'`,
    }),
    breaks: ['vouchers.paid-by-the-merchant'],
  },
  {
    title: 'a stored rate that was changed after it was quoted',
    sql: () => ({ wallet: 'UPDATE exchange_rates SET rate = rate * 2' }),
    breaks: ['exchange.quoted-at-the-stored-rate'],
  },
  {
    title: 'a quote better than its rate',
    sql: () => ({ wallet: 'UPDATE exchange_quotes SET to_minor = 109' }),
    breaks: ['exchange.journals-as-quoted', 'exchange.quoted-at-the-stored-rate', 'wallet.books-match-what-happened'],
  },
  {
    title: 'money that was exchanged for somebody else',
    sql: ({ ben }) => ({ wallet: `UPDATE exchange_quotes SET member_id = '${ben.id}'` }),
    breaks: ['exchange.journals-as-quoted'],
  },
  {
    title: 'a quote that counts as used for a checkout that never held it',
    sql: ({ values, mixture }) => ({
      wallet: `UPDATE exchange_quotes SET used_for = 'checkout', used_by = '${mixture.checkoutId}' WHERE id = '${values.quoteId}'`,
    }),
    breaks: ['exchange.journals-as-quoted', 'wallet.books-match-what-happened'],
  },
  {
    title: 'a limit of which less counts as used than was moved',
    sql: () => ({ wallet: `UPDATE wallet_limit_counters SET used_minor = used_minor - 1 WHERE period LIKE 'day:%'` }),
    breaks: ['limits.counters-are-the-movements'],
  },
  {
    title: 'a limit that was passed',
    sql: () => ({ wallet: `UPDATE wallet_limit_counters SET limit_minor = 332 WHERE period LIKE 'day:%'` }),
    breaks: ['limits.counters-are-the-movements'],
  },
  {
    title: 'a wallet that paid while it was frozen',
    sql: () => ({ wallet: 'UPDATE wallet_freezes SET lifted_at = NULL, lifted_by = NULL' }),
    breaks: ['limits.frozen-wallets-give-nothing'],
  },
  {
    title: 'cashback whose steps do not lead to where it stands',
    sql: ({ mixed }) => ({
      wallet: `UPDATE wallet_cashback_steps SET to_state = 'confirmed' WHERE cashback_id = (SELECT id FROM wallet_cashback WHERE order_id = '${mixed.id}')`,
    }),
    breaks: ['cashback.steps-lead-to-the-state'],
  },
];

spoilsAndIsNamed(mutations);
