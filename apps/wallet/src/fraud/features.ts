import { spreadOf, type Spread } from './statistics';
import { type Counts, countsOf, longestSeconds } from './windows';

/** A charge that is asked for now. Cards and addresses go by keyed hashes. */
export interface AskedPayment {
  memberId: string;
  amountMinor: number;
  currency: string;
  addressKey?: string | undefined;
  addressPrefix?: string | undefined;
  country?: string | undefined;
  cardKey?: string | undefined;
  cardCountry?: string | undefined;
}

/** A charge that was asked for before. */
export interface PastPayment {
  agoSeconds: number;
  amountMinor: number;
  currency: string;
  memberId: string;
  addressKey?: string | undefined;
  cardKey?: string | undefined;
  country?: string | undefined;
  declined: boolean;
}

/** What went before, newest first, each list bounded by whoever read it. */
export interface PastPayments {
  ofMember: readonly PastPayment[];
  ofCard: readonly PastPayment[];
  ofAddress: readonly PastPayment[];
  /** Of the merchant in the currency of the charge. */
  ofMerchant: readonly PastPayment[];
}

/** Ago in seconds, amount in minor units. */
export type RecentAmount = readonly [agoSeconds: number, amountMinor: number];

/**
 * All that the rules look at, and nothing they do not: kept with the decision, so that it can be explained and taken again.
 * Counts are of what went before; amounts are of the same currency.
 */
export interface Features {
  amountMinor: number;
  currency: string;
  addressKey: string | null;
  addressPrefix: string | null;
  country: string | null;
  cardCountry: string | null;
  member: {
    requests: Counts;
    /** Different cards in each window, this one included. */
    cards: Counts;
    declinesInRow: number;
    amounts: Spread;
    recent: RecentAmount[];
    /** How often each country was seen. */
    countries: Record<string, number>;
    lastSeen: { country: string; agoSeconds: number } | null;
  };
  /** Different members on this card in each window, this one included; null when the card is not known. */
  card: { members: Counts; declinesInRow: number } | null;
  /** Different members and cards behind this address, these included; null when the address is not known. */
  address: { members: Counts; cards: Counts; recent: RecentAmount[] } | null;
  merchant: { amounts: Spread };
}

/** Amounts kept one by one: enough for every rule that looks at a run of them. */
const mostRecent = 16;

/** Draws from what went before what the rules look at. */
export function featuresOf(asked: AskedPayment, past: PastPayments): Features {
  const { memberId, amountMinor, currency, addressKey, addressPrefix, country, cardKey, cardCountry } = asked;
  const now = { agoSeconds: 0, amountMinor, currency, memberId, addressKey, cardKey, country, declined: false };
  const member = recentOf(past.ofMember);
  const card = recentOf(past.ofCard);
  const address = recentOf(past.ofAddress);
  const located = member.find((each) => each.country !== undefined);
  return {
    amountMinor,
    currency,
    addressKey: addressKey ?? null,
    addressPrefix: addressPrefix ?? null,
    country: country ?? null,
    cardCountry: cardCountry ?? null,
    member: {
      requests: countsOf(member),
      cards: countsOf([now, ...member], (each) => each.cardKey),
      declinesInRow: declinesInRow(member),
      amounts: spreadOf(amountsIn(currency, member)),
      recent: recentAmounts(currency, member),
      countries: tally(member),
      lastSeen: located?.country === undefined ? null : { country: located.country, agoSeconds: located.agoSeconds },
    },
    card:
      cardKey === undefined
        ? null
        : { members: countsOf([now, ...card], (each) => each.memberId), declinesInRow: declinesInRow(card) },
    address:
      addressKey === undefined
        ? null
        : {
            members: countsOf([now, ...address], (each) => each.memberId),
            cards: countsOf([now, ...address], (each) => each.cardKey),
            recent: recentAmounts(currency, address),
          },
    merchant: { amounts: spreadOf(amountsIn(currency, recentOf(past.ofMerchant))) },
  };
}

const recentOf = (rows: readonly PastPayment[]): PastPayment[] =>
  rows.filter(({ agoSeconds }) => agoSeconds < longestSeconds);

const amountsIn = (currency: string, rows: readonly PastPayment[]): number[] =>
  rows.filter((each) => each.currency === currency).map((each) => each.amountMinor);

function recentAmounts(currency: string, rows: readonly PastPayment[]): RecentAmount[] {
  return rows
    .filter((each) => each.currency === currency)
    .slice(0, mostRecent)
    .map((each): RecentAmount => [each.agoSeconds, each.amountMinor]);
}

function declinesInRow(rows: readonly PastPayment[]): number {
  const lastGood = rows.findIndex(({ declined }) => !declined);
  return lastGood === -1 ? rows.length : lastGood;
}

function tally(rows: readonly PastPayment[]): Record<string, number> {
  const seen: Record<string, number> = {};
  for (const { country } of rows) if (country !== undefined) seen[country] = (seen[country] ?? 0) + 1;
  return seen;
}
