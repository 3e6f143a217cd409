import { inStep } from './in-step';
import type { Invariant, Looked, Offender, View } from './invariant';
import type { Service } from './services';

/**
 * Ids of version 7 begin with their time: seven hexadecimal digits are a quarter of an hour. Old quarters agree and cost
 * one row each; only those that differ are read row by row.
 */
const bucketOf = (key: string): string => `left(${key}, 7)`;
/** Buckets that are named to the database in one statement. */
const mostBuckets = 50_000;

/** One side of a comparison between two databases. */
export interface Side {
  service: Service;
  /** What one row is: `the order line`, `a reservation`. */
  what: string;
  /**
   * Gives `key` (text, ids), `value` (text, what both must agree on), `refs` (text[], ids that, when a message on its way
   * speaks of them, excuse a difference) and `must` (boolean, whether the other side must have it).
   */
  sql: string;
  /** Parameters of the SQL, from anywhere: small sets that the other side's database cannot know. */
  params?: (view: View) => Promise<unknown[]>;
}

interface Row {
  key: string;
  value: string;
  refs: string[];
  must: boolean;
}

export interface MatchingOptions {
  name: string;
  says: string;
  left: Side;
  right: Side;
  /** Whether two different values agree all the same. */
  agrees?: (left: string, right: string) => boolean;
}

/** An invariant between two databases: whatever stands on one side stands on the other exactly once, and says the same. */
export function matching(options: MatchingOptions): Invariant {
  const { name, says, left, right } = options;
  return { name, says, services: [left.service, right.service], look: (view) => compare(options, view) };
}

async function compare(options: MatchingOptions, view: View): Promise<Looked> {
  const { left, right } = options;
  const [leftParams = [], rightParams = []] = await Promise.all([left.params?.(view), right.params?.(view)]);
  const [lefts, rights] = await Promise.all([digests(left, view, leftParams), digests(right, view, rightParams)]);
  const examined = [...lefts.values()].reduce((sum, { rows }) => sum + rows, 0);
  const buckets = [...new Set([...lefts.keys(), ...rights.keys()])]
    .filter((bucket) => lefts.get(bucket)?.digest !== rights.get(bucket)?.digest)
    .sort();
  const offenders: Offender[] = [];
  for (let from = 0; from < buckets.length && offenders.length < view.limit; from += mostBuckets) {
    const some = buckets.slice(from, from + mostBuckets);
    for await (const pair of inStep(rowsIn(left, view, leftParams, some), rowsIn(right, view, rightParams, some))) {
      const detail = difference(options, pair.left, pair.right);
      if (detail === undefined || view.inFlight.touches([...pair.left, ...pair.right].flatMap(({ refs }) => refs)))
        continue;
      offenders.push({ subject: `${kindOf(options)}:${pair.key}`, detail });
      if (offenders.length >= view.limit) break;
    }
  }
  return { examined, offenders };
}

/** How many rows of each bucket there are, and a sum over what they say that hardly any change leaves as it is. */
async function digests(
  { service, sql }: Side,
  view: View,
  params: unknown[],
): Promise<Map<string, { rows: number; digest: string }>> {
  const rows = await view.of(service).query<{ bucket: string; rows: number; digest: string }>(
    `SELECT ${bucketOf('key')} AS bucket, count(*) AS rows, count(*) || ':' || sum(hashtextextended(key || '=' || coalesce(value, ''), 0)) AS digest
     FROM (${sql}) side GROUP BY 1`,
    params,
  );
  return new Map(rows.map(({ bucket, ...rest }) => [bucket, rest]));
}

function rowsIn({ service, sql }: Side, view: View, params: unknown[], buckets: string[]): AsyncGenerator<Row> {
  return view
    .of(service)
    .rows<Row>(
      `SELECT key, coalesce(value, '') AS value, refs, must FROM (${sql}) side WHERE ${bucketOf('key')} = ANY($${params.length + 1}::text[]) ORDER BY key COLLATE "C"`,
      [...params, buckets],
    );
}

function difference(
  { left, right, agrees }: MatchingOptions,
  lefts: readonly Row[],
  rights: readonly Row[],
): string | undefined {
  const said = (rows: readonly Row[]) => rows.map(({ value }) => value).join(' and ');
  if (rights.length === 0)
    return lefts.some(({ must }) => must)
      ? `${left.what} in ${left.service} (${said(lefts)}), none in ${right.service}`
      : undefined;
  if (lefts.length === 0)
    return rights.some(({ must }) => must)
      ? `${right.what} in ${right.service} (${said(rights)}), none in ${left.service}`
      : undefined;
  if (lefts.length !== rights.length) return `${lefts.length} in ${left.service}, ${rights.length} in ${right.service}`;
  const [one, other] = [lefts.map(({ value }) => value).sort(), rights.map(({ value }) => value).sort()];
  const same = one.every((value, index) => value === other[index] || agrees?.(value, other[index] ?? ''));
  return same ? undefined : `${left.service} says ${said(lefts)}, ${right.service} says ${said(rights)}`;
}

function kindOf({ left }: MatchingOptions): string {
  return left.what.replace(/^(an?|the) /, '').replaceAll(' ', '-');
}
