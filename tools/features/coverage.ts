/** One row of docs/features.tsv: something a user was promised, named by an id that test titles start with. */
export interface Feature {
  id: string;
  service: string;
  kind: string;
  text: string;
}

/** The part of jest's JSON result that counts here. */
export interface TestRun {
  testResults: { name: string; assertionResults: { title: string; status: string }[] }[];
}

export type State = 'proven' | 'failing' | 'missing';

export interface Coverage {
  feature: Feature;
  state: State;
  /** Titles of the tests that claim it. */
  tests: string[];
}

const idPattern = /(?:(?:GAP|CMP|DIF)-)?[A-Z0-9]{2,4}-\d{1,3}/;
const claimPattern = new RegExp(`^(${idPattern.source}(?:, ${idPattern.source})*): `);

/** Reads the table; throws on a row that is not four fields or an id that comes twice. */
export function parseFeatures(tsv: string): Feature[] {
  const seen = new Set<string>();
  const [, ...lines] = tsv.trimEnd().split('\n');
  return lines.map((line) => {
    const [id, service, kind, text, ...more] = line.split('\t');
    if (!id || !service || !kind || !text || more.length > 0)
      throw new Error(`not a row of id, service, kind, text: ${line}`);
    if (seen.has(id)) throw new Error(`${id} stands twice in the table`);
    seen.add(id);
    return { id, service, kind, text };
  });
}

/** The ids that a test title starts with: `WAL-09, GAP-WAL-04: …`. */
export function claims(title: string): string[] {
  return claimPattern.exec(title)?.[1]?.split(', ') ?? [];
}

/**
 * A feature is proven when at least one test claims it and every test that claims it passed: a red test beside a green
 * one is a broken promise, not a kept one. Skipped tests claim nothing.
 */
export function coverage(features: Feature[], run: TestRun): { rows: Coverage[]; unknown: string[] } {
  const rows = new Map<string, Coverage>(
    features.map((feature) => [feature.id, { feature, state: 'missing', tests: [] }]),
  );
  const unknown = new Set<string>();
  for (const { title, status } of run.testResults.flatMap((file) => file.assertionResults)) {
    if (status !== 'passed' && status !== 'failed') continue;
    for (const id of claims(title)) {
      const row = rows.get(id);
      if (!row) unknown.add(id);
      else claim(row, title, status === 'passed');
    }
  }
  return { rows: [...rows.values()], unknown: [...unknown].sort() };
}

function claim(row: Coverage, title: string, passed: boolean): void {
  row.tests.push(title);
  if (!passed) row.state = 'failing';
  else if (row.state === 'missing') row.state = 'proven';
}
