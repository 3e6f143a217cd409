import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dist, node24, root } from './services';

/** Told to every program that works on a run: where its run.json is. */
export const runFileVariable = 'FLORIN_RUN_FILE';

export function hasProgram(entry: string): boolean {
  return existsSync(join(dist, entry));
}

export interface ProgramOptions {
  dir: string;
  args?: string[];
  /** Where its standard output goes; stderr when our own standard output belongs to JSON. */
  output: 'stdout' | 'stderr';
  env?: Record<string, string>;
  /** Ends it, when we are to end. */
  signal?: AbortSignal;
}

/** Runs a compiled program of ours against the run of a folder. Gives its exit status. */
export function runProgram(entry: string, options: ProgramOptions): Promise<number> {
  const child = spawn(node24, ['--enable-source-maps', join(dist, entry), ...(options.args ?? [])], {
    cwd: root,
    stdio: ['inherit', options.output === 'stdout' ? 'inherit' : 2, 'inherit'],
    env: { ...process.env, [runFileVariable]: join(options.dir, 'run.json'), ...options.env },
    signal: options.signal,
    killSignal: 'SIGTERM',
  });
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1));
    child.once('error', () => resolve(1));
  });
}
