import fc from 'fast-check';
import { isCountry, placeOf } from './country-places';
import { featuresOf, type PastPayment } from './features';
import { defaultSettings } from './fraud-settings';
import { geographyRule } from './geography-rule';
import { greatCircleKm } from './great-circle';

const seenIn = (country: string, agoSeconds: number): PastPayment => ({
  agoSeconds,
  amountMinor: 1_000,
  currency: 'EUR',
  memberId: 'ada',
  country,
  declined: false,
});
const signs = (
  asked: { country?: string; cardCountry?: string },
  ofMember: PastPayment[] = [],
  high_risk_countries: string[] = [],
) =>
  geographyRule(
    featuresOf(
      { memberId: 'ada', amountMinor: 1_000, currency: 'EUR', ...asked },
      { ofMember, ofCard: [], ofAddress: [], ofMerchant: [] },
    ),
    { ...defaultSettings, geography: { ...defaultSettings.geography, high_risk_countries } },
  ).reasons;

describe('WAL-19: geography', () => {
  it('knows a card of another country than the client, and countries that the merchant put on its list', () => {
    expect(signs({ country: 'NL', cardCountry: 'NL' })).toEqual([]);
    expect(signs({ country: 'NL', cardCountry: 'BR' })).toMatchObject([
      { code: 'card_of_another_country', facts: { country: 'NL', card_country: 'BR' } },
    ]);
    expect(signs({ country: 'NL' }, [], ['NL'])).toMatchObject([{ code: 'country_of_high_risk' }]);
    expect(signs({ cardCountry: 'NL' }, [], ['NL'])).toMatchObject([{ code: 'country_of_high_risk' }]);
    expect(signs({})).toEqual([]);
  });

  it('knows a country where the member never was, once they were somewhere often enough', () => {
    const week = 500_000;
    const home = [seenIn('NL', week), seenIn('NL', week), seenIn('BE', week)];
    expect(signs({ country: 'BE' }, home)).toEqual([]);
    expect(signs({ country: 'DE' }, home)).toMatchObject([{ code: 'country_unusual_for_member' }]);
    expect(signs({ country: 'DE' }, home.slice(1))).toEqual([]);
  });

  it('knows travel that nobody can do, and lets neighbours and flights pass', () => {
    expect(signs({ country: 'JP' }, [seenIn('NL', 3_600)])).toMatchObject([
      { code: 'impossible_travel', facts: { from: 'NL', to: 'JP', ago_seconds: 3_600 } },
    ]);
    expect(signs({ country: 'JP' }, [seenIn('NL', 13 * 3_600)])).toEqual([]);
    expect(signs({ country: 'BE' }, [seenIn('NL', 1)])).toEqual([]);
  });
});

it('measures the great circle as it is known between places', () => {
  // Amsterdam and Tokyo, 9,290 km; a quarter of the earth; and nothing.
  const amsterdam = { latitude: 52.37, longitude: 4.9 };
  const tokyo = { latitude: 35.68, longitude: 139.69 };
  expect(greatCircleKm(amsterdam, tokyo)).toBeCloseTo(9_290, -2);
  expect(greatCircleKm({ latitude: 0, longitude: 0 }, { latitude: 90, longitude: 0 })).toBeCloseTo(10_007.5, 0);
  expect(greatCircleKm({ latitude: 0, longitude: 179 }, { latitude: 0, longitude: -179 })).toBeCloseTo(222.4, 0);
});

it('distances are the same both ways, and a detour is never shorter', () => {
  const place = fc.record({
    latitude: fc.double({ min: -90, max: 90, noNaN: true }),
    longitude: fc.double({ min: -180, max: 180, noNaN: true }),
  });
  fc.assert(
    fc.property(place, place, place, (a, b, c) => {
      expect(greatCircleKm(a, b)).toBeCloseTo(greatCircleKm(b, a), 6);
      expect(greatCircleKm(a, c)).toBeLessThanOrEqual(greatCircleKm(a, b) + greatCircleKm(b, c) + 1e-6);
      expect(greatCircleKm(a, b)).toBeLessThanOrEqual(20_016);
    }),
  );
});

it('knows where every country is that Intl has a name for', () => {
  const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const all = letters.flatMap((first) => letters.map((second) => first + second));
  // Not countries: unions, exceptional reservations, uninhabited lands and codes of the past.
  const others = new Set(
    'AC AN AQ BU BV CP CQ CS CT DD DG DY EA EU EZ FQ FX GS HM HV IC IO JT MI NH NQ NT PC PU PZ QO QU RH SU TA TP UK UM UN VD WK YD YU ZR XA XB ZZ'.split(
      ' ',
    ),
  );
  const missing = all.filter((code) => names.of(code) !== undefined && !others.has(code) && !isCountry(code));
  expect(missing).toEqual([]);
  for (const code of all.filter(isCountry)) {
    const { latitude = 100, longitude = 200 } = placeOf(code) ?? {};
    expect([code, Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180]).toEqual([code, true]);
    expect([code, names.of(code) !== undefined]).toEqual([code, true]);
  }
});
