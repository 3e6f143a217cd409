import { join } from 'node:path';
import { projectFaults, projectsOf, readmeFaults } from './folder-rules';
import * as habits from './habit-rules';
import * as names from './name-rules';
import { asSource, readSources, type Source } from './sources';
import * as sizes from './size-rules';

const root = join(__dirname, '../..');
const sources = readSources(root);
const surface = habits.publicSurface(sources);

type Rule = (source: Source) => string[];
/** What the tree must obey, and for each rule a file that breaks it: a rule that cannot fail protects nothing. */
const rules: [words: string, rule: Rule, broken: Source][] = [
  ['files are at most 300 lines', sizes.longFiles, asSource('libs/a/src/b.ts', 'x;\n'.repeat(301))],
  ['functions are at most 70 lines', sizes.longFunctions, asSource('a.ts', `function f() {\n${'x;\n'.repeat(70)}}`)],
  [
    'constructors take at most 6 dependencies',
    sizes.crowdedConstructors,
    asSource('a.ts', 'class A { constructor(a, b, c, d, e, f, g) {} }'),
  ],
  ['files have a plain name or one role suffix', names.oddFileNames, asSource('apps/a/src/b/cart.service.ts', '')],
  ['no name that means nothing', names.emptyFolderNames, asSource('apps/a/src/utils/cart.ts', '')],
  ['no barrels inside apps', names.barrelsInApps, asSource('apps/a/src/cart/index.ts', '')],
  ['types have no prefix', names.prefixedTypes, asSource('a.ts', 'interface ICart {}')],
  ['classes say what they do', names.vagueClasses, asSource('apps/a/src/b/cart.ts', 'class CartService {}')],
  [
    'only config.ts reads the environment',
    habits.strayEnvironment,
    asSource('apps/a/src/b/cart.ts', "const x = process.env['PORT'];"),
  ],
  ['a promise to do it later has an issue', habits.unaddressedTodos, asSource('a.ts', '// TODO: later')],
  ['no check is silenced', habits.silencedChecks, asSource('a.ts', '// @ts-ignore')],
  ["no path of somebody's machine", habits.privatePaths, asSource('docs/a.md', 'see /home/ada/florin')],
  ['our own classes are not mocked', habits.mocksOfOurs, asSource('apps/a/src/b.spec.ts', "jest.mock('./cart')")],
  [
    'rules are plain TypeScript',
    habits.impureRules,
    asSource('apps/a/src/cart/price.ts', "import { Injectable } from '@nestjs/common';"),
  ],
  [
    'public functions and use cases say what they do',
    (source) => habits.undocumented(surface, source),
    asSource('apps/a/src/cart/place-order.ts', 'export class PlaceOrder { execute() {} }'),
  ],
];

describe.each(rules)('%s', (_, rule, broken) => {
  it('holds everywhere', () => {
    const offences = sources.flatMap(rule);
    if (offences.length > 0) throw new Error(offences.join('\n'));
  });

  it('would notice a breach', () => expect(rule(broken)).toHaveLength(1));
});

describe('every app and library', () => {
  it('has a README and a place in the project graph', () => {
    const offences = projectsOf(root).flatMap((project) => projectFaults(root, project));
    if (offences.length > 0) throw new Error(offences.join('\n'));
  });

  it('would be told about a README without its headings', () => {
    expect(readmeFaults('app', 'apps/a', '# a\n\n## Owns\n')).toHaveLength(1);
    expect(readmeFaults('lib', 'libs/a', '# a\n\nNot here: b\n')).toEqual([]);
  });
});
