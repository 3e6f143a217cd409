import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { inPlainWords } from '../up/failure';
import { freePorts } from '../up/ports';
import { silent, spoken } from '../up/progress';
import { type Servers, startServers, stopServers } from '../up/servers';
import { dist, node24, root } from '../up/services';
import { checkResult, count, lastLine, readResults, type Results } from './results';
import { byRing, type Ring } from './rings';

const bin = (name: string): string => join(root, 'node_modules/.bin', name);
const leaving = new AbortController();
let current: ChildProcess | undefined;

interface Run {
  args: string[];
  env?: Record<string, string>;
  /** Collected instead of shown. */
  collect?: boolean;
}

function run({ args, env = {}, collect = false }: Run): Promise<{ status: number; output: string }> {
  if (leaving.signal.aborted) return Promise.resolve({ status: 130, output: '' });
  const child = spawn(node24, args, {
    cwd: root,
    stdio: ['ignore', collect ? 'pipe' : 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  current = child;
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ status: code ?? 1, output }));
    child.once('error', () => resolve({ status: 1, output }));
  });
}

/** Types and lint, told as two tests. Quick when nothing changed: both remember. */
async function check(): Promise<Results> {
  const cache = join(root, '.local/cache');
  mkdirSync(cache, { recursive: true });
  const types = [
    '--noEmit',
    '--incremental',
    '--tsBuildInfoFile',
    join(cache, 'types.tsbuildinfo'),
    '-p',
    'tsconfig.json',
  ];
  const checks: [name: string, args: string[]][] = [
    ['types', [bin('tsc'), ...types]],
    ['lint', [join(root, 'tools/tidy/lint.mjs')]],
  ];
  const testResults = [];
  for (const [name, args] of checks) {
    const { status } = await spoken(name, () => run({ args }));
    if (status !== 0) process.stderr.write(`  ✗ ${name} found something: see above\n`);
    testResults.push(checkResult(name, status === 0));
  }
  return { testResults };
}

async function filesOf(patterns: string[]): Promise<string[]> {
  const { output } = await run({ args: [bin('jest'), '--listTests', ...patterns], collect: true });
  return output.split('\n').filter((line) => line.endsWith('.spec.ts'));
}

async function runRing(
  ring: Ring,
  files: string[],
  jestFlags: string[],
  env: Record<string, string>,
): Promise<Results> {
  const outputFile = join(env['TMPDIR'] ?? tmpdir(), `${ring.name}.json`);
  process.stdout.write(`\n── ${ring.name}: ${ring.about} · ${files.length} files\n`);
  const args = ['--maxWorkers', String(ring.workers), '--json', '--outputFile', outputFile];
  await run({
    args: ['--no-warnings', bin('jest'), ...args, ...jestFlags, '--runTestsByPath', ...files],
    env: { ...env, NODE_OPTIONS: '--experimental-vm-modules' },
    collect: true,
  });
  return readResults(outputFile, ring.name);
}

function environment(servers: Servers | undefined, scratch: string): Record<string, string> {
  // A folder of its own for everything the tests leave in temporary places; it goes with the run.
  if (!servers) return { TMPDIR: scratch };
  return { TMPDIR: scratch, TEST_DATABASE_URL: servers.postgresUrl, TEST_RABBITMQ_URL: servers.rabbitmqUrl };
}

/** The servers that the tests share, started once, in a folder that is thrown away. */
async function startShared(scratch: string): Promise<Servers> {
  const ports = await freePorts();
  const logs = join(scratch, 'logs');
  mkdirSync(logs, { recursive: true });
  return spoken('PostgreSQL and RabbitMQ for the tests', () =>
    startServers({
      dir: join(scratch, 'servers'),
      logs,
      ports,
      given: {},
      durable: false,
      redis: true,
      progress: silent,
    }),
  );
}

async function runAll(scratch: string, patterns: string[], jestFlags: string[]): Promise<Results> {
  const everything = patterns.length === 0 && jestFlags.length === 0;
  const collected: Results = everything ? await check() : { testResults: [] };
  const groups = byRing(root, await filesOf(patterns));
  const needsServers = groups.some(([ring]) => ring.name !== 'unit');
  const servers = needsServers && !leaving.signal.aborted ? await startShared(scratch) : undefined;
  try {
    const env = environment(servers, scratch);
    for (const [ring, files] of groups) {
      if (leaving.signal.aborted) break;
      collected.testResults.push(...(await runRing(ring, files, jestFlags, env)).testResults);
    }
  } finally {
    if (servers) await stopServers(servers);
  }
  if (everything && !leaving.signal.aborted) writeFileSync(join(dist, 'test-results.json'), JSON.stringify(collected));
  return collected;
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const firstFlag = args.findIndex((arg) => arg.startsWith('-'));
  const patterns = firstFlag === -1 ? args : args.slice(0, firstFlag);
  const jestFlags = firstFlag === -1 ? [] : args.slice(firstFlag);
  const started = performance.now();
  const scratch = mkdtempSync(join(tmpdir(), 'florin-test-'));
  // PostgreSQL, which root starts as another user, must be able to enter.
  chmodSync(scratch, 0o755);
  let results: Results = { testResults: [] };
  try {
    results = await runAll(scratch, patterns, jestFlags);
  } catch (error) {
    process.stderr.write(`${inPlainWords(error)}\n`);
    results.testResults.push(checkResult('the test run', false));
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
  const total = count(results);
  if (leaving.signal.aborted) total.failed += 1;
  const failedFiles = results.testResults
    .filter(({ status }) => status === 'failed')
    .map(({ name }) => `  ✗ ${relative(root, name)}\n`);
  process.stdout.write(`\n${failedFiles.join('')}${Math.round((performance.now() - started) / 1000)} s\n`);
  // Alone on its line and the very last one: scripts read it.
  await new Promise((written) => process.stdout.write(`${lastLine(total)}\n`, written));
  process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    leaving.abort();
    current?.kill('SIGTERM');
  });
}
process.on('disconnect', () => {
  leaving.abort();
  current?.kill('SIGTERM');
});
process.channel?.unref();

void main();
