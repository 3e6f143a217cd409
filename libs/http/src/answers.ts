import type { Type } from '@nestjs/common';
import { SetMetadata } from '@nestjs/common';

export const answersKey = 'florin:answers';
export const readsKey = 'florin:reads';

export interface AnswerDescription {
  statuses: readonly number[];
  /** The class whose validation decorators describe the body; undefined when there is none. */
  body?: Type | undefined;
  shape: 'one' | 'list' | 'page' | 'none';
  description?: string | undefined;
}

export interface AnswerOptions {
  /** Of success; several where the same body comes with one or the other. Default: what the framework answers. */
  status?: number | readonly number[];
  description?: string;
  /** The body is a page of a list: `{ data, next_cursor, has_more }`. */
  page?: boolean;
}

/**
 * Says for the OpenAPI document what a route answers: `@Answers(OrderDto)`, `@Answers([OrderDto])` for a bare array,
 * `@Answers(OrderDto, { page: true })` for a page of a list, `@Answers()` for no body.
 */
export function Answers(body?: Type | [Type], options: AnswerOptions = {}): MethodDecorator {
  const isList = Array.isArray(body);
  const description: AnswerDescription = {
    statuses: [options.status ?? []].flat(),
    body: isList ? body[0] : body,
    shape: body === undefined ? 'none' : options.page ? 'page' : isList ? 'list' : 'one',
    description: options.description,
  };
  return SetMetadata(answersKey, description);
}

/** Says for the OpenAPI document what body a route reads that takes it as the bytes that came. */
export function Reads(body: Type): MethodDecorator {
  return SetMetadata(readsKey, body);
}
