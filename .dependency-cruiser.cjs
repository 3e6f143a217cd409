/**
 * Direction inside services: controller and consumer → use case → domain ← repository; capabilities meet in use cases only.
 * (Which library may use which is ESLint's to say: eslint.config.mjs.)
 * @type {import('dependency-cruiser').IConfiguration}
 */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or hide a third.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'edge-skips-the-use-case',
      comment: 'A controller or consumer calls a use case; reading and writing rows is not its business.',
      severity: 'error',
      from: { path: '^apps/[^/]+/src/.+\\.(controller|consumer)\\.ts$' },
      to: { path: '\\.(repository|entity)\\.ts$' },
    },
    {
      name: 'inward-only',
      comment: 'Nothing inside knows the edges: a use case, rule or repository never imports a controller or consumer.',
      severity: 'error',
      from: { path: '^apps/[^/]+/src/', pathNot: '\\.(module|controller)\\.ts$|/main\\.ts$' },
      to: { path: '^apps/[^/]+/src/.+\\.(controller|consumer|module)\\.ts$' },
    },
    {
      name: 'foreign-repository',
      comment: "A capability calls another capability's use case, never its tables. The shape of a row may be shared.",
      severity: 'error',
      from: { path: '^apps/([^/]+)/src/([^/]+)/', pathNot: '\\.module\\.ts$' },
      to: {
        path: '^apps/$1/src/[^/]+/.+\\.(repository|entity)\\.ts$',
        pathNot: '^apps/$1/src/$2/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'no-app-to-app',
      comment: 'Services meet in messages.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'sql-only-in-repositories',
      comment:
        'Driver and ORM stay in repositories, migrations and the composition, and where LISTEN needs a connection of its own.',
      severity: 'error',
      from: {
        path: '^apps/[^/]+/src/',
        pathNot: '\\.(repository|entity|module)\\.ts$|/migrations/|-listener\\.ts$|^apps/auditor/',
      },
      to: { path: '(^|/)node_modules/(typeorm|pg|@nestjs/typeorm)/' },
    },
    {
      name: 'broker-only-in-messaging',
      comment: 'Nothing publishes but the outbox relay.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: '^libs/(messaging|testing)/|/test/' },
      to: { path: '(^|/)node_modules/amqplib/' },
    },
    {
      name: 'kernel-is-plain',
      comment: 'kernel is TypeScript, Node and ids; contracts add validation, nothing else.',
      severity: 'error',
      from: { path: '^libs/(kernel|contracts)/src/', pathNot: '\\.spec\\.ts$' },
      to: {
        path: '(^|/)node_modules/',
        pathNot: '(^|/)node_modules/(uuid|class-validator|class-transformer|reflect-metadata)/|@types/node',
      },
    },
    {
      name: 'tests-stay-tests',
      comment: 'Shipped code never imports a test, a test folder or the testing library.',
      severity: 'error',
      from: { path: '^(apps|libs)/[^/]+/src/', pathNot: '\\.spec\\.ts$|^libs/testing/' },
      to: { path: '\\.spec\\.ts$|^(apps|libs)/[^/]+/test/|^libs/testing/' },
    },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'shipped-code-needs-no-dev-packages',
      severity: 'error',
      from: { path: '^(apps|libs)/[^/]+/src/', pathNot: '\\.spec\\.ts$|^libs/testing/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '(^|/)node_modules/@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.local|\\.nx)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['require', 'import', 'node', 'types', 'default'],
    },
  },
};
