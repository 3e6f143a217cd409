import { Matches, ValidateBy } from 'class-validator';
import { applyDecorators } from '@nestjs/common';

const digitsInARow = /\d(?:[ -]?\d){11,18}/g;

/** Whether the text holds what could be a card number: 12 to 19 digits that pass the Luhn check (ISO/IEC 7812-1). */
export function holdsCardNumber(text: string): boolean {
  return (text.match(digitsInARow) ?? []).some((found) => passesLuhn(found.replace(/\D/g, '')));
}

function passesLuhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** A token of the processor; never a card number. */
export function IsCardToken(): PropertyDecorator {
  return applyDecorators(
    Matches(/^(tok|pm)_[A-Za-z0-9_]{1,100}$/, { message: '$property must be a token of the card processor' }),
    ValidateBy({
      name: 'holdsNoCardNumber',
      validator: {
        validate: (value: unknown) => typeof value !== 'string' || !holdsCardNumber(value),
        defaultMessage: () => '$property holds a card number: send a token of the processor instead',
      },
    }),
  );
}
