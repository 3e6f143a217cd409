/** What is known about one SQL text: its kind, for metrics, and the name under which connections keep it parsed. */
interface Statement {
  kind: string;
  /** It changes rows, be it inside a WITH. */
  writes: boolean;
  uses: number;
  name?: string;
}

/** Only text that comes back is worth a name; a text built on the fly seldom reaches this. */
const usesBeforeNaming = 3;

/** Every connection keeps every named statement, tens of kilobytes each, so there is an end to it. */
const namedLimit = 300;

/** Texts remembered at all: SQL built on the fly must not fill the memory. */
const knownLimit = 5_000;

const known = new Map<string, Statement>();
let named = 0;

/**
 * Looks up one SQL text. Parsing costs PostgreSQL about as much as running a small statement, so text that
 * is used again is prepared once per connection, and planned once (see pool.ts).
 */
export function statementOf(sql: string): Statement {
  let statement = known.get(sql);
  if (!statement) {
    if (known.size >= knownLimit) forgetUnnamed();
    statement = { kind: kindOf(sql), writes: writing.test(sql), uses: 0 };
    known.set(sql, statement);
  }
  statement.uses += 1;
  if (statement.uses === usesBeforeNaming && named < namedLimit) {
    named += 1;
    statement.name = `s${named}`;
  }
  return statement;
}

function kindOf(sql: string): string {
  const word = /^\s*(?:--[^\n]*\n\s*|\/\*.*?\*\/\s*)*([a-z]+)/is.exec(sql)?.[1]?.toLowerCase() ?? 'other';
  return kinds.has(word) ? word : 'other';
}

function forgetUnnamed(): void {
  for (const [sql, statement] of known) if (!statement.name) known.delete(sql);
}

const writing = /\b(insert\s+into|delete\s+from|merge\s+into|update\s+(only\s+)?[\w".]+(\s+as)?(\s+\w+)?\s+set)\b/i;

const kinds = new Set(['select', 'insert', 'update', 'delete', 'with']);
