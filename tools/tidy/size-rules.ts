import ts from 'typescript';
import { lineOf, nodesOf, type Source } from './sources';

/** Past these a reader loses the thread; the mend is to split, by meaning, not to squeeze lines. */
export const longestFile = 300;
export const longestFunction = 70;
export const mostDependencies = 6;

export function longFiles({ path, text, tree }: Source): string[] {
  const lines = text.trimEnd().split('\n').length;
  return tree && lines > longestFile ? [`${path}: ${lines} lines`] : [];
}

/** Functions over the limit; a describe's callback is a chapter of tests and a migration is one piece of SQL. */
export function longFunctions({ path, tree }: Source): string[] {
  if (!tree || path.includes('/migrations/')) return [];
  const found: string[] = [];
  for (const node of nodesOf(tree)) {
    if (!ts.isFunctionLike(node) || isChapter(node)) continue;
    const lines = tree.getLineAndCharacterOfPosition(node.end).line + 2 - lineOf(tree, node);
    if (lines > longestFunction) found.push(`${path}:${lineOf(tree, node)}: a function of ${lines} lines`);
  }
  return found;
}

function isChapter(node: ts.Node): boolean {
  const call = node.parent;
  return ts.isCallExpression(call) && /^describe\b/.test(call.expression.getText());
}

export function crowdedConstructors({ path, tree }: Source): string[] {
  if (!tree) return [];
  return [...nodesOf(tree)]
    .filter((node) => ts.isConstructorDeclaration(node))
    .filter((node) => node.parameters.length > mostDependencies)
    .map((node) => `${path}:${lineOf(tree, node)}: a constructor with ${node.parameters.length} parameters`);
}
