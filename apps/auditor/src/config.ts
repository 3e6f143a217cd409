import { parseArgs } from 'node:util';
import { type Service, services } from './services';

export const usage = `usage: prove [chain] [--json] [--wait seconds] [--grace seconds] [--timeout seconds] [--limit offenders] [--only prefix]
DATABASES in the environment says where the stores are: {"orders":"postgres://…", …}, one for each of ${services.join(', ')}`;

/** Seconds that are waited for quiet when nobody says how long. */
const defaultWaitSeconds = 5;
/** Seconds that a message may be on its way before that is a fault. */
const defaultGraceSeconds = 60;
/** Seconds that one statement may take. */
const defaultTimeoutSeconds = 300;
const defaultLimit = 5;

export interface Wish {
  databases: Record<Service, string>;
  json: boolean;
  waitSeconds: number;
  graceSeconds: number;
  timeoutSeconds: number;
  /** Offenders shown of each invariant. */
  limit: number;
  /** Only the hash chains of the ledgers, with their heads. */
  chain: boolean;
  /** Only the invariants whose names begin so; all of them when empty. */
  only: string;
}

/** Something is wrong with how the prover was called, not with the house. */
export class CannotLook extends Error {
  override readonly name = 'CannotLook';
}

/** What to prove and how, from the command line and the environment. Throws CannotLook with a sentence that says what to mend. */
export function readWish(
  args: string[] = process.argv.slice(2),
  environment: Record<string, string | undefined> = process.env,
): Wish {
  const { values, positionals } = parsed(args);
  const [what, ...more] = positionals;
  if (more.length > 0 || (what !== undefined && what !== 'chain')) throw new CannotLook(`prove what?\n${usage}`);
  const waitSeconds = seconds('wait', values.wait) ?? defaultWaitSeconds;
  // Who says how long to wait says how long is long enough: what did not arrive in that time is reported.
  const patience =
    values.wait === undefined ? defaultGraceSeconds : Math.min(defaultGraceSeconds, Math.max(waitSeconds, 1));
  return {
    databases: databasesOf(environment['DATABASES']),
    json: values.json,
    waitSeconds,
    graceSeconds: seconds('grace', values.grace) ?? patience,
    timeoutSeconds: seconds('timeout', values.timeout) ?? defaultTimeoutSeconds,
    limit: seconds('limit', values.limit) ?? defaultLimit,
    chain: what === 'chain',
    only: values.only,
  };
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        wait: { type: 'string' },
        grace: { type: 'string' },
        timeout: { type: 'string' },
        limit: { type: 'string' },
        only: { type: 'string', default: '' },
      },
    });
  } catch (error) {
    throw new CannotLook(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

function seconds(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new CannotLook(`--${name} wants a whole number\n${usage}`);
  return value;
}

function databasesOf(text: string | undefined): Record<Service, string> {
  if (!text) throw new CannotLook(`DATABASES is not set\n${usage}`);
  let given: Partial<Record<Service, string>>;
  try {
    given = JSON.parse(text) as Partial<Record<Service, string>>;
  } catch {
    throw new CannotLook(`DATABASES is not JSON\n${usage}`);
  }
  const missing = services.filter((service) => !given[service]);
  if (missing.length > 0) throw new CannotLook(`DATABASES names no store of ${missing.join(', ')}\n${usage}`);
  return given as Record<Service, string>;
}
