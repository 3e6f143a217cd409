import { callerOf } from '@florin/access';
import { hashOf, mentionsCard, Refusal } from '@florin/kernel';
import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

/** One request that may be repeated: which key, whose, and what it asked for. Plain data, so it can wait in a queue. */
export interface IdempotentRequest {
  /** SHA-256 (hex) of scope and key: the record's primary key. */
  readonly id: string;
  readonly key: string;
  /** Merchant, caller and route: the same key of somebody else, or on another route, is another request. */
  readonly scope: string;
  /** SHA-256 (hex) of parameters, query and body. */
  readonly inputHash: string;
}

const keyPattern = /^[\x21-\x7e]{1,255}$/;

/** Reads the Idempotency-Key header of a request. Refuses with 400 when it is missing, cannot be a key or is a card number. */
export function idempotentRequestOf(request: FastifyRequest): IdempotentRequest {
  const key = request.headers['idempotency-key'];
  if (key === undefined || key === '') {
    throw new Refusal(
      'invalid',
      'idempotency_key_required',
      'Send an Idempotency-Key header, so that a retry cannot act twice.',
    );
  }
  if (typeof key !== 'string' || !keyPattern.test(key)) {
    throw new Refusal('invalid', 'idempotency_key_invalid', 'An Idempotency-Key is 1 to 255 visible ASCII characters.');
  }
  // Keys are kept.
  if (mentionsCard(key))
    throw new Refusal('invalid', 'card_number', 'Card numbers are not taken, also not as an Idempotency-Key.');
  const caller = callerOf(request);
  const route = `${request.method} ${request.routeOptions.url ?? ''}`;
  const scope = JSON.stringify([caller?.merchantInForce ?? '', caller?.subject ?? '', route]);
  return {
    id: createHash('sha256').update(scope).update('\0').update(key).digest('hex'),
    key,
    scope,
    inputHash: hashOf({ params: request.params, query: request.query, body: request.body }),
  };
}

/** For tests and for work that has no HTTP request: builds the same record from its parts. */
export function idempotentRequest(scope: string, key: string, input: unknown): IdempotentRequest {
  return {
    id: createHash('sha256').update(scope).update('\0').update(key).digest('hex'),
    key,
    scope,
    inputHash: hashOf(input),
  };
}
