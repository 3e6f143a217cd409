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
