import { Refusal } from '@florin/kernel';
import { type Answer, Answered } from './answered';
import type { IdempotentRequest } from './idempotent-request';

/** The part of a transaction that idempotency needs; `Tx` of @florin/database has it. */
export interface Queries {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

/** One item's result in a set: what the coalescing writer hands to each caller. */
export type Decided<T> = { ok: true; value: T } | { ok: false; refusal: Refusal };

interface Known {
  id: string;
  locked: boolean;
  input_hash: string | null;
  status: number | null;
  body: string | null;
}

/**
 * Finds what was answered before and, for the rest, takes a lock that lasts as long as the transaction, so that the same key sent
 * twice at the same time is told to wait instead of waiting on a connection. The lock is a courtesy: two transactions that slip past
 * it meet at the primary key.
 */
const findSql = `
  SELECT asked.id, known.input_hash, known.status, known.body,
         CASE WHEN known.id IS NULL THEN pg_try_advisory_xact_lock(('x' || left(asked.id, 16))::bit(64)::bigint) ELSE true END AS locked
    FROM unnest($1::text[]) AS asked (id)
    LEFT JOIN idempotency_keys known ON known.id = asked.id`;

const recordSql = `
  INSERT INTO idempotency_keys (id, scope, key, input_hash, status, body)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::smallint[], $6::text[])
  ON CONFLICT (id) DO NOTHING
  RETURNING id`;

/** Another transaction committed this key between our look and our record: Transactions.run tries again, as for any 40001. */
class SlippedPast extends Error {
  override readonly name = 'SlippedPast';
  readonly code = '40001';
  readonly severity = 'ERROR';
}

/**
 * Runs work at most once per Idempotency-Key (GW-09). The record commits with the work in the caller's transaction, so there is no
 * moment in which one exists without the other. A refusal is not recorded: nothing happened, and a retry may succeed.
 */
export class Idempotency {
  /**
   * Runs the work, or gives the recorded answer of an earlier run (`replayed`).
   * Refuses with 422 `idempotency_key_reused` (other input under this key) and 409 `request_in_flight`.
   */
  async once<T>(tx: Queries, request: IdempotentRequest, work: () => Promise<Answer<T>>): Promise<Answered<T>> {
    const [decided] = await this.onceAll<null, T>(tx, [{ request, item: null }], async () => [
      { ok: true, value: await work() },
    ]);
    if (!decided?.ok) throw decided?.refusal ?? inFlight();
    return decided.value;
  }

  /**
   * The same for a set that shares one transaction (the coalescing writer): one SELECT, one call of decideSet for the items that are
   * new, one INSERT. Gives an outcome per entry, in order. decideSet must give one outcome per item, in order; it is not called
   * when nothing is new. Throws a serialization failure when another transaction was faster; tried again, its answer is found.
   */
  async onceAll<Item, T>(
    tx: Queries,
    entries: readonly { request: IdempotentRequest; item: Item }[],
    decideSet: (items: Item[]) => Promise<Decided<Answer<T>>[]>,
  ): Promise<Decided<Answered<T>>[]> {
    if (entries.length === 0) return [];
    const ids = [...new Set(entries.map(({ request }) => request.id))];
    const known = new Map((await tx.query<Known>(findSql, [ids])).map((row) => [row.id, row]));
    const settled = new Map<string, { inputHash: string; outcome: Decided<Answered<T>> }>();
    const fresh: { request: IdempotentRequest; item: Item }[] = [];
    const claimed = new Set<string>();
    for (const entry of entries) {
      const { id } = entry.request;
      const row = known.get(id);
      if (row?.input_hash != null) settled.set(id, { inputHash: row.input_hash, outcome: recorded<T>(row) });
      else if (!row?.locked)
        settled.set(id, { inputHash: entry.request.inputHash, outcome: { ok: false, refusal: inFlight() } });
      else if (!claimed.has(id)) {
        claimed.add(id);
        fresh.push(entry);
      }
    }
    if (fresh.length > 0) await this.decide(tx, fresh, decideSet, settled);
    return this.answers(entries, fresh, settled);
  }

  private async decide<Item, T>(
    tx: Queries,
    fresh: readonly { request: IdempotentRequest; item: Item }[],
    decideSet: (items: Item[]) => Promise<Decided<Answer<T>>[]>,
    settled: Map<string, { inputHash: string; outcome: Decided<Answered<T>> }>,
  ): Promise<void> {
    const outcomes = await decideSet(fresh.map(({ item }) => item));
    const columns: [string[], string[], string[], string[], number[], string[]] = [[], [], [], [], [], []];
    fresh.forEach(({ request }, index) => {
      const outcome = outcomes[index];
      if (!outcome) throw new Error(`decideSet gave ${outcomes.length} outcomes for ${fresh.length} items`);
      if (!outcome.ok) {
        settled.set(request.id, { inputHash: request.inputHash, outcome });
        return;
      }
      const { status, body } = outcome.value;
      settled.set(request.id, {
        inputHash: request.inputHash,
        outcome: { ok: true, value: new Answered(status, body, false) },
      });
      [request.id, request.scope, request.key, request.inputHash].forEach((value, column) =>
        (columns[column] as string[]).push(value),
      );
      columns[4].push(status);
      columns[5].push(JSON.stringify(body ?? null));
    });
    if (columns[0].length === 0) return;
    const written = await tx.query<{ id: string }>(recordSql, columns);
    if (written.length !== columns[0].length) throw new SlippedPast();
  }

  private answers<Item, T>(
    entries: readonly { request: IdempotentRequest; item: Item }[],
    fresh: readonly { request: IdempotentRequest }[],
    settled: ReadonlyMap<string, { inputHash: string; outcome: Decided<Answered<T>> }>,
  ): Decided<Answered<T>>[] {
    const first = new Set<unknown>(fresh.map(({ request }) => request));
    return entries.map(({ request }) => {
      const found = settled.get(request.id);
      if (!found) return { ok: false, refusal: inFlight() };
      if (found.inputHash !== request.inputHash) return { ok: false, refusal: keyReused() };
      const { outcome } = found;
      // The same request twice in one set: the second one gets the answer of the first.
      if (outcome.ok && !outcome.value.replayed && !first.has(request)) {
        return { ok: true, value: new Answered(outcome.value.status, outcome.value.body, true) };
      }
      return outcome;
    });
  }

  /** Forgets answers older than the hours; gives how many. A client may retry for as long as a record lives. */
  async clean(tx: Queries, olderThanHours: number, limit = 10_000): Promise<number> {
    const gone = await tx.query<{ id: string }>(
      `DELETE FROM idempotency_keys WHERE id IN (
         SELECT id FROM idempotency_keys WHERE created_at < now() - make_interval(hours => $1) ORDER BY created_at LIMIT $2
       ) RETURNING id`,
      [olderThanHours, limit],
    );
    return gone.length;
  }
}

function recorded<T>(row: Known): Decided<Answered<T>> {
  return { ok: true, value: new Answered(row.status ?? 200, JSON.parse(row.body ?? 'null') as T, true) };
}

function inFlight(): Refusal {
  return new Refusal(
    'conflict',
    'request_in_flight',
    'A request with this Idempotency-Key is being worked on. Try again in a moment.',
    {
      retryAfterSeconds: 1,
    },
  );
}

function keyReused(): Refusal {
  return new Refusal(
    'unprocessable',
    'idempotency_key_reused',
    'This Idempotency-Key was used before with other input. Use a new one.',
  );
}
