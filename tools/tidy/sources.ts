import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** One file of ours: its path from the root with forward slashes, its text, and its syntax tree where it is code. */
export interface Source {
  path: string;
  text: string;
  tree?: ts.SourceFile;
}

const skippedFolders = new Set(['node_modules', 'dist', 'coverage', '.git', '.nx', '.local', '.swc']);
const textFile = /\.(ts|mts|mjs|cjs|json|md|ya?ml|sql|liquid|html|sh|tsv|txt|tpl)$|(^|\/)(Dockerfile|run)$/;
const generated = /^(package-lock\.json|docs\/asyncapi\.json|docs\/events\.md|libs\/contracts\/schemas\/)/;

/** Everything we write by hand, code parsed. */
export function readSources(root: string): Source[] {
  return [...paths(root, '')]
    .filter((path) => textFile.test(path) && !generated.test(path))
    .map((path) => asSource(path, readFileSync(join(root, path), 'utf8')));
}

/** A file as the rules see it; tests make broken ones with it. */
export function asSource(path: string, text: string): Source {
  return isCode(path)
    ? { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true) }
    : { path, text };
}

function* paths(root: string, folder: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory() && !skippedFolders.has(entry.name)) yield* paths(root, path);
    else if (entry.isFile()) yield path;
  }
}

export const isCode = (path: string): boolean => /\.(ts|mts|mjs|cjs)$/.test(path);
export const isSpec = (path: string): boolean => path.endsWith('.spec.ts');
/** Code that ships: not a test, not a tool. */
export const isShipped = (path: string): boolean => /^(apps|libs)\/[^/]+\/src\//.test(path) && !isSpec(path);
export const isTypeScript = (path: string): boolean => path.endsWith('.ts');

export function lineOf(tree: ts.SourceFile, node: ts.Node): number {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
}

/** Every node of a tree, parents first. */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  for (const child of childrenOf(node)) yield* nodesOf(child);
}

function childrenOf(node: ts.Node): ts.Node[] {
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => {
    children.push(child);
  });
  return children;
}
