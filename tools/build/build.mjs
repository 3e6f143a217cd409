// Compiles every TypeScript file of apps, libs, tools and e2e to dist/, one output file per source file.
// SWC emits and tsc checks (npm run typecheck): emitting takes about a second, so start-up stays warm.
import { transformFile } from '@swc/core';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const sources = ['apps', 'libs', 'tools', 'e2e'];
/** Enough to keep two cores busy; more only adds memory. */
const parallelFiles = 16;

async function* walk(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'node_modules') yield* walk(path);
    else if (entry.isFile()) yield path;
  }
}

const isCode = (path) => path.endsWith('.ts') && !path.endsWith('.d.ts') && !/\.spec\.ts$/.test(path);
const isAsset = (path) =>
  (/\.(liquid|sql|html|json|txt)$/.test(path) && /[\\/]src[\\/]/.test(path)) ||
  path.endsWith(join('contracts', 'routes.json'));
const outputOf = (path) => join(root, 'dist', relative(root, path)).replace(/\.ts$/, '.js');

async function isFresh(source, output, notBefore) {
  const [from, to] = await Promise.all([stat(source), stat(output).catch(() => null)]);
  return to !== null && to.mtimeMs >= Math.max(from.mtimeMs, notBefore);
}

async function emit(path, notBefore) {
  const output = isCode(path) ? outputOf(path) : join(root, 'dist', relative(root, path));
  if (await isFresh(path, output, notBefore)) return false;
  await mkdir(dirname(output), { recursive: true });
  if (!isCode(path)) {
    await writeFile(output, await readFile(path));
    return true;
  }
  const { code, map } = await transformFile(path, { cwd: root, configFile: join(root, '.swcrc'), filename: path });
  await writeFile(output, `${code}\n//# sourceMappingURL=${output.split('/').pop()}.map\n`);
  await writeFile(`${output}.map`, map ?? '');
  return true;
}

/** Builds what changed since the last build. Gives the number of files written; throws on a syntax error. */
export async function build() {
  const settings = await stat(join(root, '.swcrc'));
  const kept = new Set();
  const queue = [];
  for (const source of sources) {
    const folder = join(root, source);
    if (!(await stat(folder).catch(() => null))) continue;
    for await (const path of walk(folder)) if (isCode(path) || isAsset(path)) queue.push(path);
  }
  for (const path of queue) {
    const output = isCode(path) ? outputOf(path) : join(root, 'dist', relative(root, path));
    kept.add(output).add(`${output}.map`);
  }
  let written = 0;
  const next = async () => {
    for (let path = queue.pop(); path; path = queue.pop()) if (await emit(path, settings.mtimeMs)) written += 1;
  };
  await Promise.all(Array.from({ length: parallelFiles }, next));
  // Only what a build makes is swept: other tools keep their results in dist too.
  for (const source of sources) {
    const dist = join(root, 'dist', source);
    if (!(await stat(dist).catch(() => null))) continue;
    for await (const path of walk(dist)) if (!kept.has(path)) await rm(path);
  }
  return written;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const started = performance.now();
  const written = await build();
  console.log(`built ${written} files in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
