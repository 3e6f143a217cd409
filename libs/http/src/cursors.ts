import { isId, Refusal } from '@florin/kernel';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { isStorableText } from './storable-text';

const longestCursor = 512;

/** The query of every list: `?limit=` (1 to 100, 20 unless said) and `?cursor=` (what the last page gave). */
export class PageQuery {
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit = 20;

  @IsOptional()
  @IsString()
  @MaxLength(longestCursor)
  cursor?: string;
}

/** One page of a list. `next_cursor` is null on the last one. */
export interface Page<T> {
  data: T[];
  next_cursor: string | null;
  has_more: boolean;
}

/** What the key of a list may consist of; 'time' is an ISO 8601 instant with up to microseconds. */
export type CursorField = 'text' | 'number' | 'id' | 'time';
export type CursorShape = Record<string, CursorField>;
export type CursorValues<S extends CursorShape> = { [K in keyof S]: S[K] extends 'number' ? number : string };

/** Packs the last row's sort key into an opaque text. Dates become ISO instants. */
export function encodeCursor(values: Record<string, string | number | Date>): string {
  return Buffer.from(JSON.stringify(values), 'utf8').toString('base64url');
}

/**
 * Unpacks a cursor into exactly the fields of the shape, or undefined when there is none (first page).
 * Anything that we did not write, or that the database could not compare, is refused with 400 `invalid_cursor`.
 */
export function decodeCursor<S extends CursorShape>(cursor: string | undefined, shape: S): CursorValues<S> | undefined {
  if (cursor === undefined) return undefined;
  const values = cursor.length <= longestCursor && /^[\w-]+$/.test(cursor) ? parse(cursor) : undefined;
  const names = Object.keys(shape);
  if (!values || Object.keys(values).length !== names.length) throw invalidCursor();
  for (const name of names) {
    if (!Object.hasOwn(values, name) || !fits(values[name], shape[name])) throw invalidCursor();
  }
  return values as CursorValues<S>;
}

function parse(cursor: string): Record<string, unknown> | undefined {
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return values !== null && typeof values === 'object' && !Array.isArray(values)
      ? (values as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$/;

function fits(value: unknown, field: CursorField | undefined): boolean {
  if (field === 'number') return Number.isSafeInteger(value);
  if (typeof value !== 'string') return false;
  if (field === 'id') return isId(value);
  if (field === 'time') return instant.test(value) && !Number.isNaN(Date.parse(value));
  return isStorableText(value);
}

function invalidCursor(): Refusal {
  return Refusal.field(
    'invalid',
    'cursor',
    'invalid_cursor',
    'This is not a cursor of this list. Start again without it.',
  );
}

/**
 * Makes a page from rows that were read with LIMIT limit + 1: the extra row only says that there is more.
 * `keyOf` gives the sort key of a row; its fields are the shape that decodeCursor is asked for.
 */
export function page<Row>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => Record<string, string | number | Date>,
): Page<Row> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return { data, next_cursor: hasMore ? encodeCursor(keyOf(last)) : null, has_more: hasMore };
}
