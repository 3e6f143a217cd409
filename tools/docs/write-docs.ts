import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allContracts, breakingChanges, schemaOf, type ContractSchema } from '@florin/contracts';
import { asyncApi } from './asyncapi';
import { listen } from './conversation';
import { eventsPage } from './events-page';

const schemaFolder = 'libs/contracts/schemas';

/** Everything generated, as path from the root → text. */
export function generatedDocs(root: string): Map<string, string> {
  const talks = listen(root);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return new Map([
    ['docs/events.md', eventsPage(talks)],
    ['docs/asyncapi.json', `${JSON.stringify(asyncApi(talks, version), null, 2)}\n`],
    ...allContracts.map((contract): [string, string] => [
      `${schemaFolder}/${contract.name}.json`,
      `${JSON.stringify(schemaOf(contract), null, 2)}\n`,
    ]),
  ]);
}

/**
 * Writes what has changed. Gives the exit status: 1, with the reasons printed and nothing written, when a contract
 * changed in a way that would break who says or hears it.
 */
export function writeDocs(root: string): number {
  const broken = allContracts.flatMap((contract) => {
    const path = join(root, schemaFolder, `${contract.name}.json`);
    if (!existsSync(path)) return [];
    const before = JSON.parse(readFileSync(path, 'utf8')) as ContractSchema;
    return breakingChanges(before, schemaOf(contract)).map((change) => `${contract.name}: ${change}`);
  });
  if (broken.length > 0) {
    console.error(
      `Nothing written. A contract changes only by addition; add a new version beside it:\n  ${broken.join('\n  ')}`,
    );
    return 1;
  }
  let written = 0;
  for (const [path, text] of generatedDocs(root)) written += writeIfChanged(join(root, path), text);
  warnOfOrphans(root);
  console.log(`${written} generated files written`);
  return 0;
}

function writeIfChanged(path: string, text: string): number {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return 0;
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return 1;
}

function warnOfOrphans(root: string): void {
  const known = new Set(allContracts.map((contract) => `${contract.name}.json`));
  const orphans = readdirSync(join(root, schemaFolder)).filter((file) => !known.has(file));
  if (orphans.length > 0) console.warn(`snapshots without a contract: ${orphans.join(', ')}`);
}
