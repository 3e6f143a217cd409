import { readFileSync } from 'node:fs';
import type { RunFile } from '../up/run-file';
import { runFileVariable } from '../up/hooks';

/** The run that this program works on. */
export function currentRun(): RunFile {
  const file = process.env[runFileVariable];
  if (file === undefined) throw new Error(`${runFileVariable} must name a run.json: start this through npm`);
  return JSON.parse(readFileSync(file, 'utf8')) as RunFile;
}

export function personOf(run: RunFile, name: string) {
  const person = run.people.find((each) => each.name === name);
  if (!person) throw new Error(`nobody is called ${name}`);
  return person;
}
