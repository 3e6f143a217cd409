import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testingConfig } from '../config';
import { isAlive } from './child';
import { isListening } from './ports';
import { ServerFailure } from './server-failure';

const lockTimeoutMs = 120_000;
const pollMs = 50;

/** What the first test process of a run writes down for the others. */
interface SharedServer {
  url: string;
  port: number;
  /** Processes to end, with the signal that ends each in order. */
  processes: { pid: number; signal: 'INT' | 'TERM' | 'KILL' }[];
  folder: string;
}

/**
 * The keeper: a shell loop that ends the server two seconds after the last test process that used it is gone,
 * however that ended. It is no child of a test process, so it outlives them all, and then leaves nothing behind.
 */
const keeper = `
room=$1; folder=$2; shift 2
while sleep 1; do
  for file in "$room"/users/*; do kill -0 "\${file##*/}" 2>/dev/null || rm -f "$file"; done
  [ -n "$(ls "$room/users")" ] && continue
  mkdir "$room/lock" 2>/dev/null || { kill -0 "$(cat "$room/lock/pid" 2>/dev/null)" 2>/dev/null || rm -rf "$room/lock"; continue; }
  if [ -z "$(ls "$room/users")" ]; then rm -f "$room/server.json"; rmdir "$room/lock"; break; fi
  rmdir "$room/lock"
done
for entry in "$@"; do kill -"\${entry#*:}" "\${entry%:*}" 2>/dev/null; done
sleep 3
for entry in "$@"; do kill -KILL "\${entry%:*}" 2>/dev/null; done
rm -rf "$folder"
`;

/** The server that all test processes on this machine and of this checkout use; started by the first that asks. */
export async function sharedServer(kind: string, start: (folder: string) => Promise<SharedServer>): Promise<string> {
  const checkout = createHash('sha256').update(__dirname).digest('hex').slice(0, 8);
  const room = join(testingConfig.temporaryFolder(), `florin-tests-${process.getuid?.() ?? 0}-${checkout}-${kind}`);
  mkdirSync(join(room, 'users'), { recursive: true, mode: 0o700 });
  await lock(room);
  try {
    let server = known(room);
    if (!server || !(await isListening(server.port))) {
      const folder = join(room, `data-${process.pid}-${Date.now()}`);
      mkdirSync(folder, { recursive: true, mode: 0o711 });
      server = await start(folder);
      writeFileSync(join(room, 'server.json'), JSON.stringify(server));
      keep(room, server);
    }
    writeFileSync(join(room, 'users', String(process.pid)), '');
    return server.url;
  } finally {
    rmSync(join(room, 'lock'), { recursive: true, force: true });
  }
}

function known(room: string): SharedServer | undefined {
  const file = join(room, 'server.json');
  if (!existsSync(file)) return undefined;
  const server = JSON.parse(readFileSync(file, 'utf8')) as SharedServer;
  return server.processes.every(({ pid }) => isAlive(pid)) ? server : undefined;
}

function keep(room: string, server: SharedServer): void {
  const entries = server.processes.map(({ pid, signal }) => `${pid}:${signal}`);
  spawn('/bin/sh', ['-c', keeper, 'keeper', room, server.folder, ...entries], {
    detached: true,
    stdio: 'ignore',
    cwd: '/',
  }).unref();
}

/** mkdir succeeds for exactly one; a lock whose holder has died is taken over. */
async function lock(room: string): Promise<void> {
  const path = join(room, 'lock');
  for (const deadline = Date.now() + lockTimeoutMs; Date.now() < deadline;) {
    try {
      mkdirSync(path);
      writeFileSync(join(path, 'pid'), String(process.pid));
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (isAbandoned(path)) rmSync(path, { recursive: true, force: true });
    await new Promise((done) => setTimeout(done, pollMs));
  }
  throw new ServerFailure(
    `Another test process holds ${path} for two minutes.`,
    `remove that folder if no test runs: rm -r ${path}`,
  );
}

function isAbandoned(path: string): boolean {
  try {
    return !isAlive(Number(readFileSync(join(path, 'pid'), 'utf8')));
  } catch {
    // No holder written yet: wait for it, but not for one that died before it could write.
    return existsSync(path) && Date.now() - statSync(path).mtimeMs > 5_000;
  }
}
