import type { Proof, Result } from './prove';

const verdicts = { holds: 'holds', broken: 'BROKEN', not_looked: 'not looked' } as const;

/** The proof as lines for people: a table, the first offenders, the verdict. */
export function reportOf(proof: Proof): string {
  const broken = proof.results.filter(({ verdict }) => verdict === 'broken');
  const unseen = proof.results.filter(({ verdict }) => verdict === 'not_looked');
  return [
    '',
    ...table(proof.results),
    '',
    ...broken.flatMap(offendersOf),
    ...unseen.flatMap(reasonsOf),
    conclusion(proof, broken, unseen),
    '',
  ].join('\n');
}

function table(results: readonly Result[]): string[] {
  const rows = [
    ['invariant', 'checked', 'ms', 'verdict'],
    ...results.map(({ name, examined, milliseconds, verdict }) => [
      name,
      examined.toLocaleString('en'),
      milliseconds.toLocaleString('en'),
      verdicts[verdict],
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map(([name = '', checked = '', took = '', verdict = '']) =>
    `  ${name.padEnd(widths[0] ?? 0)}  ${checked.padStart(widths[1] ?? 0)}  ${took.padStart(widths[2] ?? 0)}  ${verdict}`.trimEnd(),
  );
}

function offendersOf({ name, says, offenders }: Result): string[] {
  return [`  ${name}: ${says}`, ...offenders.map(({ subject, detail }) => `    ${subject}  ${detail}`), ''];
}

function reasonsOf({ name, error = '' }: Result): string[] {
  return [`  ${name} could not be looked at: ${error}`, ''];
}

function conclusion(
  { results, lookedAt, tookMs, onTheirWay }: Proof,
  broken: readonly Result[],
  unseen: readonly Result[],
): string {
  const count = results.reduce((sum, { examined }) => sum + examined, 0).toLocaleString('en');
  const took = `${(tookMs / 1_000).toFixed(1)} s`;
  const open = [plural(onTheirWay.messages, 'message'), plural(onTheirWay.work, 'thing')].filter(
    (_, index) => [onTheirWay.messages, onTheirWay.work][index] !== 0,
  );
  const way = open.length > 0 ? ` On the way, and left out: ${open.join(' and ')}.` : '';
  if (broken.length > 0)
    return `  Not proven: ${broken.length} of ${results.length} invariants are broken (${broken.map(({ name }) => name).join(', ')}).${way}`;
  if (unseen.length > 0)
    return `  Not proven: ${unseen.length} of ${results.length} invariants could not be looked at.${way}`;
  return `  Proven: nothing was lost or doubled. ${results.length} invariants over ${count} things hold as of ${lookedAt}, looked at in ${took}.${way}`;
}

const plural = (count: number, noun: string): string =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
