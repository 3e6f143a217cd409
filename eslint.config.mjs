import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

// The boundary rule passes silently when there is no project graph, so the graph is made before anything is linted;
// tools/tidy/boundaries.spec.ts lints a forbidden import and expects the error.
process.env.NX_DAEMON = 'false';
process.env.NX_NO_CLOUD = 'true';
const { createProjectGraphAsync } = await import('@nx/devkit');
await createProjectGraphAsync();

/** What each library may depend on. Apps may use every library but testing, whose use outside tests dependency-cruiser refuses. */
const libraries = {
  kernel: [],
  contracts: ['kernel'],
  database: ['kernel'],
  ledger: ['kernel', 'database'],
  messaging: ['kernel', 'contracts', 'database'],
  access: ['kernel'],
  http: ['kernel', 'database', 'access'],
  'service-host': ['kernel', 'contracts', 'database', 'ledger', 'messaging', 'http', 'access'],
  testing: ['kernel', 'contracts', 'database', 'ledger', 'messaging', 'http', 'access', 'service-host'],
};

const depConstraints = [
  { sourceTag: 'type:app', onlyDependOnLibsWithTags: ['type:lib'] },
  { sourceTag: 'type:lib', onlyDependOnLibsWithTags: ['type:lib'] },
  ...Object.entries(libraries).map(([name, uses]) => ({
    sourceTag: `scope:${name}`,
    onlyDependOnLibsWithTags: [name, ...uses].map((used) => `scope:${used}`),
  })),
];

const boundaries = (allow) => [
  'error',
  { allow, enforceBuildableLibDependency: false, banTransitiveDependencies: false, depConstraints },
];

const nodeGlobals = Object.fromEntries(
  [
    'process',
    'console',
    'URL',
    'URLSearchParams',
    'fetch',
    'performance',
    'setTimeout',
    'clearTimeout',
    'setInterval',
    'clearInterval',
    'setImmediate',
    'Buffer',
    'AbortController',
    'AbortSignal',
    'TextEncoder',
    'TextDecoder',
    'structuredClone',
    'queueMicrotask',
    'WebSocket',
    'crypto',
  ].map((name) => [name, 'readonly']),
);

export default defineConfig(
  { ignores: ['dist/', '.local/', '.nx/', 'coverage/', 'helm/', 'k8s/'] },
  { linterOptions: { noInlineConfig: true } },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-param-reassign': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'max-params': ['error', { max: 6 }],
    },
  },
  { files: ['**/*.{js,mjs,cjs}'], languageOptions: { globals: nodeGlobals } },
  {
    files: ['**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { ...nodeGlobals, require: 'readonly', module: 'writable', __dirname: 'readonly' },
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.base],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // tsc knows better than these two.
      'no-undef': 'off',
      'no-unused-vars': 'off',
      'no-redeclare': 'off',
      '@nx/enforce-module-boundaries': boundaries([]),
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-array-delete': 'error',
      '@typescript-eslint/no-base-to-string': 'error',
      '@typescript-eslint/no-duplicate-type-constituents': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-for-in-array': 'error',
      '@typescript-eslint/no-implied-eval': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/no-unsafe-argument': 'error',
      '@typescript-eslint/no-unsafe-assignment': 'error',
      '@typescript-eslint/no-unsafe-call': 'error',
      '@typescript-eslint/no-unsafe-member-access': 'error',
      '@typescript-eslint/no-unsafe-return': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      '@typescript-eslint/restrict-plus-operands': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/use-unknown-in-catch-callback-variable': 'error',
    },
  },
  {
    // Tests and benchmarks of a library may use the fixtures, although the fixtures use the library.
    files: ['libs/*/test/**/*.ts', 'libs/*/bench/**/*.ts', 'libs/*/src/**/*.spec.ts'],
    rules: { '@nx/enforce-module-boundaries': boundaries(['@florin/testing']) },
  },
  {
    // Tests of a service may start the sandboxes of the local run: they are what the service speaks with.
    files: ['apps/*/test/**/*.ts'],
    rules: { '@nx/enforce-module-boundaries': boundaries(['../../../tools/sandbox/*']) },
  },
  {
    // Matchers (expect.any) and answers of servers are any by nature; what a test does with them is checked by running it.
    files: ['**/*.spec.ts', '{apps,libs,tools}/*/test/**/*.ts', 'tools/*/*/test/**/*.ts', 'e2e/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  {
    files: ['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'],
    ignores: ['**/*.spec.ts', 'apps/auditor/**', 'libs/testing/**'],
    rules: { 'no-console': 'error' },
  },
  prettier,
);
