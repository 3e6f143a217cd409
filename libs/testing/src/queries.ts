import { Client } from 'pg';

export interface CountedQueries<T> {
  result: T;
  /** The statements that were sent, in order. */
  statements: string[];
}

/** What a service does by itself in the background, and what frames a transaction: not what a request causes. */
const background =
  /\b(?:outbox|inbox|messaging_\w+|job_runs|pg_advisory\w*|pg_try_advisory\w*|pg_is_in_recovery)\b|^\s*(?:BEGIN|START|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET|LISTEN|SELECT 1)\b/i;

/**
 * Collects the SQL that every connection of this process sends while the work runs: the proof against one query
 * per row. Start the service with `roles: 'api'` to keep it quiet otherwise.
 */
export async function countQueries<T>(work: () => Promise<T>, ignore: RegExp = background): Promise<CountedQueries<T>> {
  const statements: string[] = [];
  const original = Client.prototype.query as (...args: unknown[]) => unknown;
  const prototype = Client.prototype as unknown as { query: (...args: unknown[]) => unknown };
  prototype.query = function counted(this: Client, ...args: unknown[]) {
    const text = textOf(args[0]);
    if (text && !ignore.test(text)) statements.push(text);
    return original.apply(this, args);
  };
  try {
    return { result: await work(), statements };
  } finally {
    prototype.query = original;
  }
}

function textOf(query: unknown): string | undefined {
  if (typeof query === 'string') return query;
  if (typeof query === 'object' && query !== null && 'text' in query && typeof query.text === 'string')
    return query.text;
  return undefined;
}
