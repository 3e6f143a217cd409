import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import type { Depths } from '../edge/desk/queues';
import { card, cardAsJson, passwords } from './card';
import { Failure, inPlainWords } from './failure';
import { type Flags, readFlags, usage } from './flags';
import { hasProgram, runProgram } from './hooks';
import { House } from './house';
import { silent, spoken } from './progress';
import { liveRun, type RunFile } from './run-file';
import { root, type ServiceName, services } from './services';

const dir = process.env['FLORIN_DIR'] ?? join(root, '.local');
const otherStartPatienceMs = 300_000;
const pollMs = 250;
const settlePatienceMs = 120_000;

/** Aborted by Ctrl-C, a signal, or the end of the process that started us. */
const leaving = new AbortController();

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function show(run: RunFile, flags: Flags): void {
  if (flags.json) return print(cardAsJson(run));
  print(card(run));
  if (flags.status) print(passwords(run));
}

/** A start that finds another under way waits for it: both then show the same card. */
async function othersRun(): Promise<RunFile | undefined> {
  const deadline = Date.now() + otherStartPatienceMs;
  for (let run = liveRun(dir); run; run = liveRun(dir)) {
    if (run.state === 'up') return run;
    if (Date.now() > deadline || leaving.signal.aborted)
      throw new Failure(
        `another start (process ${run.launcher.pid}) does not finish`,
        `stop it: kill ${run.launcher.pid}`,
      );
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  return undefined;
}

/** A part of the services, for work on what stands around them: FLORIN_SERVICES=orders,wallet or none. */
function wanted(): ServiceName[] | undefined {
  const names = process.env['FLORIN_SERVICES']?.split(',');
  return names && services.filter((service) => names.includes(service));
}

function given(): { postgresUrl?: string; rabbitmqUrl?: string; redisUrl?: string } {
  const { DATABASE_URL: postgresUrl, RABBITMQ_URL: rabbitmqUrl, REDIS_URL: redisUrl } = process.env;
  return { postgresUrl, rabbitmqUrl, redisUrl };
}

/** Resolves when no outbox and no queue holds anything, or when that takes too long to wait for. */
async function quiet(url: string): Promise<void> {
  const deadline = Date.now() + settlePatienceMs;
  while (Date.now() < deadline && !leaving.signal.aborted) {
    const answer = await request(`${url}/dev/queues?format=json`);
    const { queues, outboxes } = (await answer.body.json()) as Depths;
    const alive = queues.filter(({ queue }) => !queue.endsWith('.dead'));
    const waiting = [...alive.map(({ messages }) => messages), ...outboxes.map((outbox) => outbox.waiting)];
    if (waiting.every((number) => number === 0)) return;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

async function seed(flags: Flags, url: string): Promise<void> {
  const stamp = join(dir, 'demo.json');
  if (!flags.demo || existsSync(stamp) || !hasProgram('tools/demo/main.js')) return;
  const progress = flags.json ? silent : spoken;
  await progress('demonstration data', async () => {
    const status = await runProgram('tools/demo/main.js', { dir, output: 'stderr', signal: leaving.signal });
    if (status !== 0)
      throw new Failure(
        'the demonstration data could not be loaded',
        'read what it said above; npm start -- --no-demo starts without, --reset begins anew',
      );
  });
  // Ninety days of history say a good deal: the main job begins when everybody has heard it.
  await progress('the services hear of it', () => quiet(url));
  writeFileSync(stamp, JSON.stringify({ seededAt: new Date().toISOString() }));
}

/** The main job, in front of whoever started us. Gives its exit status. */
async function tell(flags: Flags): Promise<number> {
  if (!flags.demo || !hasProgram('tools/story/main.js')) return 0;
  return runProgram('tools/story/main.js', { dir, output: flags.json ? 'stderr' : 'stdout', signal: leaving.signal });
}

async function start(flags: Flags): Promise<number> {
  const progress = flags.json ? silent : spoken;
  let standing = false;
  const note = (text: string): void =>
    void (standing && process.stderr.write(`  ${new Date().toISOString().slice(11, 19)} ${text}\n`));
  const house = await House.open({
    dir,
    ports: flags.portBase ?? 'same',
    reset: flags.reset,
    services: wanted(),
    given: given(),
    progress,
    note,
    signal: leaving.signal,
  });
  try {
    await house.up();
    await seed(flags, house.url);
    const status = await tell(flags);
    standing = true;
    if (leaving.signal.aborted) return 130;
    show(house.describe(), flags);
    if (status !== 0) process.stderr.write('  The main job did not end well: see above.\n');
    if (flags.once) return status;
    if (!flags.json) print('  Ctrl-C stops everything.');
    await left();
    return 0;
  } catch (error) {
    // Whatever failed because it was told to stop did not fail.
    if (leaving.signal.aborted) return 130;
    throw error;
  } finally {
    if (!flags.json) process.stderr.write('\n  Stopping …\n');
    await house.down();
  }
}

function left(): Promise<void> {
  if (leaving.signal.aborted) return Promise.resolve();
  return new Promise((resolve) => leaving.signal.addEventListener('abort', () => resolve(), { once: true }));
}

async function main(): Promise<number> {
  const flags = readFlags(process.argv.slice(2));
  if (flags.help) {
    print(usage);
    return 0;
  }
  if (flags.status) {
    const run = liveRun(dir);
    if (!run) throw new Failure('Florin does not run here', 'npm start');
    show(run, flags);
    return 0;
  }
  const running = await othersRun();
  if (!running) return start(flags);
  if (flags.reset)
    throw new Failure(
      `Florin runs (process ${running.launcher.pid}), its data cannot be reset under it`,
      `stop it first: kill ${running.launcher.pid}`,
    );
  const status = flags.once ? await tell(flags) : 0;
  show(running, flags);
  return status;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => leaving.abort());
process.on('disconnect', () => leaving.abort());
process.channel?.unref();
// Whoever reads our output may leave first; that is no reason to leave children behind.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => leaving.abort());

main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    process.stderr.write(`${inPlainWords(error)}\n`);
    process.exit(1);
  },
);
