import type { Window } from './windows';

/** What a merchant sets of the fraud check. Weights are what a rule adds to the score when it is certain. */
export interface FraudSettings {
  /** From this score on somebody looks at it first; 101 is never. */
  review_from: number;
  /** From this score on it is refused; 101 is never. */
  deny_from: number;
  /** How long a review may take, and what happens when nobody came. */
  review_minutes: number;
  on_expiry: 'deny' | 'approve';
  frequency: { weight: number; limits: { window: Window; at_most: number }[] };
  amount: {
    weight: number;
    /** Fewer amounts than this say nothing about what is usual. */
    min_history: number;
    /** Robust standard deviations above the usual. */
    most_excess: number;
    /** Multiples of this are round; 0 looks at none. */
    round_to_minor: number;
    /** A limit somewhere else that people stay just below; 0 looks at none. */
    threshold_minor: number;
    /** How far below the threshold still counts as just below, in basis points of it. */
    threshold_within_bps: number;
    /** Amounts up to this are what stolen cards are tried with. */
    small_minor: number;
    /** So many of them, this one included, within the window are a pattern. */
    pattern_at_least: number;
    pattern_window: Window;
  };
  geography: {
    weight: number;
    high_risk_countries: string[];
    /** Nobody travels faster. Kilometres an hour. */
    most_speed_kmh: number;
    /** Places are known by country only, and countries are wide: so much of a distance does not count. */
    slack_km: number;
    /** Payments from known countries before another one is unusual. */
    min_history: number;
  };
  address: {
    weight: number;
    window: Window;
    members_at_most: number;
    cards_at_most: number;
    /** Addresses, or networks from /8 to /24 (IPv4) and /16 to /48 (IPv6). Denied ones are refused whatever else is so. */
    denied: string[];
    /** Known to be shared or our own: they are not counted. */
    allowed: string[];
    /** Of proxies and hosting companies, behind which anybody may be. */
    proxies: string[];
  };
  velocity: {
    weight: number;
    window: Window;
    cards_per_member: number;
    members_per_card: number;
    declines_in_row: number;
  };
  model: {
    /** What the trained model adds when it is certain; 0 leaves it out. */
    weight: number;
    /** A model with fewer examples, or worse at telling fraud from genuine on examples it never saw, is not used. */
    min_examples: number;
    min_auc: number;
  };
}

/** The version of the settings below. Decisions name it and are taken again with it, so it never changes: it gets a successor. */
export const defaultVersion = 0;

/** What holds until a merchant says otherwise. No single habit is enough for a review; two that go together are. */
export const defaultSettings: FraudSettings = {
  review_from: 60,
  deny_from: 85,
  review_minutes: 60,
  on_expiry: 'deny',
  frequency: {
    weight: 30,
    limits: [
      { window: '1m', at_most: 5 },
      { window: '1h', at_most: 15 },
      { window: '24h', at_most: 30 },
    ],
  },
  amount: {
    weight: 25,
    min_history: 8,
    most_excess: 6,
    round_to_minor: 10_000,
    threshold_minor: 0,
    threshold_within_bps: 500,
    small_minor: 200,
    pattern_at_least: 4,
    pattern_window: '1h',
  },
  geography: { weight: 45, high_risk_countries: [], most_speed_kmh: 1_000, slack_km: 1_000, min_history: 3 },
  address: { weight: 40, window: '24h', members_at_most: 8, cards_at_most: 8, denied: [], allowed: [], proxies: [] },
  velocity: { weight: 60, window: '24h', cards_per_member: 4, members_per_card: 3, declines_in_row: 3 },
  model: { weight: 40, min_examples: 200, min_auc: 0.75 },
};
