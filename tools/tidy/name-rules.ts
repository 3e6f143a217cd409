import ts from 'typescript';
import { isCode, isShipped, isTypeScript, lineOf, nodesOf, type Source } from './sources';

const roleSuffixes = new Set(['controller', 'consumer', 'dto', 'repository', 'entity', 'module', 'spec']);
/** Names that say nothing, so that everything ends up in them. */
const emptyNames = /^(common|shared|core|utils?|helpers?|misc|stuff)$/;
const contractFile = /^libs\/contracts\/src\/.+\.v\d+\.ts$/;

/** `place-order.ts`, `cart.repository.ts`, `order-placed.v1.ts` (contracts only), and nothing else. */
export function oddFileNames({ path }: Source): string[] {
  if (!isTypeScript(path) || path.endsWith('.d.ts')) return [];
  const name = path.split('/').pop() ?? '';
  const [stem = '', ...suffixes] = name.replace(/\.ts$/, '').split('.');
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(stem) && !/^\d{13}-/.test(stem)) return [`${path}: file names are kebab-case`];
  if (contractFile.test(path) || !path.includes('/src/')) return [];
  const wrong = suffixes.filter((suffix) => !roleSuffixes.has(suffix));
  return wrong.length > 0 ? [`${path}: .${wrong.join('.')} is not one of ${[...roleSuffixes].join(', ')}`] : [];
}

export function emptyFolderNames({ path }: Source): string[] {
  if (!isCode(path)) return [];
  const segments = path.split('/').map((segment) => segment.split('.')[0] ?? '');
  return segments.some((segment) => emptyNames.test(segment)) ? [`${path}: name it after what it does`] : [];
}

/** A barrel inside an app hides which file a capability really uses. */
export function barrelsInApps({ path }: Source): string[] {
  return /^apps\/.+\/index\.ts$/.test(path) && !path.endsWith('/migrations/index.ts')
    ? [`${path}: import the file itself`]
    : [];
}

export function prefixedTypes({ path, tree }: Source): string[] {
  if (!tree) return [];
  return [...nodesOf(tree)]
    .filter((node) => ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node))
    .filter((node) => /^[IT][A-Z][a-z]/.test(node.name.text))
    .map((node) => `${path}:${lineOf(tree, node)}: ${node.name.text} needs no prefix`);
}

/** Nest's habit of calling everything a service says nothing about what the class does. */
export function vagueClasses({ path, tree }: Source): string[] {
  if (!tree || !isShipped(path)) return [];
  return [...nodesOf(tree)]
    .filter((node) => ts.isClassDeclaration(node))
    .map((node) => ({ node, name: node.name?.text ?? '' }))
    .filter(({ name }) => /(Service|Helper|Util|Utils|Manager)$/.test(name))
    .map(({ node, name }) => `${path}:${lineOf(tree, node)}: ${name} could be anything; say what it does`);
}
