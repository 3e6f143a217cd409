import ts from 'typescript';
import { isShipped, isSpec, isTypeScript, lineOf, nodesOf, type Source } from './sources';

/** Only config.ts reads the environment, so that every setting is validated and named in one place per service. */
export function strayEnvironment({ path, tree }: Source): string[] {
  const allowed = path.endsWith('/config.ts') || isSpec(path) || !/^(apps|libs)\//.test(path);
  if (!tree || allowed || path.startsWith('libs/testing/') || /^(apps|libs)\/[^/]+\/test\//.test(path)) return [];
  return [...nodesOf(tree)]
    .filter((node) => ts.isPropertyAccessExpression(node) && node.getText(tree) === 'process.env')
    .map((node) => `${path}:${lineOf(tree, node)}: read it in config.ts`);
}

/** `TODO(#12)` is a promise with an address; a bare one is forgotten. */
export function unaddressedTodos({ path, text, tree }: Source): string[] {
  if (!tree || path.startsWith('tools/tidy/')) return [];
  return linesMatching(path, text, /\b(TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))/);
}

/** A rule is changed for everybody or obeyed. */
export function silencedChecks({ path, text, tree }: Source): string[] {
  if (!tree || path.startsWith('tools/tidy/')) return [];
  return linesMatching(path, text, /eslint-disable|@ts-ignore|@ts-nocheck|istanbul ignore|prettier-ignore/);
}

/** Paths of somebody's own machine help nobody else. */
export function privatePaths({ path, text }: Source): string[] {
  if (path.startsWith('tools/tidy/')) return [];
  return linesMatching(path, text, /(^|[\s"'`(=])\/(home|Users|root|work|workspace|workspaces)\/[\w.-]+/);
}

export function mocksOfOurs({ path, text }: Source): string[] {
  if (!isSpec(path) || path.startsWith('tools/tidy/')) return [];
  return linesMatching(path, text, /jest\.mock\(|overrideProvider\(/);
}

/** What a domain file may not import: it is plain TypeScript, tested on nothing. */
const notInRules =
  /^(@nestjs\/|typeorm$|pg$|amqplib$|ioredis$|fastify$|@florin\/(database|messaging|http|service-host|testing)$)/;

/**
 * A file of a capability without a role suffix is a use case (it has an injectable class or takes a Tx) or domain.
 * Domain files import no framework, driver or database.
 */
export function impureRules({ path, tree }: Source): string[] {
  if (!tree || !/^apps\/[^/]+\/src\/[^/]+\/[^/.]+\.ts$/.test(path) || path.includes('/migrations/')) return [];
  if ([...nodesOf(tree)].some((node) => ts.isDecorator(node)) || takesTx(tree) || isEdgeDecorator(tree)) return [];
  return [...nodesOf(tree)]
    .filter((node) => ts.isImportDeclaration(node))
    .filter((node) => !node.importClause?.isTypeOnly)
    .filter((node) => ts.isStringLiteral(node.moduleSpecifier) && notInRules.test(node.moduleSpecifier.text))
    .map((node) => `${path}:${lineOf(tree, node)}: a rule imports ${node.moduleSpecifier.getText(tree)}`);
}

/** A parameter decorator belongs to the controllers that use it. */
const isEdgeDecorator = (tree: ts.SourceFile): boolean =>
  /\b(createParamDecorator|fromHeader|SetMetadata|applyDecorators)\b/.test(tree.text);

function takesTx(tree: ts.SourceFile): boolean {
  return [...nodesOf(tree)].some((node) => ts.isParameter(node) && node.type?.getText(tree) === 'Tx');
}

/** What libraries offer: `<file>#<name>` for names that an index exports, `<file>#*` where it exports all of a file. */
export function publicSurface(sources: Source[]): Set<string> {
  const surface = new Set<string>();
  for (const { path, tree } of sources) {
    if (!tree || !/^libs\/[^/]+\/src\/index\.ts$/.test(path)) continue;
    for (const node of tree.statements) {
      if (!ts.isExportDeclaration(node) || !node.moduleSpecifier || !ts.isStringLiteral(node.moduleSpecifier)) continue;
      const file = path.replace('index.ts', `${node.moduleSpecifier.text.slice(2)}.ts`);
      if (!node.exportClause) surface.add(`${file}#*`);
      else if (ts.isNamedExports(node.exportClause)) {
        for (const { name, propertyName } of node.exportClause.elements)
          surface.add(`${file}#${(propertyName ?? name).text}`);
      }
    }
  }
  return surface;
}

/** Every function that a library offers, and every use case, says what it takes, gives and refuses. */
export function undocumented(surface: Set<string>, { path, tree }: Source): string[] {
  if (!tree || !isShipped(path) || !isTypeScript(path)) return [];
  const silent: string[] = [];
  for (const statement of tree.statements) {
    if (
      path.startsWith('libs/') &&
      ts.isFunctionDeclaration(statement) &&
      isExported(statement) &&
      !hasDoc(statement)
    ) {
      silent.push(`${path}:${lineOf(tree, statement)}: ${statement.name?.text} has no doc comment`);
    }
    if (path.startsWith('apps/') && ts.isClassDeclaration(statement))
      silent.push(...silentUseCase(path, tree, statement));
  }
  return silent;
}

function silentUseCase(path: string, tree: ts.SourceFile, type: ts.ClassDeclaration): string[] {
  const execute = type.members.find(
    (member) => ts.isMethodDeclaration(member) && member.name.getText(tree) === 'execute',
  );
  if (!execute || hasDoc(execute) || hasDoc(type)) return [];
  return [`${path}:${lineOf(tree, type)}: ${type.name?.text} does not say what it does`];
}

const isExported = (node: ts.HasModifiers): boolean =>
  node.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword) ?? false;
const hasDoc = (node: ts.Node): boolean => ts.getJSDocCommentsAndTags(node).length > 0;

function linesMatching(path: string, text: string, pattern: RegExp): string[] {
  return text
    .split('\n')
    .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : []));
}
