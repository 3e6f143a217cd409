import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import * as contracts from '@florin/contracts';
import type { MessageContract } from '@florin/contracts';

/** Stands for the seven, where each of their processes hears something. */
export const everyService = 'every service';

/** Who says a message and who hears it, as the code has it today. */
export interface Talk {
  contract: MessageContract;
  saidBy: string[];
  heardBy: Hearing[];
}

export interface Hearing {
  service: string;
  /** File of the consumer, from the root. */
  file: string;
}

const consumesPattern = /@Consumes(?:Set)?\(\s*([A-Za-z]\w*)/g;
const listensPattern = /contract:\s*([A-Za-z]\w*),\s*as:/g;
const importPattern = /import\s+(?:type\s+)?\{([^}]*)\}\s+from\s+'@florin\/contracts'/g;

/** Reads the code of all services and gives one entry per contract, in the order of the contract list. */
export function listen(root: string): Talk[] {
  const names = new Map<string, MessageContract>();
  for (const [name, value] of Object.entries(contracts)) if (isContract(value)) names.set(name, value);
  const talks = new Map<MessageContract, Talk>(
    contracts.allContracts.map((contract) => [contract, { contract, saidBy: [], heardBy: [] }]),
  );
  for (const { service, path } of sourceFiles(root)) {
    const code = readFileSync(path, 'utf8');
    const heard = new Set<MessageContract>();
    for (const [, name = ''] of code.matchAll(consumesPattern)) {
      const contract = names.get(name);
      if (!contract) continue;
      heard.add(contract);
      talks.get(contract)?.heardBy.push({ service, file: relative(root, path).split(sep).join('/') });
    }
    for (const contract of imported(code, names)) {
      const talk = talks.get(contract);
      const maySay = contract.kind === 'event' ? contract.type.startsWith(`${service}.`) : !heard.has(contract);
      if (talk && maySay && !heard.has(contract) && !talk.saidBy.includes(service)) talk.saidBy.push(service);
    }
  }
  for (const { contract, file } of heardInMemory(root, names))
    talks.get(contract)?.heardBy.push({ service: everyService, file });
  return [...talks.values()];
}

/** What every process hears for what it keeps in memory, whatever its service. */
function* heardInMemory(
  root: string,
  names: Map<string, MessageContract>,
): Generator<{ contract: MessageContract; file: string }> {
  const folder = 'libs/service-host/src';
  for (const name of readdirSync(join(root, folder)).filter((each) => each.endsWith('.ts'))) {
    const file = `${folder}/${name}`;
    for (const [, heard = ''] of readFileSync(join(root, file), 'utf8').matchAll(listensPattern)) {
      const contract = names.get(heard);
      if (contract) yield { contract, file };
    }
  }
}

function* imported(code: string, names: Map<string, MessageContract>): Generator<MessageContract> {
  for (const [, list = ''] of code.matchAll(importPattern)) {
    for (const name of list.split(',')) {
      const contract = names.get(name.trim());
      if (contract) yield contract;
    }
  }
}

function isContract(value: unknown): value is MessageContract {
  return typeof value === 'object' && value !== null && 'kind' in value && 'example' in value && 'name' in value;
}

function* sourceFiles(root: string): Generator<{ service: string; path: string }> {
  const apps = join(root, 'apps');
  for (const service of readdirSync(apps).sort()) {
    const source = join(apps, service, 'src');
    if (service === 'auditor' || !statSync(source, { throwIfNoEntry: false })) continue;
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).sort();
    for (const file of files) {
      if (file.endsWith('.ts') && !file.endsWith('.spec.ts')) yield { service, path: join(source, file) };
    }
  }
}
