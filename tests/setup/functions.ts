/**
 * Length of functions, fair to factories: the lines of a function without those of the named functions
 * inside it. Callbacks count to the function that they are written in.
 */
import { parseSync } from 'vite';

export interface FunctionLength {
  readonly name: string;
  readonly lines: number;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

interface Found {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  inner: number;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

const isFunction = (node: Node) =>
  ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'].includes(node.type);

const nameOf = (node: unknown) => (isNode(node) ? String(node.name ?? node.value ?? '') : '');

/** Name that a function gets from where it stands; '' for a callback. */
function functionName(node: Node, parent: Node | undefined): string {
  if (node.id) return nameOf(node.id);
  switch (parent?.type) {
    case 'VariableDeclarator':
      return nameOf(parent.id);
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return nameOf(parent.key);
    default:
      return '';
  }
}

/** Every named function of a file with its own lines, outer ones first. */
export function functionLengths(path: string, text: string): FunctionLength[] {
  const lineStarts = [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)];
  const lineOf = (offset: number) => lineStarts.findLastIndex((start) => start <= offset);
  const found: Found[] = [];
  function visit(node: Node, parent: Node | undefined, owner: Found | undefined): void {
    let inside = owner;
    const name = isFunction(node) ? functionName(node, parent) : '';
    if (name !== '') {
      const from = lineOf(node.start);
      const to = lineOf(node.end - 1);
      // A function on one line of its owner takes no line away.
      if (owner && to > from) owner.inner += to - from + 1;
      inside = { name, from, to, inner: 0 };
      found.push(inside);
    }
    for (const value of Object.values(node))
      for (const child of Array.isArray(value) ? value : [value])
        if (isNode(child)) visit(child, node, inside);
  }
  visit(parseSync(path, text).program as unknown as Node, undefined, undefined);
  return found.map(({ name, from, to, inner }) => ({ name, lines: to - from + 1 - inner }));
}
