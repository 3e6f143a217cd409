import type { FieldError } from '@florin/kernel';
import { getMetadataStorage } from 'class-validator';

interface Nested {
  property: string;
  isList: boolean;
}

const plans = new Map<unknown, readonly Nested[]>();

/** The @ValidateNested properties of a class, and whether each is declared as an array. Worked out once per class. */
function planOf(type: new () => object): readonly Nested[] {
  const known = plans.get(type);
  if (known) return known;
  const nested = getMetadataStorage()
    .getTargetValidationMetadatas(type, '', false, false)
    .filter((metadata) => metadata.type === 'nestedValidation')
    .map(({ propertyName }) => ({
      property: propertyName,
      isList: Reflect.getMetadata('design:type', type.prototype as object, propertyName) === Array,
    }));
  plans.set(type, nested);
  return nested;
}

/**
 * class-validator takes an array where @ValidateNested wants one object, validates its members and lets `[]` pass as the object.
 * Gives the fields where one came for the other.
 */
export function misshapen(entity: unknown, path = ''): FieldError[] {
  if (entity === null || typeof entity !== 'object' || Array.isArray(entity)) return [];
  const type = entity.constructor as (new () => object) | undefined;
  if (type === undefined || type === Object) return [];
  return planOf(type).flatMap(({ property, isList }) => {
    const value = (entity as Record<string, unknown>)[property];
    if (value === undefined || value === null) return [];
    const field = path === '' ? property : `${path}.${property}`;
    if (Array.isArray(value) !== isList) {
      return [
        {
          field,
          code: isList ? 'is_array' : 'is_object',
          message: `${property} must be ${isList ? 'an array' : 'an object'}`,
        },
      ];
    }
    return Array.isArray(value)
      ? value.flatMap((item, index) => misshapen(item, `${field}[${index}]`))
      : misshapen(value, field);
  });
}
