import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endLeftovers, type KnownProcess, stillRuns } from './processes';
import type { Person } from './secrets';

/** Everything about a run that others need to find it: the second start, the status, the story, the prover, the CLI. */
export interface RunFile {
  state: 'starting' | 'up';
  launcher: KnownProcess;
  startedAt: string;
  /** How long the start took; 0 while starting. */
  tookMs: number;
  dir: string;
  /** Base address of the edge, what people and clients use. */
  url: string;
  /** Service → its own address, without the edge. */
  services: Record<string, string>;
  /** Service → address of its database. */
  databases: Record<string, string>;
  rabbitmqUrl: string;
  redisUrl: string | null;
  processorUrl: string;
  processorApiKey: string;
  smtpPort: number;
  clockFile: string;
  logs: string;
  people: Person[];
  /** Every process of the run, to clean up after a crash. */
  processes: (KnownProcess & { name: string })[];
  notes: string[];
}

const fileOf = (dir: string): string => join(dir, 'run.json');

export function readRun(dir: string): RunFile | undefined {
  const file = fileOf(dir);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as RunFile) : undefined;
}

/** The run of this folder, if its launcher is alive. */
export function liveRun(dir: string): RunFile | undefined {
  const run = readRun(dir);
  return run && stillRuns(run.launcher) ? run : undefined;
}

/** Whole or not at all, and for its owner's eyes: it holds passwords of the demonstration and the processor's key. */
export function writeRun(run: RunFile): void {
  const file = fileOf(run.dir);
  writeFileSync(`${file}.new`, JSON.stringify(run, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

export function removeRun(dir: string): void {
  rmSync(fileOf(dir), { force: true });
}

/** Ends what a crashed run left behind. Gives how many processes that were. */
export async function clearCrashedRun(dir: string): Promise<number> {
  const run = readRun(dir);
  if (!run || stillRuns(run.launcher)) return 0;
  const ended = await endLeftovers(run.processes);
  removeRun(dir);
  return ended;
}
