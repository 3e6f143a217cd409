import fc from 'fast-check';
import { holdsCardNumber, passesLuhn } from './card-numbers';

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
