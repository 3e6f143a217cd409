import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { RunFile } from '../up/run-file';
import { dist, node24 } from '../up/services';

/** Lets the prover look at every store of a run, once it is quiet. Gives its exit status and what it said. */
export function prove(run: Pick<RunFile, 'databases'>, waitSeconds: number): Promise<{ status: number; text: string }> {
  const child = spawn(node24, [join(dist, 'apps/auditor/src/main.js'), '--wait', String(waitSeconds)], {
    env: { ...process.env, DATABASES: JSON.stringify(run.databases) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  return new Promise((resolve) => child.once('exit', (code) => resolve({ status: code ?? 1, text })));
}

/** The prover's last line. */
export const verdictOf = (text: string): string => text.trim().split('\n').at(-1)?.trim() ?? '';
