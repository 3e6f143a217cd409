import { existsSync, readFileSync } from 'node:fs';
import { ServerFailure } from '../../libs/testing/src/servers/server-failure';

const quotedLogLines = 15;

/** Something a person can mend: what happened, what to do, where the details are. */
export class Failure extends Error {
  override readonly name = 'Failure';

  constructor(
    cause: string,
    readonly mend: string,
    readonly logFile?: string,
  ) {
    super(cause);
  }
}

/** What to print when a start fails: plain words for what can be mended, a stack for what is our own fault. */
export function inPlainWords(error: unknown): string {
  if (error instanceof ServerFailure) return inPlainWords(new Failure(error.reason, error.mend, error.logFile));
  if (!(error instanceof Failure)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines = ['', `  It did not work: ${error.message}`, `  What to do:      ${error.mend}`];
  if (error.logFile !== undefined) lines.push(`  Log:             ${error.logFile}`, ...lastLines(error.logFile));
  return lines.join('\n');
}

export function lastLines(file: string, count = quotedLogLines): string[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.slice(-count).map((line) => `    | ${line}`);
}
