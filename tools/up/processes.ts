import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process that can be told apart from a later one with the same id. */
export interface KnownProcess {
  pid: number;
  /** When it began, in whatever unit the system counts; only ever compared for being the same. */
  startedAt: string;
}

/** When the process began; undefined when there is none (any more). */
export function startOf(pid: number): string | undefined {
  if (process.platform === 'linux') return startOnLinux(pid);
  try {
    return (
      execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim() || undefined
    );
  } catch (error) {
    if (typeof (error as { status?: unknown }).status === 'number') return undefined;
    throw error;
  }
}

function startOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces; after it come the state and, as the 20th field, the start time.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}

export function identify(pid: number): KnownProcess | undefined {
  const startedAt = startOf(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

export function stillRuns({ pid, startedAt }: KnownProcess): boolean {
  return startOf(pid) === startedAt;
}

export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const pollMs = 50;

/** Ends processes of an earlier run by their ids: politely, then not. Gives how many were still there. */
export async function endLeftovers(processes: KnownProcess[], patienceMs = 8_000): Promise<number> {
  const left = processes.filter(stillRuns);
  for (const { pid } of left) sendSignal(pid, 'SIGTERM');
  const deadline = Date.now() + patienceMs;
  while (left.some(stillRuns) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, pollMs));
  for (const leftover of left.filter(stillRuns)) sendSignal(leftover.pid, 'SIGKILL');
  while (left.some(stillRuns)) await new Promise((resolve) => setTimeout(resolve, pollMs));
  return left.length;
}
