import { ValidateIf } from 'class-validator';

/** May be left out of a body; null is not leaving out, so it is refused like any other wrong value. */
export function Optional(): PropertyDecorator {
  return ValidateIf((_: object, value: unknown) => value !== undefined);
}
