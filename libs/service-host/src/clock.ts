import { readFileSync, renameSync, unwatchFile, watchFile, writeFileSync } from 'node:fs';
import type { Clock } from '@florin/kernel';

/** Injection token of the Clock. Rules, deadlines and jobs ask it; nothing reads the wall clock. */
export const CLOCK = Symbol('CLOCK');

const lookEveryMs = 200;

/**
 * The clock of a local run: the system's, moved ahead by what a file says, so that a person can see a tier expire
 * or a voucher lapse. All services watch the same file.
 */
export class LocalRunClock implements Clock {
  private offsetMs: number;

  constructor(private readonly file: string) {
    this.offsetMs = readClockOffset(file);
    // Polling, since a file that is replaced or not there yet escapes the operating system's notices.
    watchFile(file, { interval: lookEveryMs, persistent: false }, () => (this.offsetMs = readClockOffset(file)));
  }

  now(): Date {
    return new Date(Date.now() + this.offsetMs);
  }

  onApplicationShutdown(): void {
    unwatchFile(this.file);
  }
}

/** How far the local run's clock is ahead, in milliseconds; 0 when nothing was written. */
export function readClockOffset(file: string): number {
  try {
    const { offsetMs } = JSON.parse(readFileSync(file, 'utf8')) as { offsetMs?: number };
    return Number.isSafeInteger(offsetMs) ? (offsetMs ?? 0) : 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return 0;
    throw error;
  }
}

/** Moves the clock of the local run. Takes the whole offset in milliseconds; services follow within half a second. */
export function writeClockOffset(file: string, offsetMs: number): void {
  writeFileSync(`${file}.new`, JSON.stringify({ offsetMs }));
  renameSync(`${file}.new`, file);
}
