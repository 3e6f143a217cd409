import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(__dirname, '../..');

/** The rules pass silently when their machinery does not run (no project graph, no type information), so each must bite once. */
describe('ESLint', () => {
  const boundary = '@nx/enforce-module-boundaries';
  const cases: [words: string, file: string, text: string, rule: string | null][] = [
    ['kernel may not use contracts', 'libs/kernel/src/ids.ts', "import '@florin/contracts';", boundary],
    ['contracts may use kernel', 'libs/contracts/src/define.ts', "import '@florin/kernel';", null],
    ['contracts may not use database', 'libs/contracts/src/define.ts', "import '@florin/database';", boundary],
    ['database may not use messaging', 'libs/database/src/index.ts', "import '@florin/messaging';", boundary],
    ['ledger may not use http', 'libs/ledger/src/index.ts', "import '@florin/http';", boundary],
    ['a service may use a library', 'apps/orders/src/main.ts', "import '@florin/ledger';", null],
    ['a service may not use a service', 'apps/orders/src/main.ts', "import '../../wallet/src/main';", boundary],
    ['a library may not use a service', 'libs/http/src/index.ts', "import '../../../apps/wallet/src/main';", boundary],
    ['no library by its inner path', 'apps/orders/src/main.ts', "import '../../../libs/http/src/index';", boundary],
    [
      'a promise is awaited',
      'libs/kernel/src/ids.ts',
      'Promise.resolve(1);',
      '@typescript-eslint/no-floating-promises',
    ],
    ['any is refused', 'libs/kernel/src/ids.ts', 'export const x: any = 1;', '@typescript-eslint/no-explicit-any'],
    ['only errors are thrown', 'libs/kernel/src/ids.ts', "throw 'x';", '@typescript-eslint/only-throw-error'],
    [
      'a switch names every case',
      'libs/kernel/src/ids.ts',
      "export function f(x: 'a' | 'b') { switch (x) { case 'a': return 1; } }",
      '@typescript-eslint/switch-exhaustiveness-check',
    ],
    ['an empty catch is refused', 'libs/kernel/src/ids.ts', 'try { Number(1); } catch {}', 'no-empty'],
  ];
  const found = JSON.parse(
    execFileSync(process.execPath, [join(__dirname, 'lint-texts.mjs')], {
      input: JSON.stringify(cases.map(([, file, text]) => ({ file, text }))),
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    }),
  ) as string[][];

  it.each(cases.map(([words, , , rule], index) => [words, rule, found[index]] as const))('%s', (_, rule, messages) => {
    const ids = messages?.map((message) => message.split(': ')[0]);
    if (rule === null) expect(ids).toEqual([]);
    else expect(ids).toContain(rule);
  });
});

describe('dependency-cruiser', () => {
  /** One small broken app per rule, all in one tree: what the rule must name, and the files. */
  const cases: [rule: string, from: string, files: Record<string, string>][] = [
    [
      'no-cycles',
      'apps/a/src/x/one.ts',
      { 'apps/a/src/x/one.ts': "import './two';", 'apps/a/src/x/two.ts': "import './one';" },
    ],
    ['edge-skips-the-use-case', 'apps/b/src/x/x.controller.ts', file('apps/b/src/x', 'x.controller', './x.repository')],
    ['inward-only', 'apps/c/src/x/do-it.ts', file('apps/c/src/x', 'do-it', './x.controller')],
    ['foreign-repository', 'apps/d/src/x/do-it.ts', file('apps/d/src/x', 'do-it', '../y/y.repository')],
    ['no-app-to-app', 'apps/e/src/do-it.ts', file('apps/e/src', 'do-it', '../../f/src/z')],
    ['tests-stay-tests', 'apps/g/src/do-it.ts', file('apps/g/src', 'do-it', '../test/build')],
    ['nothing-unresolved', 'apps/h/src/do-it.ts', { 'apps/h/src/do-it.ts': "import './gone';" }],
    [
      'sql-only-in-repositories',
      'apps/i/src/do-it.ts',
      { 'apps/i/src/do-it.ts': "import 'pg';", 'node_modules/pg/index.js': '' },
    ],
    [
      'broker-only-in-messaging',
      'apps/j/src/do-it.ts',
      { 'apps/j/src/do-it.ts': "import 'amqplib';", 'node_modules/amqplib/index.js': '' },
    ],
  ];
  const tree = mkdtempSync(join(tmpdir(), 'florin-tidy-'));
  afterAll(() => rmSync(tree, { recursive: true }));
  for (const files of [{ 'tsconfig.json': '{}' }, ...cases.map(([, , files]) => files)]) {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      writeFileSync(join(tree, path), text);
    }
  }
  const found = cruise(tree);

  it.each(cases)('refuses: %s', (rule, from) => expect(found).toContain(`${rule} ${from}`));
});

function file(folder: string, name: string, imported: string): Record<string, string> {
  return { [`${folder}/${name}.ts`]: `import '${imported}';`, [`${join(folder, imported)}.ts`]: '' };
}

function cruise(tree: string): string[] {
  const command = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const args = [command, '--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json', 'apps'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: tree, encoding: 'utf8' });
  if (!stdout) throw new Error(stderr);
  const { summary } = JSON.parse(stdout) as { summary: { violations: { from: string; rule: { name: string } }[] } };
  return summary.violations.map((violation) => `${violation.rule.name} ${violation.from}`);
}
