import { isId } from './ids';

const digitsInARow = /\d(?:[ .-]?\d){11,18}/g;

/** Whether the text holds what could be a card number: 12 to 19 digits, also in groups, that pass the Luhn check (ISO/IEC 7812-1). */
export function holdsCardNumber(text: string): boolean {
  return (text.match(digitsInARow) ?? []).some(passesLuhn);
}

/** The check digit of card numbers (ISO/IEC 7812-1, annex B), over the digits of the text: one number in ten passes by chance. */
export function passesLuhn(text: string): boolean {
  const digits = text.replace(/\D/g, '');
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** Lengths and first digits of the cards in use (ISO/IEC 7812-1 issuer numbers): Visa, Mastercard, American Express, Discover. */
const issued = /^(?:4\d{15}(?:\d{3})?|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|6(?:011|4[4-9]\d|5\d\d)\d{12})$/;
const shortest = 15;
const longest = 19;
const perhaps = /\d(?:[ .-]?\d){14}/;
const digitGroups = /\d+(?:[ .-]\d+)*/g;

/**
 * Whether free text holds a card number as cards are written: narrower than holdsCardNumber, so that article numbers, phone
 * numbers and account numbers are left alone. Ids (UUIDs) never count, nor does a text that is an IBAN and nothing else.
 */
export function mentionsCard(text: string): boolean {
  if (!perhaps.test(text)) return false;
  const isOurs: boolean = isId(text);
  if (isOurs || isIban(text)) return false;
  return (text.match(digitGroups) ?? []).some((run) => holdsIssued(run.split(/[ .-]/)));
}

/** An account number (ISO 13616) by its form and its check digits (ISO/IEC 7064, MOD 97-10). */
function isIban(text: string): boolean {
  const account = text.replace(/ /g, '').toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(account)) return false;
  const digits = [...account.slice(4), ...account.slice(0, 4)].map((sign) => parseInt(sign, 36)).join('');
  return BigInt(digits) % 97n === 1n;
}

/** Looks at every row of neighbouring groups that together are as long as a card number. */
function holdsIssued(groups: readonly string[]): boolean {
  return groups.some((_, first) => {
    let digits = '';
    for (let next = first; next < groups.length && digits.length < longest; next += 1) {
      digits += groups[next] ?? '';
      if (digits.length >= shortest && issued.test(digits) && passesLuhn(digits)) return true;
    }
    return false;
  });
}
