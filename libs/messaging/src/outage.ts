import { isConnectionLost } from '@florin/database';
import { Refusal } from '@florin/kernel';

/** A cause can have a cause; deeper than this it would be a loop. */
const deepest = 5;
const outageCodes = new Set(['database_unavailable', 'database_overloaded']);

/** True when the database could not be reached, so that the message has not really been tried. */
export function isOutage(error: unknown): boolean {
  let cause = error;
  for (let depth = 0; cause instanceof Error && depth < deepest; depth += 1) {
    if (isConnectionLost(cause) || (cause instanceof Refusal && outageCodes.has(cause.code))) return true;
    cause = cause.cause;
  }
  return false;
}
