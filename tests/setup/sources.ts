/** The repository's own source files and what they import. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface SourceFile {
  /** Relative to the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly imports: readonly Import[];
}

export interface Import {
  /** As written. */
  readonly specifier: string;
  /** Repository path for a relative import, else the package's name. */
  readonly target: string;
  readonly typeOnly: boolean;
}

const IMPORT =
  /(?:^|[\n;])\s*(import|export)\s+(type\s+)?(?:[\w*${},\s]+?\s+from\s*)?['"]([^'"]+)['"]/g;
const CALL = /\b(?:import|require|require\.resolve)\(\s*['"]([^'"]+)['"]\s*,?\s*\)/g;

function packageName(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!;
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

/** Import statements, re-exports, `import()` and `require()` of a file. */
export function importsOf(path: string, text: string): Import[] {
  const code = withoutComments(text);
  const found: { specifier: string; typeOnly: boolean }[] = [];
  for (const match of code.matchAll(IMPORT)) {
    found.push({ specifier: match[3]!, typeOnly: match[2] !== undefined });
  }
  for (const match of code.matchAll(CALL)) found.push({ specifier: match[1]!, typeOnly: false });
  return found.map(({ specifier, typeOnly }) => ({
    specifier,
    typeOnly,
    target: specifier.startsWith('.')
      ? posix.normalize(posix.join(posix.dirname(path), specifier))
      : packageName(specifier),
  }));
}

/** Every .ts and .tsx file under the given top folders. */
export function sourceFiles(...folders: string[]): SourceFile[] {
  const files: SourceFile[] = [];
  for (const folder of folders) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!/\.(ts|tsx|mjs)$/.test(entry)) continue;
      const path = relative(root, join(root, folder, entry))
        .split(sep)
        .join('/');
      const text = readFileSync(join(root, path), 'utf8');
      files.push({
        path,
        text,
        lines: text.split('\n').length - 1,
        imports: importsOf(path, text),
      });
    }
  }
  return files;
}

/** Top folder of a repository path, or '' for a file at the top. */
export function topFolder(path: string): string {
  return dirname(path) === '.' ? '' : path.split('/')[0]!;
}

/** Circles of imports, each as the list of its files: Tarjan's strongly connected components. */
export function importCircles(files: readonly SourceFile[]): string[][] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  function visit(path: string): void {
    index.set(path, index.size);
    low.set(path, index.get(path)!);
    stack.push(path);
    for (const { target } of byPath.get(path)!.imports) {
      if (!byPath.has(target)) continue;
      if (!index.has(target)) visit(target);
      else if (!stack.includes(target)) continue;
      low.set(path, Math.min(low.get(path)!, low.get(target)!));
    }
    if (low.get(path) !== index.get(path)) return;
    const circle = stack.splice(stack.indexOf(path));
    if (circle.length > 1) circles.push(circle.sort());
  }
  for (const path of byPath.keys()) if (!index.has(path)) visit(path);
  return circles;
}
