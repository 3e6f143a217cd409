import type { FieldError } from '@florin/kernel';
import { getMetadataStorage } from 'class-validator';

interface Nested {
  property: string;
  isList: boolean;
  isRequired: boolean;
}

const plans = new Map<unknown, readonly Nested[]>();

/** The @ValidateNested properties of a class, whether each is an array, and whether it may be left out. Worked out once per class. */
function planOf(type: new () => object): readonly Nested[] {
  const known = plans.get(type);
  if (known) return known;
  const metadatas = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  const conditional = new Set(
    metadatas.filter((metadata) => metadata.type === 'conditionalValidation').map(({ propertyName }) => propertyName),
  );
  const nested = metadatas
    .filter((metadata) => metadata.type === 'nestedValidation')
    .map(({ propertyName }) => ({
      property: propertyName,
      isList: Reflect.getMetadata('design:type', type.prototype as object, propertyName) === Array,
      isRequired: !conditional.has(propertyName),
    }));
  plans.set(type, nested);
  return nested;
}

/**
 * class-validator takes an array where @ValidateNested wants one object, validates its members and lets `[]` pass as the object;
 * and it lets nothing at all pass. Gives the fields where one came for the other, or nothing where something must be.
 */
export function misshapen(entity: unknown, path = ''): FieldError[] {
  if (entity === null || typeof entity !== 'object' || Array.isArray(entity)) return [];
  const type = entity.constructor as (new () => object) | undefined;
  if (type === undefined || type === Object) return [];
  return planOf(type).flatMap(({ property, isList, isRequired }) => {
    const value = (entity as Record<string, unknown>)[property];
    const isMissing = value === undefined || value === null;
    if (isMissing && !isRequired) return [];
    const field = path === '' ? property : `${path}.${property}`;
    if (isMissing || Array.isArray(value) !== isList) {
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
