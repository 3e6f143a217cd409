import { applyDecorators } from '@nestjs/common';
import { IsInt, IsString, Matches, Max, MaxLength, Min, MinLength, ValidateBy } from 'class-validator';
import { holdsCardNumber, isId } from '@florin/kernel';
import { isCurrency } from './currencies';

/** An amount in minor units: a whole number, from `min` (0 unless said) to what arithmetic keeps exact. */
export function IsMinor(bounds: { min?: number; max?: number } = {}): PropertyDecorator {
  return applyDecorators(IsInt(), Min(bounds.min ?? 0), Max(bounds.max ?? Number.MAX_SAFE_INTEGER));
}

/** A currency in use, as its ISO 4217 code. */
export function IsCurrency(): PropertyDecorator {
  return applyDecorators(
    IsString(),
    ValidateBy({
      name: 'isCurrency',
      validator: { validate: isCurrency, defaultMessage: () => '$property must be an ISO 4217 code such as EUR' },
    }),
  );
}

/** One of our ids (a UUID). */
export function IsId(options: { each?: boolean } = {}): PropertyDecorator {
  return ValidateBy(
    { name: 'isId', validator: { validate: isId, defaultMessage: () => '$property must be an id (UUID)' } },
    options,
  );
}

/** Text of a person or machine: at least `min` (1 unless said) and at most `max` characters. */
export function BoundedText(max: number, min = 1): PropertyDecorator {
  return applyDecorators(IsString(), MinLength(min), MaxLength(max));
}

/** A token of a card processor. What holds a card number is refused, because none may ever reach us. */
export function IsCardToken(): PropertyDecorator {
  return applyDecorators(
    IsString(),
    Matches(/^[A-Za-z0-9_.:-]{3,200}$/, { message: '$property must be a token of the card processor' }),
    ValidateBy({
      name: 'holdsNoCardNumber',
      validator: {
        validate: (value: unknown) => typeof value !== 'string' || !holdsCardNumber(value),
        defaultMessage: () => '$property holds a card number: send a token of the processor instead',
      },
    }),
  );
}
