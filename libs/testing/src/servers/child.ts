import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';

/** True while a process with this id exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return procStat(pid)?.[0] !== 'Z'; // ended, only not yet collected by its parent
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Sends a signal; a process that is gone already is what was wanted. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Resolves when the process has ended; false when it has not within the time. */
export function ended(child: ChildProcess, withinMs: number): Promise<boolean> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(true);
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), withinMs);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

/** Ids of the direct children. Linux only; elsewhere none, and the children notice by themselves that their parent died. */
export function childrenOf(pid: number): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => Number(procStat(candidate)?.[1]) === pid);
}

/** State, parent and so on, as Linux lists them; undefined elsewhere, or when the process has ended. */
function procStat(pid: number): string[] | undefined {
  try {
    // The name in parentheses may hold spaces, so count from the last parenthesis.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

export interface Watchdog {
  /** Call when the server was stopped on purpose. */
  release(): void;
}

export interface Watched {
  pid: number;
  stopSignal: 'INT' | 'TERM';
  /** Further processes to end afterwards. */
  alsoKill?: number[];
  /** A temporary folder to remove at the end. */
  removeFolder?: string;
}

/**
 * Stops the server when this process ends without having done so, even by SIGKILL: a shell waits on a pipe
 * that only the end of this process can close.
 */
export function watchdog(watched: Watched): Watchdog {
  const script =
    'if read -r line; then exit 0; fi; kill -"$1" "$2"; folder=$3; shift 3; sleep 3; ' +
    'for other in "$@"; do kill -KILL "$other"; done; if [ -n "$folder" ]; then rm -rf "$folder"; fi';
  const { pid, stopSignal, alsoKill = [], removeFolder = '' } = watched;
  const shell = spawn(
    '/bin/sh',
    ['-c', script, 'watchdog', stopSignal, String(pid), removeFolder, ...alsoKill.map(String)],
    {
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    },
  );
  shell.on('error', () => undefined); // without a shell there is no watchdog; the server itself works
  shell.unref();
  const pipe = shell.stdin as Socket | null; // a pipe of a child process is one, though its type does not say so
  pipe?.on('error', () => undefined);
  pipe?.unref();
  return { release: () => void pipe?.end('done\n') };
}
