import type { Tx } from '@florin/database';
import { plainArray, textArray } from './array-literals';
import type { RefusalCode } from './types';

/** A write that asks to be done: its key, the hash of its input and the id its result would get. */
export interface Claim {
  key: string;
  hash: string;
  id: string;
}

export interface StoredAnswer {
  hash: string;
  id: string;
  refusal: RefusalCode | null;
  detail: string | null;
}

/**
 * Takes the keys that nobody has taken yet and says which. Waits for a transaction that is just taking one of them: that is
 * what makes parallel calls with one key have one effect. Keys are taken in order, so that two sets do not lock each other out.
 */
export async function claimKeys(tx: Tx, claims: readonly Claim[]): Promise<Set<string>> {
  const rows = await tx.query<{ key: string }>(
    `INSERT INTO ledger_keys (key, input_hash, result_id)
     SELECT key, decode(hash, 'hex'), id FROM unnest($1::text[], $2::text[], $3::uuid[]) AS claim (key, hash, id) ORDER BY key
     ON CONFLICT (key) DO NOTHING RETURNING key`,
    [
      textArray(claims, (claim) => claim.key),
      plainArray(claims, (claim) => claim.hash),
      plainArray(claims, (claim) => claim.id),
    ],
  );
  return new Set(rows.map((row) => row.key));
}

/** The answers that were given under these keys. */
export async function storedAnswers(tx: Tx, keys: readonly string[]): Promise<Map<string, StoredAnswer>> {
  const rows = await tx.query<StoredAnswer & { key: string }>(
    `SELECT key, encode(input_hash, 'hex') AS hash, result_id AS id, refusal, detail FROM ledger_keys WHERE key = ANY ($1::text[])`,
    [keys],
  );
  return new Map(rows.map((row) => [row.key, row]));
}

export interface Outcome {
  key: string;
  id: string;
  refusal: RefusalCode | null;
  detail: string | null;
}

/** Corrects the answers that differ from what the claim took for granted: a yes with the claimed id. */
export async function storeOutcomes(tx: Tx, outcomes: readonly Outcome[]): Promise<void> {
  await tx.execute(
    `UPDATE ledger_keys SET result_id = outcome.id, refusal = outcome.refusal, detail = outcome.detail
     FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[]) AS outcome (key, id, refusal, detail) WHERE ledger_keys.key = outcome.key`,
    [
      outcomes.map((outcome) => outcome.key),
      outcomes.map((outcome) => outcome.id),
      outcomes.map((outcome) => outcome.refusal),
      outcomes.map((outcome) => outcome.detail),
    ],
  );
}
