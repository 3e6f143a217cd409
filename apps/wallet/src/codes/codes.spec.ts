import fc from 'fast-check';
import { codeHash, isWellTyped, newCode, shownCode, typedCode } from './codes';

const codes = fc.constant(null).map(newCode);
const signs = 'ABCDEFGHJKMNPQRSTVWXYZ23456789';

it('every code is read back however people write it', () =>
  fc.assert(
    fc.property(codes, (code) => {
      expect(isWellTyped(code)).toBe(true);
      expect(typedCode(` ${shownCode(code).toLowerCase()} `)).toBe(code);
      expect(shownCode(code)).toMatch(/^(\w{4}-){3}\w{4}$/);
    }),
  ));

it('a single wrong sign is always noticed', () =>
  fc.assert(
    fc.property(codes, fc.nat(15), fc.constantFrom(...signs), (code, at, sign) => {
      const wrong = code.slice(0, at) + sign + code.slice(at + 1);
      expect(isWellTyped(wrong)).toBe(sign === code[at]);
    }),
    { numRuns: 500 },
  ));

it('what was never a code is none', () => {
  expect(['', '0000000000000000', 'ABCD', 'ABCDEFGHJKMNPQR1', newCode() + 'A'].map(isWellTyped)).toEqual(
    Array<boolean>(5).fill(false),
  );
});

it('codes do not repeat, use every sign in every place, and are kept as a hash only', () => {
  const many = Array.from({ length: 2_000 }, newCode);
  expect(new Set(many).size).toBe(many.length);
  for (let at = 0; at < 16; at += 1) expect(new Set(many.map((code) => code[at])).size).toBe(signs.length);
  expect(codeHash(many[0] ?? '')).toMatch(/^[0-9a-f]{64}$/);
});
