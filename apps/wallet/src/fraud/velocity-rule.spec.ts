import fc from 'fast-check';
import { featuresOf, type PastPayment } from './features';
import { defaultSettings } from './fraud-settings';
import { velocityRule } from './velocity-rule';

const past = (memberId: string, cardKey: string, declined = false, agoSeconds = 100): PastPayment => ({
  agoSeconds,
  amountMinor: 1_000,
  currency: 'EUR',
  memberId,
  cardKey,
  declined,
});
const settings = {
  ...defaultSettings,
  velocity: { weight: 60, window: '24h' as const, cards_per_member: 2, members_per_card: 2, declines_in_row: 2 },
};
const result = (ofMember: PastPayment[], ofCard: PastPayment[] = [], cardKey: string | undefined = 'visa') =>
  velocityRule(
    featuresOf(
      { memberId: 'ada', amountMinor: 1_000, currency: 'EUR', cardKey },
      { ofMember, ofCard, ofAddress: [], ofMerchant: [] },
    ),
    settings,
  );
const signs = (...args: Parameters<typeof result>) => result(...args).reasons;

describe('WAL-21: velocity of payment methods', () => {
  it('counts different cards of a member, this one included, and forgets them after the window', () => {
    expect(signs([past('ada', 'visa'), past('ada', 'amex')])).toEqual([]);
    expect(signs([past('ada', 'jcb'), past('ada', 'amex')])).toMatchObject([
      { code: 'many_cards_of_member', facts: { cards: 3, at_most: 2 } },
    ]);
    expect(signs([past('ada', 'jcb', false, 90_000), past('ada', 'amex')])).toEqual([]);
  });

  it('counts different members on a card', () => {
    expect(signs([], [past('ben', 'visa'), past('ben', 'visa')])).toEqual([]);
    expect(signs([], [past('ben', 'visa'), past('cas', 'visa')])).toMatchObject([
      { code: 'many_members_on_card', facts: { members: 3, at_most: 2 } },
    ]);
  });

  it('counts declines in a row, of the member or of the card; one good payment ends the row', () => {
    const declined = past('ada', 'visa', true);
    expect(signs([declined, declined, declined])).toMatchObject([
      { code: 'declines_in_row', facts: { declines: 3, at_most: 2 } },
    ]);
    expect(signs([], [declined, declined, declined])).toMatchObject([{ code: 'declines_in_row' }]);
    expect(signs([declined, past('ada', 'visa'), declined, declined])).toEqual([]);
  });

  it('a card that nobody knows by a fingerprint counts for nobody', () => {
    expect(
      velocityRule(
        featuresOf(
          { memberId: 'ada', amountMinor: 1, currency: 'EUR' },
          { ofMember: [], ofCard: [], ofAddress: [], ofMerchant: [] },
        ),
        settings,
      ).score,
    ).toBe(0);
  });

  it('another card never makes it less suspicious', () => {
    const cards = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { maxLength: 20 });
    fc.assert(
      fc.property(cards, fc.constantFrom('a', 'b', 'x'), (before, card) => {
        const rows = before.map((each) => past('ada', each));
        expect(result([...rows, past('ada', card)]).score).toBeGreaterThanOrEqual(result(rows).score);
      }),
    );
  });
});
