import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata';

/** The part of JSON Schema that validation decorators say. */
export interface Keywords {
  type?: string;
  format?: string;
  enum?: unknown[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  additionalProperties?: boolean;
}

type Read = (constraints: readonly unknown[]) => Keywords;

const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
const text =
  (format?: string): Read =>
  () =>
    format === undefined ? { type: 'string' } : { type: 'string', format };
const numbers = (value: unknown): unknown[] => (Array.isArray(value) ? value : Object.values(value ?? {}));

/** What each constraint of class-validator means in JSON Schema; those that are not here say nothing a schema can hold. */
const readers: Record<string, Read> = {
  isString: text(),
  isInt: () => ({ type: 'integer' }),
  isNumber: () => ({ type: 'number' }),
  isBoolean: () => ({ type: 'boolean' }),
  isObject: () => ({ type: 'object', additionalProperties: true }),
  isDate: text('date-time'),
  isDateString: text('date-time'),
  isIso8601: text('date-time'),
  isInstant: text('date-time'),
  isISO31661Alpha2: text(),
  isEmail: text('email'),
  isUrl: text('uri'),
  isUuid: text('uuid'),
  isId: text('uuid'),
  isIP: text('ip'),
  // A document needs the shape, not every code in every schema that holds money.
  isCurrency: () => ({ type: 'string', minLength: 3, maxLength: 3, pattern: '^[A-Z]{3}$' }),
  isTimeZone: text(),
  isLocale: text(),
  isPhoneNumber: text(),
  isNumberString: text(),
  isBase64: text('byte'),
  isPositive: () => ({ exclusiveMinimum: 0 }),
  isNegative: () => ({ exclusiveMaximum: 0 }),
  isNotEmpty: () => ({}),
  isDivisibleBy: ([value]) => ({ multipleOf: number(value) }),
  isIn: ([values]) => ({ enum: numbers(values) }),
  isEnum: ([values]) => ({ enum: numbers(values) }),
  equals: ([value]) => ({ enum: [value] }),
  min: ([value]) => ({ minimum: number(value) }),
  max: ([value]) => ({ maximum: number(value) }),
  minLength: ([value]) => ({ minLength: number(value) }),
  maxLength: ([value]) => ({ maxLength: number(value) }),
  isLength: ([min, max]) => ({ minLength: number(min), maxLength: number(max) }),
  matches: ([pattern]) => (pattern instanceof RegExp ? { pattern: pattern.source } : { pattern: String(pattern) }),
};

/** The keywords of one constraint. */
export function keywordsOf(metadata: ValidationMetadata): Keywords {
  return readers[metadata.name ?? '']?.((metadata.constraints ?? []) as readonly unknown[]) ?? {};
}

/** An enum without a type gets that of its values, so that generators do not have to guess. */
export function withEnumType(keywords: Keywords): Keywords {
  if (keywords.type !== undefined || !keywords.enum?.length) return keywords;
  const types = new Set(keywords.enum.map((value) => typeof value));
  const [only] = types;
  return types.size === 1 && (only === 'string' || only === 'number' || only === 'boolean')
    ? { ...keywords, type: only }
    : keywords;
}
