import 'reflect-metadata';
import { isId } from '@florin/kernel';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateBy,
  ValidateNested,
} from 'class-validator';

/** The words a contract is written in. Each is class-validator underneath, so the metadata is also the schema. */
export type Class<T> = new () => T;

/** A message must stay far below the broker's limits; whoever has more says it in several messages. */
const longestList = 1_000;
const longestText = 500;
const itemTypeKey = 'florin:item-type';
const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

function all(...decorators: PropertyDecorator[]): PropertyDecorator {
  return (target, property) => decorators.forEach((decorate) => decorate(target, property));
}

/** A UUID. */
export const Id = (): PropertyDecorator =>
  ValidateBy({ name: 'isUuid', validator: { validate: isId, defaultMessage: () => '$property must be a UUID' } });

/** An amount in minor units of the message's currency, zero or more; exact in a JSON number. */
export const Minor = (): PropertyDecorator => WholeNumber(0);

/** A whole number that may be negative: a balance, a difference. */
export const SignedWholeNumber = (): PropertyDecorator => WholeNumber(Number.MIN_SAFE_INTEGER);

/** A whole number with a lower bound; never above 2^53 - 1, where JSON numbers stop being exact. */
export const WholeNumber = (least = 0): PropertyDecorator => all(IsInt(), Min(least), Max(Number.MAX_SAFE_INTEGER));

/** An ISO 4217 code. */
export const Currency = (): PropertyDecorator => Matches(/^[A-Z]{3}$/);

/** Text for people; may be empty. */
export const Text = (longest = longestText): PropertyDecorator => all(IsString(), MaxLength(longest));

/** A stable word for programs: `card_declined`, `deadline`. */
export const Code = (): PropertyDecorator => Matches(/^[a-z][a-z0-9_.-]{0,99}$/);

export const Flag = (): PropertyDecorator => IsBoolean();

export const OneOf = (values: readonly string[]): PropertyDecorator => IsIn(values);

/** An instant as RFC 3339 text with a zone, which is what `Date.toISOString()` writes. */
export const Instant = (): PropertyDecorator =>
  ValidateBy({
    name: 'isInstant',
    validator: {
      validate: (value) => typeof value === 'string' && instantPattern.test(value) && !Number.isNaN(Date.parse(value)),
      defaultMessage: () => '$property must be an RFC 3339 instant with a zone',
    },
  });

/** May be left out; null counts as left out. */
export const Optional = (): PropertyDecorator => IsOptional();

/** A list of nested shapes, at most 1,000 of them. */
export const ListOf = (item: () => Class<object>): PropertyDecorator =>
  all(IsArray(), ArrayMaxSize(longestList), ValidateNested({ each: true }), Type(item), (target, property) =>
    Reflect.defineMetadata(itemTypeKey, item, target, property),
  );

/** The class of a list's items, where the field is a list of nested shapes. */
export function itemTypeOf(owner: Class<object>, property: string): Class<object> | undefined {
  const item = Reflect.getMetadata(itemTypeKey, owner.prototype as object, property) as
    (() => Class<object>) | undefined;
  return item?.();
}
