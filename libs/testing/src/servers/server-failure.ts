import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** How much of a server's log a failure quotes: the last lines name the cause. */
const quotedLogBytes = 1_500;

/** A server that did not start or stop. Says what happened, what to do about it, and where the log is. */
export class ServerFailure extends Error {
  override readonly name = 'ServerFailure';

  constructor(
    readonly reason: string,
    readonly mend: string,
    readonly logFile?: string,
  ) {
    super(
      [reason, `What to do: ${mend}`, logFile ? `Log: ${logFile}\n${logTail(logFile)}` : ''].filter(Boolean).join('\n'),
    );
  }
}

function logTail(file: string): string {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    const size = fstatSync(descriptor).size;
    const buffer = Buffer.alloc(Math.min(size, quotedLogBytes));
    readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8').trimEnd().replaceAll(/^/gm, '  | ');
  } catch (error) {
    return `  | (the log cannot be read: ${error instanceof Error ? error.message : String(error)})`;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
