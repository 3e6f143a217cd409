import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { coverage, parseFeatures, type Coverage, type TestRun } from './coverage';

const resultFile = 'dist/test-results.json';

/** Prints the report of the last test run. Gives the exit status: 1 without a run, on failing features or unknown ids. */
export function printReport(root: string, args: string[]): number {
  const path = join(root, resultFile);
  if (!existsSync(path)) {
    console.error(`No test results yet (${resultFile}): run npm test first.`);
    return 1;
  }
  const features = parseFeatures(readFileSync(join(root, 'docs/features.tsv'), 'utf8'));
  const { rows, unknown } = coverage(features, JSON.parse(readFileSync(path, 'utf8')) as TestRun);
  const service = args.includes('--service') ? args[args.indexOf('--service') + 1] : undefined;
  const chosen = rows.filter(({ feature }) => service === undefined || feature.service === service);
  if (args.includes('--json')) console.log(JSON.stringify({ rows: chosen, unknown }, null, 2));
  else for (const line of report(chosen, unknown, args.includes('--missing'), statSync(path).mtime)) console.log(line);
  return unknown.length > 0 || chosen.some(({ state }) => state === 'failing') ? 1 : 0;
}

/** The report as lines: per service what is proven, then what fails, and on request what is missing. */
export function report(rows: Coverage[], unknown: string[], missing: boolean, at: Date): string[] {
  const lines = [`Features with a passing test, from the test run of ${at.toISOString()}`, ''];
  for (const service of new Set(rows.map(({ feature }) => feature.service))) {
    const own = rows.filter(({ feature }) => feature.service === service);
    const proven = own.filter(({ state }) => state === 'proven').map(({ feature }) => feature.id);
    lines.push(`${service.padEnd(14)} ${String(proven.length).padStart(3)} of ${String(own.length).padStart(3)}`);
    lines.push(...wrapped(proven, 100).map((line) => `    ${line}`));
  }
  const failing = rows.filter(({ state }) => state === 'failing');
  if (failing.length > 0) lines.push('', 'Claimed by a failing test:');
  for (const { feature, tests } of failing) lines.push(`    ${feature.id}  ${tests.join(' · ')}`);
  if (unknown.length > 0) lines.push('', `Claimed, but not in docs/features.tsv: ${unknown.join(', ')}`);
  if (missing) lines.push('', 'Without a test:', ...missingLines(rows));
  const proven = rows.filter(({ state }) => state === 'proven').length;
  return [...lines, '', `${proven} of ${rows.length} proven, ${failing.length} failing`];
}

function missingLines(rows: Coverage[]): string[] {
  return rows
    .filter(({ state }) => state === 'missing')
    .map(({ feature }) => `    ${feature.id.padEnd(12)} ${feature.service.padEnd(14)} ${feature.text}`);
}

function wrapped(words: string[], width: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 1 > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
