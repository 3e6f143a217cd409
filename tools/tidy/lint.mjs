// The whole lint: ESLint (cached), dependency-cruiser, Prettier. Prints each with its time; exit status 1 if any complains.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const checks = [
  [
    'eslint',
    ['.', '--max-warnings', '0', '--cache', '--cache-strategy', 'content', '--cache-location', '.local/eslint/'],
  ],
  ['depcruise', ['--config', '.dependency-cruiser.cjs', 'apps', 'libs', 'e2e', 'tools']],
  ['prettier', ['--check', '--log-level', 'warn', '--cache', '--cache-location', '.local/prettier', '.']],
];

/** Runs one check with its output passed through. Gives whether it was content. */
function run([name, args]) {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [`node_modules/.bin/${name}`, ...args], { cwd: root, stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', (code) => {
      console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} · ${((performance.now() - started) / 1000).toFixed(1)} s`);
      resolve(code === 0);
    });
  });
}

let content = true;
for (const check of checks) content = (await run(check)) && content;
process.exitCode = content ? 0 : 1;
