// What has to be there before anything compiled can run. Plain Node without dependencies: it runs before they are installed.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
/** Node 24, brought by npm, wherever the system's own Node is older or newer. */
export const node24 = join(root, 'node_modules/.bin/node');
const oldestNode = 20;
const quotedLogLines = 12;

/** Something a person can mend: what happened, what to do, where the details are. */
export class Failure extends Error {
  constructor(cause, mend, logFile) {
    super(cause);
    this.mend = mend;
    this.logFile = logFile;
  }
}

/** Prints a failure in plain words and ends with status 1. A bug of ours keeps its stack. */
export function fail(error) {
  if (!(error instanceof Failure)) {
    console.error(error);
    process.exit(1);
  }
  console.error(`\n  It did not work: ${error.message}\n  What to do:      ${error.mend}`);
  if (error.logFile && existsSync(error.logFile)) {
    const lines = readFileSync(error.logFile, 'utf8').trimEnd().split('\n').slice(-quotedLogLines);
    console.error(`  Log:             ${error.logFile}\n${lines.map((line) => `    | ${line}`).join('\n')}`);
  }
  process.exit(1);
}

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Says what is going on while it goes on: on a terminal the line counts the seconds, in a log it is written at the end. */
export async function step(label, work, { quiet = false } = {}) {
  if (quiet) return work();
  const started = performance.now();
  const live = process.stderr.isTTY;
  const show = () => process.stderr.write(`\r  · ${label} … ${seconds(started)} `);
  const timer = live ? setInterval(show, 200) : undefined;
  if (live) show();
  else process.stderr.write(`  · ${label} …\n`);
  try {
    const note = await work();
    process.stderr.write(
      `${live ? '\r' : ''}  ✓ ${label}${typeof note === 'string' ? `: ${note}` : ''} (${seconds(started)})        \n`,
    );
    return note;
  } catch (error) {
    process.stderr.write(`${live ? '\r' : ''}  ✗ ${label} (${seconds(started)})        \n`);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

function checkNode() {
  const [major] = process.versions.node.split('.').map(Number);
  if (major < oldestNode)
    throw new Failure(
      `this is Node ${process.versions.node}, Florin needs ${oldestNode} or newer to begin`,
      'install a current Node from https://nodejs.org',
    );
  if (process.platform === 'win32')
    throw new Failure('Florin runs on Linux and macOS', 'use WSL on Windows: https://learn.microsoft.com/windows/wsl');
}

const readJson = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined);

/** npm leaves a copy of what it installed: what is there is right when that copy says the same as the lock file. */
export function isInstalled(folder = root) {
  const wanted = readJson(join(folder, 'package-lock.json'))?.packages;
  const present = readJson(join(folder, 'node_modules/.package-lock.json'))?.packages;
  if (!wanted || !present || !existsSync(join(folder, 'node_modules/.bin/node'))) return false;
  const missing = Object.entries(wanted).find(([path, entry]) => {
    // Packages for other platforms are in the lock file and not on the disk.
    if (path === '' || entry.link || (entry.optional && !present[path])) return false;
    return present[path]?.version !== entry.version || present[path]?.integrity !== entry.integrity;
  });
  const surplus = Object.keys(present).find((path) => !wanted[path]);
  return !missing && !surplus;
}

function run(command, args, logFile) {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'w');
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', log, log] });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code));
  }).finally(() => closeSync(log));
}

async function install() {
  const logFile = join(root, '.local/logs/npm-ci.log');
  const npm = spawnSync('npm', ['--version'], { encoding: 'utf8' });
  if (npm.error || npm.status !== 0)
    throw new Failure('npm was not found', 'install Node with npm from https://nodejs.org');
  let code = await run('npm', ['ci', '--no-audit', '--no-fund'], logFile);
  // npm ci also refuses where a registry does not carry optional builds for other platforms; install keeps to the lock file too.
  if (code !== 0) code = await run('npm', ['install', '--no-save', '--no-audit', '--no-fund'], logFile);
  if (code !== 0)
    throw new Failure(
      `npm could not install the packages (status ${code})`,
      'see whether the npm registry can be reached and the disk has room, then start again',
      logFile,
    );
  const check = spawnSync(node24, ['--version'], { encoding: 'utf8' });
  if (check.error || check.status !== 0)
    throw new Failure(
      'the Node that npm brought does not run',
      'allow install scripts: npm config delete ignore-scripts, then npm ci',
      logFile,
    );
}

async function compile() {
  const logFile = join(root, '.local/logs/build.log');
  const code = await run(node24, [join(root, 'tools/build/build.mjs')], logFile);
  if (code !== 0) throw new Failure('the TypeScript does not compile', 'mend the file that the log names', logFile);
}

/** Checks, installs and compiles what is missing or changed. After it, node24 and dist/ can be used. */
export async function prepare({ quiet = false } = {}) {
  checkNode();
  if (!isInstalled()) await step('install packages (npm ci)', install, { quiet });
  await step('compile', compile, { quiet });
}

/**
 * Runs a compiled entry on Node 24 with this terminal, hands every signal on, and ends as it ended.
 * The open channel tells the child when this process is gone, even if it was killed.
 */
export function handOver(entry, args, { flags = [], env = {} } = {}) {
  const child = spawn(node24, [...flags, join(root, entry), ...args], {
    cwd: process.cwd(),
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
  });
  // Ctrl-C reaches the child by itself; here it only must not end us first.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => signal !== 'SIGINT' && child.kill(signal));
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
    child.once('error', () => resolve(1));
  });
}
