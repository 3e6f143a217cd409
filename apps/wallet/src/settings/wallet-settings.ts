export interface WalletSettings {
  gift_cards: {
    /** Where the money of a card may be moved to at once; none of them: it can only be spent. */
    redeem_into: ('wallet' | 'store_credit')[];
    /** How long a card is good for where nobody says otherwise. */
    valid_days: number;
    /** A refund onto a card that is about to expire, or has, keeps it good for this long. */
    refund_grace_days: number;
  };
  store_credit: {
    /** Whether the wallet part of an order is paid from store credit first, or from wallet money. */
    spend: 'before_wallet' | 'after_wallet';
  };
  codes: {
    /** So many wrong codes of one caller within an hour lock that caller out. */
    wrong_per_hour: number;
    lock_minutes: number;
  };
  cashback: {
    /** Whether confirmed cashback is let go by itself, or when staff approve it. */
    approval: 'automatic' | 'staff';
  };
  exchange: {
    /** What the merchant keeps of the stored rate, in basis points. */
    spread_bps: number;
    /** How long a quote stands. */
    quote_seconds: number;
  };
}

/** What holds at a merchant who has said nothing. */
export const defaultSettings: WalletSettings = {
  gift_cards: { redeem_into: [], valid_days: 1_095, refund_grace_days: 90 },
  store_credit: { spend: 'before_wallet' },
  codes: { wrong_per_hour: 10, lock_minutes: 60 },
  cashback: { approval: 'automatic' },
  exchange: { spread_bps: 100, quote_seconds: 60 },
};
