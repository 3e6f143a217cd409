import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, closeSync, existsSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findRabbitmq } from '../../libs/testing/src/servers/rabbitmq';
import { Failure } from './failure';

/** Debian asks this before it starts a service it has just installed; 101 means: it may not. */
const debianPolicyFile = '/usr/sbin/policy-rc.d';

export function onPath(command: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  return [...folders, '/usr/bin', '/usr/local/bin', '/opt/homebrew/bin']
    .map((folder) => join(folder, command))
    .find((path) => existsSync(path));
}

function run(command: string, args: string[], logFile: string, env: Record<string, string> = {}): Promise<boolean> {
  const log = openSync(logFile, 'a');
  return new Promise<boolean>((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', log, log], env: { ...process.env, ...env } });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  }).finally(() => closeSync(log));
}

/** Installs Debian packages without letting Debian start their services: the house starts its own, private ones. */
export async function aptInstall(packages: string[], logFile: string, policyFile = debianPolicyFile): Promise<boolean> {
  if (process.getuid?.() !== 0 || onPath('apt-get') === undefined) return false;
  const ours = !existsSync(policyFile);
  if (ours) {
    writeFileSync(policyFile, '#!/bin/sh\nexit 101\n');
    chmodSync(policyFile, 0o755);
  }
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const install = (): Promise<boolean> =>
    run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], logFile, env);
  try {
    if (await install()) return true;
    // A fresh machine has no package lists yet.
    return (await run('apt-get', ['update'], logFile, env)) && (await install());
  } finally {
    if (ours) rmSync(policyFile, { force: true });
  }
}

export function dockerWorks(): boolean {
  return (
    onPath('docker') !== undefined && spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 10_000 }).status === 0
  );
}

export type BrokerSource = 'installed' | 'docker';

/**
 * Makes sure that a RabbitMQ can be started: the one that is there, or one installed by apt (as root), or a container,
 * or Homebrew's. Throws a Failure that says what a person can do when none of them works.
 */
export async function provideRabbitmq(logFile: string): Promise<BrokerSource> {
  if (findRabbitmq() !== undefined) return 'installed';
  if ((await aptInstall(['rabbitmq-server'], logFile)) && findRabbitmq() !== undefined) return 'installed';
  if (dockerWorks()) return 'docker';
  if (
    onPath('brew') !== undefined &&
    (await run('brew', ['install', 'rabbitmq'], logFile)) &&
    findRabbitmq() !== undefined
  )
    return 'installed';
  throw new Failure(
    'RabbitMQ is not on this machine, and it could not be installed from here',
    'install it (Debian, Ubuntu: sudo apt-get install rabbitmq-server; macOS: brew install rabbitmq), or start Docker, or give RABBITMQ_URL=amqp://…',
    existsSync(logFile) ? logFile : undefined,
  );
}

/** The path of redis-server, installed by apt where that is possible; undefined is fine, the services then do without. */
export async function provideRedis(logFile: string): Promise<string | undefined> {
  const found = onPath('redis-server');
  if (found !== undefined) return found;
  await aptInstall(['redis-server'], logFile);
  return onPath('redis-server');
}
