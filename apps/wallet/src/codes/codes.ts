import { holdsCardNumber } from '@florin/kernel';
import { createHash, randomInt } from 'node:crypto';

/** No letter or digit that is taken for another: no I, L, O, U, 0, 1. An even number of them, as the check needs. */
const alphabet = 'ABCDEFGHJKMNPQRSTVWXYZ23456789';
/** 15 of 30 signs are 73 bits: guessing one of a million cards takes 10^16 tries. */
const randomSigns = 15;

/** A new code of 16 signs, the last of which checks the others. */
export function newCode(): string {
  const signs = Array.from({ length: randomSigns }, () => alphabet[randomInt(alphabet.length)] ?? '').join('');
  const code = signs + checkSign(signs);
  // Sixteen digits that pass for a card number would be refused on their way back to us.
  return holdsCardNumber(code) ? newCode() : code;
}

/** As people write and read it: four groups of four. */
export const shownCode = (code: string): string => code.match(/.{1,4}/g)?.join('-') ?? code;

/** The code in what somebody typed: without case, blanks and dashes. */
export const typedCode = (text: string): string => text.replace(/[\s-]/g, '').toUpperCase();

/** Whether the check sign fits. What is mistyped needs no look into the database. */
export function isWellTyped(code: string): boolean {
  return (
    code.length === randomSigns + 1 &&
    [...code].every((sign) => alphabet.includes(sign)) &&
    checkSign(code.slice(0, -1)) === code.slice(-1)
  );
}

/** SHA-256 (hex): all that is kept of a code. Codes are random and long, so no key and no slow hash are needed. */
export const codeHash = (code: string): string => createHash('sha256').update(code).digest('hex');

/** Luhn's check over any alphabet of even size (ISO/IEC 7812-1 annex B, generalised to base N): finds every single wrong sign. */
function checkSign(signs: string): string {
  const size = alphabet.length;
  const sum = [...signs].reverse().reduce((total, sign, index) => {
    const value = alphabet.indexOf(sign) * (index % 2 === 0 ? 2 : 1);
    return total + Math.floor(value / size) + (value % size);
  }, 0);
  return alphabet[(size - (sum % size)) % size] ?? '';
}
