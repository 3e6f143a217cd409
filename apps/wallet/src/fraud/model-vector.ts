import { placeOf } from './country-places';
import type { Features } from './features';
import { greatCircleKm } from './great-circle';
import { robustExcess } from './statistics';

/** Grows when the numbers below change: a model is used with the vector it was trained on and no other. */
export const vectorVersion = 1;

/** What the model looks at, in the order of its weights. Counts by their logarithm: the tenth says less than the second. */
export const vectorNames = [
  'requests_1m',
  'requests_1h',
  'requests_24h',
  'excess_for_member',
  'excess_for_merchant',
  'cards_24h',
  'members_on_card_24h',
  'declines_in_row',
  'members_at_address_24h',
  'cards_at_address_24h',
  'card_of_another_country',
  'country_never_seen',
  'travel_kmh',
  'first_payment',
] as const;

/** Excesses above this are all the same to the model. */
const mostExcess = 20;

/** The numbers of one payment, in the order of the names. */
export function vectorOf({ amountMinor, country, cardCountry, member, card, address, merchant }: Features): number[] {
  const excess = (spread: typeof merchant.amounts) => Math.min(mostExcess, robustExcess(amountMinor, spread));
  const flag = (is: boolean) => (is ? 1 : 0);
  const seen = country === null ? 1 : (member.countries[country] ?? 0);
  return [
    Math.log1p(member.requests['1m']),
    Math.log1p(member.requests['1h']),
    Math.log1p(member.requests['24h']),
    excess(member.amounts),
    excess(merchant.amounts),
    Math.log1p(member.cards['24h']),
    Math.log1p(card?.members['24h'] ?? 0),
    Math.log1p(Math.max(member.declinesInRow, card?.declinesInRow ?? 0)),
    Math.log1p(address?.members['24h'] ?? 0),
    Math.log1p(address?.cards['24h'] ?? 0),
    flag(country !== null && cardCountry !== null && country !== cardCountry),
    flag(seen === 0 && member.lastSeen !== null),
    Math.log1p(travelKmh(country, member.lastSeen)),
    flag(member.requests['7d'] === 0),
  ];
}

function travelKmh(country: string | null, lastSeen: Features['member']['lastSeen']): number {
  const to = country === null ? undefined : placeOf(country);
  const from = lastSeen ? placeOf(lastSeen.country) : undefined;
  if (!to || !from || !lastSeen) return 0;
  return greatCircleKm(from, to) / Math.max(lastSeen.agoSeconds / 3_600, 1 / 60);
}
