import { types } from 'node:util';
import { Refusal } from '@florin/kernel';

/** The part of PostgreSQL's error report that callers may look at. */
export interface DatabaseError extends Error {
  /** SQLSTATE, five characters. */
  code: string;
  constraint?: string;
  table?: string;
  detail?: string;
}

/** PostgreSQL's own report, whether it came from the driver or wrapped by TypeORM. */
export function databaseError(error: unknown): DatabaseError | undefined {
  if (!isError(error)) return undefined;
  if ('driverError' in error) return databaseError(error.driverError);
  const reported =
    'code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) && 'severity' in error;
  return reported ? (error as DatabaseError) : undefined;
}

/** A unique constraint said no; with a name, that very constraint. The transaction is spent: only a rollback helps. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return violates(error, '23505', constraint);
}

/** A CHECK said no: how overdrafts, oversold stock and spent budgets announce themselves. */
export function isCheckViolation(error: unknown, constraint?: string): boolean {
  return violates(error, '23514', constraint);
}

/** A row that is pointed at is missing, or still pointed at. */
export function isForeignKeyViolation(error: unknown, constraint?: string): boolean {
  return violates(error, '23503', constraint);
}

/** A serialization failure or a deadlock: PostgreSQL has rolled back and asks for another try. */
export function isRetryable(error: unknown): boolean {
  const code = databaseError(error)?.code;
  return code === '40001' || code === '40P01';
}

/** A prepared statement met a changed table (a migration during a rolling deployment): right again on a fresh connection. */
export function isStalePlan(error: unknown): boolean {
  const found = databaseError(error);
  return found?.code === '0A000' && found.message.includes('cached plan must not change result type');
}

/** The server is a standby: after a failover the old connections may still lead to it. */
export function isReadOnly(error: unknown): boolean {
  return databaseError(error)?.code === '25006';
}

/** The server is away, is going away, or has no connection left. */
export function isConnectionLost(error: unknown): boolean {
  const state = databaseError(error)?.code;
  if (state) return state.startsWith('08') || lostStates.has(state);
  if (!isError(error)) return false;
  if ('driverError' in error) return isConnectionLost(error.driverError);
  if ('code' in error && typeof error.code === 'string' && lostSockets.has(error.code)) return true;
  return lostMessages.test(error.message);
}

/**
 * Turns what the caller can do nothing about into a Refusal of kind `unavailable`, with a time to come back;
 * anything else is given back as it is. The report stays reachable as `cause` and never reaches a client.
 */
export function asRefusal(error: unknown): unknown {
  const state = databaseError(error)?.code;
  if (isConnectionLost(error))
    return unavailable('database_unavailable', 'The database cannot be reached just now.', 2, error);
  if (isRetryable(error)) return unavailable('database_contention', 'Too many changes met at the same rows.', 1, error);
  if (state === '55P03') return unavailable('database_busy', 'The rows are being changed by somebody else.', 1, error);
  if (state === '57014') return unavailable('database_timeout', 'The database took too long.', 2, error);
  return error;
}

/** The 503 of a store that cannot serve now: try again after the seconds named. */
export function unavailable(code: string, detail: string, retryAfterSeconds: number, cause?: unknown): Refusal {
  return Object.assign(new Refusal('unavailable', code, detail, { retryAfterSeconds }), { cause });
}

/** An error of Node itself is not an `instanceof Error` of every realm; Jest gives each test file its own. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

function violates(error: unknown, code: string, constraint: string | undefined): boolean {
  const found = databaseError(error);
  return found?.code === code && (constraint === undefined || found.constraint === constraint);
}

/** Shutdown, crash, start-up, too many connections, idle-in-transaction and idle-session ends, a primary that became a standby. */
const lostStates = new Set(['57P01', '57P02', '57P03', '53300', '25P03', '57P05', '25006']);

const lostSockets = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** The driver reports these without a code. */
const lostMessages =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|timeout expired|Query read timeout|Cannot use a pool after)/;
