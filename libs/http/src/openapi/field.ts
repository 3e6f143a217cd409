import type { Type } from '@nestjs/common';

const fieldsKey = 'florin:fields';

export interface FieldOptions {
  /** The class of an object, or `[Class]` for an array of them; scalars need nothing. */
  type?: (() => Type | [Type]) | undefined;
  /** For a property whose declared type is a union, which leaves no trace at run time: `number | null` and the like. Default 'string'. */
  is?: 'string' | 'number' | 'integer' | 'boolean' | 'object';
  enum?: readonly string[];
  format?: string;
  description?: string;
  nullable?: boolean;
  optional?: boolean;
}

/**
 * Shows a property of an answer in the OpenAPI document. Only for classes that are never validated: where class-validator's
 * decorators stand, they already say everything.
 */
export function Field(options: FieldOptions = {}): PropertyDecorator {
  return (target, property) => {
    const fields = new Map(fieldsOf(target.constructor));
    fields.set(String(property), options);
    Reflect.defineMetadata(fieldsKey, fields, target.constructor);
    known.add(target.constructor);
  };
}

const known = new Set<object>();

/** The @Field properties of a class, those it inherits included. */
export function fieldsOf(type: object): ReadonlyMap<string, FieldOptions> {
  return (Reflect.getMetadata(fieldsKey, type) as ReadonlyMap<string, FieldOptions> | undefined) ?? new Map();
}

/** Every class that has a @Field. */
export function classesWithFields(): ReadonlySet<object> {
  return known;
}
