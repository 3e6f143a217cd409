import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, isListening } from '../../libs/testing/src/servers/ports';
import { Failure } from './failure';
import { services } from './services';

/** Where each port lies above the base. The edge is the base itself: the one address that people type. */
const offsets: Record<string, number> = {
  edge: 0,
  ...Object.fromEntries(services.map((service, index) => [service, index + 1])),
  desk: 8,
  processor: 9,
  payouts: 10,
  paypal: 11,
  smtp: 25,
  postgres: 32,
  rabbitmq: 72,
  redis: 79,
};
export const defaultPortBase = 4000;
const baseStep = 100;
const maxBase = 9_900;

export type Ports = Record<string, number>;

function portsAt(base: number): Ports {
  return Object.fromEntries(Object.entries(offsets).map(([name, offset]) => [name, base + offset]));
}

async function takenOf(ports: Ports): Promise<string[]> {
  const answers = await Promise.all(
    Object.entries(ports).map(async ([name, port]) => ((await isListening(port)) ? [`${port} (${name})`] : [])),
  );
  return answers.flat();
}

/** Ports that nobody uses, without a pattern: for runs beside others, as tests and benches are. */
export async function freePorts(): Promise<Ports> {
  const ports: Ports = {};
  const given = new Set<number>();
  for (const name of Object.keys(offsets)) {
    let port = await freePort();
    while (given.has(port)) port = await freePort();
    given.add(port);
    ports[name] = port;
  }
  return ports;
}

/** The ports from a base that was asked for, or from the first base above 4000 where all are free. */
export async function portsFrom(base: number | undefined): Promise<Ports> {
  if (base !== undefined) {
    const taken = await takenOf(portsAt(base));
    if (taken.length === 0) return portsAt(base);
    throw new Failure(
      `these ports are taken: ${taken.join(', ')}`,
      `stop what listens there, or choose another base: npm start -- --port-base ${base + 1_000}`,
    );
  }
  for (let candidate = defaultPortBase; candidate <= maxBase; candidate += baseStep) {
    const ports = portsAt(candidate);
    if ((await takenOf(ports)).length === 0) return ports;
  }
  throw new Failure(
    `no free range of ports between ${defaultPortBase} and ${maxBase + baseStep}`,
    'choose one: npm start -- --port-base 15000',
  );
}

/** The same ports as the last time where they are free, so that addresses and bookmarks keep working. */
export async function portsAgain(dir: string): Promise<Ports> {
  const file = join(dir, 'ports.json');
  const last = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Ports) : undefined;
  const complete = last && Object.keys(offsets).every((name) => Number.isInteger(last[name]));
  if (complete && (await takenOf(last)).length === 0) return last;
  return portsFrom(undefined);
}

export function rememberPorts(dir: string, ports: Ports): void {
  writeFileSync(join(dir, 'ports.json'), JSON.stringify(ports));
}
