import { type ArgumentMetadata, Injectable, type PipeTransform, ValidationPipe } from '@nestjs/common';
import { type FieldError, isId, Refusal } from '@florin/kernel';
import * as transformer from 'class-transformer';
import * as validator from 'class-validator';
import type { ValidationError } from 'class-validator';
import { misshapen } from './nested-shapes';

/** A body with a thousand faults is answered with the first of them: the client needs a hint, not a book. */
const mostErrors = 50;

/**
 * Turns input into DTOs and refuses what does not fit with 400 `validation_failed` and the fields at fault.
 * Unknown fields are refused; nothing is converted unless the DTO says so with @Type.
 */
@Injectable()
export class InputPipe extends ValidationPipe {
  constructor() {
    super({
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      stopAtFirstError: true,
      transform: true,
      transformOptions: { enableImplicitConversion: false, exposeDefaultValues: true },
      validationError: { target: false, value: false },
      validatorPackage: validator,
      transformerPackage: transformer,
      exceptionFactory: (errors) => failed(errors.flatMap((error) => fieldErrors(error, ''))),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (!this.toValidate(metadata)) return primitive(value, metadata);
    // No body at all is an object without fields; `null` is a body, and none.
    if (value !== undefined && (value === null || typeof value !== 'object' || Array.isArray(value))) {
      throw failed([{ field: '', code: 'is_object', message: 'The body must be a JSON object.' }]);
    }
    const entity: unknown = await super.transform(value, metadata);
    const shapes = misshapen(entity);
    if (shapes.length > 0) throw failed(shapes);
    return entity;
  }
}

/** Single values of a query or path, such as `@Query('limit') limit: number`: exact, instead of Nest's NaN and false. */
function primitive(value: unknown, { type, metatype, data }: ArgumentMetadata): unknown {
  if (data === undefined || value === undefined || (type !== 'query' && type !== 'param')) return value;
  if (metatype === Number) {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
    if (!Number.isFinite(number))
      throw failed([{ field: data, code: 'is_number', message: `${data} must be a number` }]);
    return number;
  }
  if (metatype === Boolean) {
    if (value !== 'true' && value !== 'false')
      throw failed([{ field: data, code: 'is_boolean', message: `${data} must be true or false` }]);
    return value === 'true';
  }
  if (metatype === String && typeof value !== 'string')
    throw failed([{ field: data, code: 'is_string', message: `${data} must be given once` }]);
  return value;
}

function failed(errors: FieldError[]): Refusal {
  const [first] = errors;
  const detail =
    first === undefined
      ? 'The request is not valid.'
      : first.field === ''
        ? first.message
        : `${first.field}: ${first.message}`;
  return new Refusal('invalid', 'validation_failed', detail, { errors: errors.slice(0, mostErrors) });
}

function fieldErrors(error: ValidationError, parent: string): FieldError[] {
  const name =
    /^\d+$/.test(error.property) && parent !== ''
      ? `${parent}[${error.property}]`
      : parent
        ? `${parent}.${error.property}`
        : error.property;
  const field = name.slice(0, 200);
  const own = Object.entries(error.constraints ?? {}).map(([constraint, message]) => ({
    field,
    code: codeOf(constraint),
    message,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => fieldErrors(child, field))];
}

/** `isInt` → `is_int`: stable, and named as the documentation of class-validator names it. */
function codeOf(constraint: string): string {
  if (constraint === 'whitelistValidation') return 'unknown_field';
  if (constraint === 'unknownValue') return 'is_object';
  return constraint.replace(/[A-Z]+/g, (capitals) => `_${capitals.toLowerCase()}`);
}

/** For ids in paths: what cannot be an id does not exist, so it answers 404 and never reaches the database. */
@Injectable()
export class IdPipe implements PipeTransform<unknown, string> {
  transform(value: unknown): string {
    if (isId(value)) return value.toLowerCase();
    throw new Refusal('not_found', 'not_found', 'There is no such thing.');
  }
}
