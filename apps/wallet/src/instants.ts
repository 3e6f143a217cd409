import { ValidateBy } from 'class-validator';

const pattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)$/;

export const isInstant = (value: unknown): value is string =>
  typeof value === 'string' && pattern.test(value) && !Number.isNaN(Date.parse(value));

/** An instant with a zone in a body, such as 2026-11-21T10:00:00Z. */
export function IsInstant(): PropertyDecorator {
  return ValidateBy({
    name: 'isInstant',
    validator: {
      validate: isInstant,
      defaultMessage: () => '$property must be an instant with a zone such as 2026-11-21T10:00:00Z',
    },
  });
}
