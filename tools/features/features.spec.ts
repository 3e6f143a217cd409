import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { claims, coverage, parseFeatures, type TestRun } from './coverage';
import { report } from './report';

const root = join(__dirname, '../..');
const features = parseFeatures(readFileSync(join(root, 'docs/features.tsv'), 'utf8'));
const run = (...tests: [title: string, status: string][]): TestRun => ({
  testResults: [{ name: 'a.spec.ts', assertionResults: tests.map(([title, status]) => ({ title, status })) }],
});
const stateOf = (id: string, ...tests: [string, string][]) =>
  coverage(features, run(...tests)).rows.find(({ feature }) => feature.id === id)?.state;

describe('the feature table', () => {
  it('has every promise once, with its service and kind', () => {
    expect(features).toHaveLength(794);
    const services = new Set(features.map(({ service }) => service));
    expect([...services].sort()).toEqual([
      'analytics',
      'auth',
      'catalog',
      'loyalty',
      'notifications',
      'orders',
      'platform',
      'wallet',
    ]);
  });

  it('refuses a row that is short or comes twice', () => {
    expect(() => parseFeatures('id\tservice\tkind\ttext\nWAL-01\twallet\n')).toThrow('not a row');
    expect(() => parseFeatures('h\nWAL-01\twallet\tfeature\ta\nWAL-01\twallet\tfeature\tb\n')).toThrow('stands twice');
  });

  it('knows every id that a test claims', () => {
    const known = new Set(features.map(({ id }) => id));
    const specs = globSync('{apps,libs,tools,e2e}/**/*.spec.ts', {
      cwd: root,
      exclude: ['**/node_modules/**', 'tools/features/**'],
    });
    const strangers = specs.flatMap((spec) =>
      [...readFileSync(join(root, spec), 'utf8').matchAll(/\b(?:it|test)(?:\.\w+)*\(\s*['"`]([^'"`]+)/g)]
        .flatMap(([, title = '']) => claims(title))
        .filter((id) => !known.has(id))
        .map((id) => `${spec}: ${id}`),
    );
    expect(strangers).toEqual([]);
  });
});

describe('a claim', () => {
  it('is the ids before the first colon of a title', () => {
    expect(claims('WAL-09, GAP-WAL-04: a repeat is answered again')).toEqual(['WAL-09', 'GAP-WAL-04']);
    expect(claims('K8S-31: x')).toEqual(['K8S-31']);
    expect(claims('answers WAL-09: x')).toEqual([]);
    expect(claims('WAL-09 without a colon')).toEqual([]);
  });

  it('holds when its tests pass, falls when one fails, and counts for nothing when skipped', () => {
    expect(stateOf('WAL-09', ['WAL-09: a', 'passed'], ['WAL-09: b', 'passed'])).toBe('proven');
    expect(stateOf('WAL-09', ['WAL-09: a', 'passed'], ['WAL-09: b', 'failed'])).toBe('failing');
    expect(stateOf('WAL-09', ['WAL-09: a', 'failed'], ['WAL-09: b', 'passed'])).toBe('failing');
    expect(stateOf('WAL-09', ['WAL-09: a', 'pending'])).toBe('missing');
  });

  it('about an id nobody promised is named', () => {
    expect(coverage(features, run(['WAL-999: a', 'passed'])).unknown).toEqual(['WAL-999']);
  });
});

describe('the report', () => {
  const { rows, unknown } = coverage(features, run(['WAL-09, ORD-04: a', 'passed'], ['CAT-01: b', 'failed']));

  it('counts per service, names what fails, and lists what is missing when asked', () => {
    const lines = report(rows, unknown, false, new Date(0));
    expect(lines).toContain('wallet           1 of  55');
    expect(lines).toContain('    CAT-01  CAT-01: b');
    expect(lines.at(-1)).toBe('2 of 794 proven, 1 failing');
    expect(lines.length).toBeLessThan(50);
    expect(report(rows, unknown, true, new Date(0)).length).toBeGreaterThan(790);
  });
});
