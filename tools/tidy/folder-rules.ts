import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const headings = ['Owns', 'Answers', 'Says', 'Hears', 'Invariants and jobs'];
const readmeLimit = 120;

export interface Project {
  kind: 'app' | 'lib';
  name: string;
  path: string;
}

/** Every app and library, front ends included. */
export function projectsOf(root: string): Project[] {
  return (['app', 'lib'] as const).flatMap((kind) =>
    readdirSync(join(root, `${kind}s`), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => ({ kind, name, path: `${kind}s/${name}` })),
  );
}

/** What a project folder lacks: its README, its place in the project graph. */
export function projectFaults(root: string, { kind, name, path }: Project): string[] {
  const faults: string[] = [];
  const readme = join(root, path, 'README.md');
  if (!existsSync(readme)) faults.push(`${path}: no README.md`);
  else faults.push(...readmeFaults(kind, path, readFileSync(readme, 'utf8'), isService(root, path)));
  const project = join(root, path, 'project.json');
  if (!existsSync(project)) return [...faults, `${path}: no project.json, so no boundary holds for it`];
  const { name: given, tags } = JSON.parse(readFileSync(project, 'utf8')) as { name: string; tags?: string[] };
  if (given !== name) faults.push(`${path}/project.json: the name is ${given}`);
  for (const tag of [`type:${kind}`, `scope:${name}`])
    if (!tags?.includes(tag)) faults.push(`${path}/project.json: no tag ${tag}`);
  return faults;
}

/** The prover and front ends answer no messages, so the five headings are for services only. */
const isService = (root: string, path: string): boolean =>
  path.startsWith('apps/') && path !== 'apps/auditor' && existsSync(join(root, path, 'src/app.module.ts'));

/** A service's README has five headings in one order; a library's says what it is and what does not belong in it. */
export function readmeFaults(kind: Project['kind'], path: string, text: string, service = kind === 'app'): string[] {
  if (text.split('\n').length > readmeLimit) return [`${path}/README.md: more than a page`];
  if (service) {
    const found = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    return found.join(' · ') === headings.join(' · ')
      ? []
      : [`${path}/README.md: headings are ${headings.join(' · ')}`];
  }
  if (kind === 'app') return [];
  return /^(Not here|What does not belong): .+/m.test(text)
    ? []
    : [`${path}/README.md: no line "Not here: …" that says what does not belong`];
}
