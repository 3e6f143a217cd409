import { placeOf } from './country-places';
import type { Features } from './features';
import type { FraudSettings } from './fraud-settings';
import { greatCircleKm } from './great-circle';
import { type Reason, type RuleResult, resultOf } from './rule-result';
import { clamp } from './statistics';

const highRiskScore = 60;
const mismatchScore = 50;
const unusualScore = 40;
/** Two requests in one second are as far apart as this, or every distance would be infinitely fast. */
const leastHours = 1 / 60;

/** Where the client is against where the card was issued, where the member usually is, and where they were a moment ago. */
export function geographyRule(features: Features, { geography }: FraudSettings): RuleResult {
  const { country, cardCountry } = features;
  const risky = [country, cardCountry].find((each) => each !== null && geography.high_risk_countries.includes(each));
  const signs: Reason[] = [];
  if (risky) signs.push({ code: 'country_of_high_risk', score: highRiskScore, facts: { country: risky } });
  if (country !== null) {
    if (cardCountry !== null && cardCountry !== country)
      signs.push({
        code: 'card_of_another_country',
        score: mismatchScore,
        facts: { country, card_country: cardCountry },
      });
    signs.push(...unusual(features, country, geography), ...tooFast(features, country, geography));
  }
  return resultOf('geography', geography.weight, signs);
}

type GeographySettings = FraudSettings['geography'];

function unusual({ member }: Features, country: string, { min_history }: GeographySettings): Reason[] {
  const seen = Object.values(member.countries).reduce((sum, count) => sum + count, 0);
  if (seen < min_history || (member.countries[country] ?? 0) > 0) return [];
  return [{ code: 'country_unusual_for_member', score: unusualScore, facts: { country, seen_elsewhere: seen } }];
}

/** Impossible travel: from where the member was last to here, faster than anybody flies. */
function tooFast({ member: { lastSeen } }: Features, country: string, settings: GeographySettings): Reason[] {
  const from = lastSeen && placeOf(lastSeen.country);
  const to = placeOf(country);
  if (!lastSeen || !from || !to || lastSeen.country === country) return [];
  const distanceKm = Math.max(0, greatCircleKm(from, to) - settings.slack_km);
  const speedKmh = distanceKm / Math.max(lastSeen.agoSeconds / 3_600, leastHours);
  if (speedKmh <= settings.most_speed_kmh) return [];
  return [
    {
      code: 'impossible_travel',
      score: clamp(Math.round((70 * speedKmh) / Math.max(settings.most_speed_kmh, 1))),
      facts: {
        from: lastSeen.country,
        to: country,
        ago_seconds: lastSeen.agoSeconds,
        distance_km: Math.round(distanceKm),
        speed_kmh: Math.round(speedKmh),
      },
    },
  ];
}
