import { ValidationTypes } from 'class-validator';
import { Bug } from '@florin/kernel';
import type { MessageContract } from './define';
import { dataschemaOf } from './envelope';
import { itemTypeOf, type Class } from './fields';
import { rulesOf } from './validate';

/** The part of JSON Schema (2020-12) that contracts need. */
export interface JsonSchema {
  type?: string;
  format?: string;
  pattern?: string;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  maxItems?: number;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
}

/** The schema of one message's data with what a reader needs beside it. */
export interface ContractSchema extends JsonSchema {
  $schema: string;
  $id: string;
  title: string;
  description: string;
  examples: unknown[];
}

/** What each of class-validator's rules says as JSON Schema; `first` is the rule's first argument. */
const words: Record<string, (first: unknown) => JsonSchema> = {
  isUuid: () => ({ type: 'string', format: 'uuid' }),
  isInt: () => ({ type: 'integer' }),
  min: (least) => ({ minimum: Number(least) }),
  max: (most) => ({ maximum: Number(most) }),
  isString: () => ({ type: 'string' }),
  maxLength: (longest) => ({ maxLength: Number(longest) }),
  matches: (pattern) => ({ type: 'string', pattern: pattern instanceof RegExp ? pattern.source : String(pattern) }),
  isIn: (values) => ({ enum: [...(values as unknown[])] }),
  isBoolean: () => ({ type: 'boolean' }),
  isInstant: () => ({ type: 'string', format: 'date-time' }),
  isArray: () => ({ type: 'array' }),
  arrayMaxSize: (most) => ({ maxItems: Number(most) }),
};

/** The JSON Schema of a contract's data, derived from the same decorators that check it. */
export function schemaOf(contract: MessageContract): ContractSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: dataschemaOf(contract),
    title: contract.name,
    description: contract.description,
    ...objectSchema(contract.data),
    examples: [contract.example],
  };
}

function objectSchema(type: Class<object>): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  const optional = new Set<string>();
  for (const rule of rulesOf(type)) {
    const property = (properties[rule.propertyName] ??= {});
    if (rule.type === ValidationTypes.CONDITIONAL_VALIDATION) optional.add(rule.propertyName);
    else if (rule.type === ValidationTypes.NESTED_VALIDATION) property.items = itemSchema(type, rule.propertyName);
    else Object.assign(property, wordFor(type, rule.propertyName, rule.name, rule.constraints));
  }
  return { type: 'object', properties, required: Object.keys(properties).filter((name) => !optional.has(name)) };
}

function itemSchema(owner: Class<object>, property: string): JsonSchema {
  const item = itemTypeOf(owner, property);
  if (!item) throw new Bug(`${owner.name}.${property} is nested without ListOf`);
  return objectSchema(item);
}

function wordFor(type: Class<object>, property: string, rule: string | undefined, constraints: unknown[]): JsonSchema {
  const word = rule === undefined ? undefined : words[rule];
  if (!word) throw new Bug(`${type.name}.${property} uses the rule ${rule}, which schema.ts cannot say as JSON Schema`);
  return word(constraints?.[0]);
}
