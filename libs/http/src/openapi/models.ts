import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage';
import { getMetadataStorage } from 'class-validator';
import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata';
import { type Keywords, keywordsOf, withEnumType } from './constraints';
import { classesWithFields, type FieldOptions, fieldsOf } from './field';

type Class = new () => object;

/** What the decorators of one property say, taken together. */
interface Property {
  optional: boolean;
  isArray: boolean;
  nested: boolean;
  minItems?: number | undefined;
  maxItems?: number | undefined;
  uniqueItems?: boolean | undefined;
  keywords: Keywords;
}

/**
 * Tells @nestjs/swagger about the properties of every class that has validation decorators or @Field, so that no DTO needs
 * @ApiProperty. Once per process, when a document is first asked for.
 */
export function describeModels(): void {
  const storage = getMetadataStorage() as unknown as { validationMetadatas: ReadonlyMap<unknown, unknown> };
  const classes = new Set<unknown>([...storage.validationMetadatas.keys(), ...classesWithFields()]);
  for (const type of classes) if (typeof type === 'function' && !described.has(type)) describeClass(type as Class);
}

const described = new Set<unknown>();

function describeClass(type: Class): void {
  described.add(type);
  const prototype = type.prototype as object;
  const byProperty = new Map<string, ValidationMetadata[]>();
  for (const metadata of getMetadataStorage().getTargetValidationMetadatas(type, '', false, false)) {
    byProperty.set(metadata.propertyName, [...(byProperty.get(metadata.propertyName) ?? []), metadata]);
  }
  const defaults = defaultsOf(type);
  for (const [name, metadatas] of byProperty) {
    const options = optionsOf(type, name, propertyOf(type, name, metadatas), defaults[name]);
    ApiProperty(options)(prototype, name);
  }
  for (const [name, field] of fieldsOf(type)) ApiProperty(fieldOptionsOf(type, name, field))(prototype, name);
}

/** Initial values of the class: what a request that leaves the field out gets. */
function defaultsOf(type: Class): Record<string, unknown> {
  try {
    return { ...new type() };
  } catch {
    // A constructor that needs arguments has no defaults to show.
    return {};
  }
}

function propertyOf(type: Class, name: string, metadatas: readonly ValidationMetadata[]): Property {
  const property: Property = { optional: false, isArray: false, nested: false, keywords: {} };
  const isArray = Reflect.getMetadata('design:type', type.prototype as object, name) === Array;
  property.isArray = isArray || metadatas.some(({ each, name: constraint }) => each || constraint === 'isArray');
  for (const metadata of metadatas) {
    if (metadata.type === 'conditionalValidation') property.optional = true;
    else if (metadata.type === 'nestedValidation') property.nested = true;
    else if (metadata.name === 'arrayMinSize') property.minItems = Number(metadata.constraints[0]);
    else if (metadata.name === 'arrayMaxSize') property.maxItems = Number(metadata.constraints[0]);
    else if (metadata.name === 'arrayUnique') property.uniqueItems = true;
    else if (metadata.name === 'arrayNotEmpty') property.minItems = Math.max(1, property.minItems ?? 1);
    else Object.assign(property.keywords, defined(keywordsOf(metadata)));
  }
  property.keywords = withEnumType(property.keywords);
  return property;
}

function optionsOf(type: Class, name: string, property: Property, fallback: unknown): ApiPropertyOptions {
  const hasDefault = ['string', 'number', 'boolean'].includes(typeof fallback);
  const around = defined({
    required: !(property.optional || fallback !== undefined),
    ...(hasDefault && { default: fallback }),
  });
  const bounds = defined({
    minItems: property.minItems,
    maxItems: property.maxItems,
    uniqueItems: property.uniqueItems,
  });
  const nestedType = property.nested ? nestedTypeOf(type, name) : undefined;
  if (nestedType)
    return {
      ...around,
      type: () => nestedType,
      isArray: property.isArray,
      ...(property.isArray && bounds),
    };
  const scalar = { ...property.keywords, type: property.keywords.type ?? scalarTypeOf(type, name) };
  if (property.isArray) return { ...around, ...bounds, type: 'array', items: scalar } as ApiPropertyOptions;
  return { ...around, ...scalar } as ApiPropertyOptions;
}

/** The class given with @Type(() => Class), or the declared one. */
function nestedTypeOf(type: Class, name: string): Class | undefined {
  for (
    let current: unknown = type;
    typeof current === 'function' && current !== Object;
    current = Object.getPrototypeOf(current)
  ) {
    const found = defaultMetadataStorage.findTypeMetadata(current, name);
    if (found) return found.typeFunction() as Class;
  }
  const declared: unknown = Reflect.getMetadata('design:type', type.prototype as object, name);
  return typeof declared === 'function' && declared !== Array && declared !== Object ? (declared as Class) : undefined;
}

function scalarTypeOf(type: Class, name: string): string {
  const declared: unknown = Reflect.getMetadata('design:type', type.prototype as object, name);
  if (declared === Number) return 'number';
  if (declared === Boolean) return 'boolean';
  return declared === Object ? 'object' : 'string';
}

function fieldOptionsOf(type: Class, name: string, field: FieldOptions): ApiPropertyOptions {
  const around = defined({ required: !field.optional, nullable: field.nullable, description: field.description });
  const given = field.type?.();
  if (given) {
    const nested = Array.isArray(given) ? given[0] : given;
    return { ...around, type: () => nested, isArray: Array.isArray(given) };
  }
  if (field.enum) return { ...around, enum: [...field.enum], type: 'string' };
  const format = field.format ?? (name.endsWith('_at') ? 'date-time' : undefined);
  const scalar = field.is ?? shownTypeOf(type, name);
  if (scalar === 'array') return { ...around, type: 'array', items: { type: 'string' } };
  return {
    ...around,
    type: scalar,
    ...(format !== undefined && scalar === 'string' && { format }),
  } as ApiPropertyOptions;
}

/** The names carry the units: `…_minor` is whole. A union leaves `Object` behind, and is most often text or null. */
function shownTypeOf(type: Class, name: string): string {
  const declared: unknown = Reflect.getMetadata('design:type', type.prototype as object, name);
  if (name.endsWith('_minor')) return 'integer';
  if (declared === Number) return 'number';
  if (declared === Boolean) return 'boolean';
  return declared === Array ? 'array' : 'string';
}

function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
