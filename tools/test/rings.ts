import { relative, sep } from 'node:path';

/** Tests that stand on the same things run together, the quick ones first. */
export interface Ring {
  name: string;
  about: string;
  /** Two cores: two workers where tests are many and small, one where a test has a whole house of its own. */
  workers: number;
  owns: (path: string[]) => boolean;
}

/** In order; the first that owns a file runs it. */
export const rings: readonly Ring[] = [
  { name: 'e2e', about: 'journeys through the whole house', workers: 1, owns: ([top]) => top === 'e2e' },
  {
    name: 'messaging',
    about: 'delivery on a real broker',
    workers: 2,
    owns: ([top, name, kind]) => top === 'libs' && name === 'messaging' && kind === 'test',
  },
  {
    name: 'house',
    about: 'the tools, with real processes',
    workers: 1,
    owns: ([top, name, kind]) => top === 'tools' && name === 'up' && kind === 'test',
  },
  {
    name: 'service',
    about: 'services and libraries on real PostgreSQL',
    workers: 2,
    owns: (path) => path.includes('test', 2),
  },
  { name: 'unit', about: 'rules and tools', workers: 2, owns: () => true },
];
/** The order in which they run: what is quick to fail comes first. */
export const runOrder = ['unit', 'service', 'messaging', 'house', 'e2e'];

/** Which ring each file belongs to, rings in the order in which they run, empty ones left out. */
export function byRing(root: string, files: string[]): [Ring, string[]][] {
  const groups = new Map<Ring, string[]>();
  for (const file of files) {
    const path = relative(root, file).split(sep);
    const ring = rings.find((candidate) => candidate.owns(path));
    if (ring) groups.set(ring, [...(groups.get(ring) ?? []), file]);
  }
  return [...groups].sort(([a], [b]) => runOrder.indexOf(a.name) - runOrder.indexOf(b.name));
}
