import fc from 'fast-check';
import { holdsCardNumber, mentionsCard, passesLuhn } from './card-numbers';

it.each([
  '4242424242424242',
  '4242 4242 4242 4242',
  'tok_4242-4242-4242-4242',
  '3782.822463.10005',
  'card 6011000990139424!',
])('sees the card number in %s', (text) => expect(holdsCardNumber(text)).toBe(true));

it.each(['tok_visa', '4242424242424241', '42424242424', '2026-11-21T10:00:00.000Z', ''])('sees none in %s', (text) =>
  expect(holdsCardNumber(text)).toBe(false),
);

it('a wrong digit is always noticed', () => {
  const change = fc.record({ at: fc.integer({ min: 0, max: 15 }), by: fc.integer({ min: 1, max: 9 }) });
  fc.assert(
    fc.property(change, ({ at, by }) => {
      const digits = [...'4242424242424242'];
      digits[at] = String((Number(digits[at]) + by) % 10);
      return !passesLuhn(digits.join(''));
    }),
  );
});

it.each([
  'card 4242424242424242 exp 12/29',
  'on 2026-11-21 4242 4242 4242 4242',
  '5555-5555-5555-4444',
  '3782 822463 10005',
  'Visa:4242.4242.4242.4242!',
])('a card is mentioned in: %s', (text) => expect(mentionsCard(text)).toBe(true));

it.each([
  '4006381333931',
  '+31 20 123 45 67 89',
  'DE89 3704 0044 0532 0130 00',
  'FI55 8602 9316 9672 31',
  'FI5586029316967231',
  '2026-11-21T10:00:00.000Z',
  '4242424242424241',
  '42424242-4242-4242-8242-424242424242',
  '1'.repeat(500),
])('no card is mentioned in: %s', (text) => expect(mentionsCard(text)).toBe(false));
