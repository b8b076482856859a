import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createPhysics } from '../engine/mujoco.ts';
import { MjcfError, type ModelFile } from '../engine/physics.ts';

/**
 * Where in which file an error is. MuJoCo counts lines in the main file only: elements of an included
 * file have none. So the includes are written out into one text, which is compiled for nothing but the
 * line of the same error. Which files belong to a model is MuJoCo's word alone (`MjcfError.files`).
 */

export interface Place {
  /** Real path. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** Includes inside includes; MuJoCo itself refuses a file that is included twice. */
const MAX_DEPTH = 16;

/** Lines with their places. */
interface Expanded {
  readonly lines: string[];
  readonly places: Place[];
}

/** Comments blanked out, line ends kept: what is in them must not be found. */
function withoutComments(xml: string): string {
  return xml.replace(/<!--[\s\S]*?-->/g, (text) => text.replace(/[^\n]/g, ' '));
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

/** What lies between the root's tags, with the line it begins on. */
function contentOf(xml: string): { readonly text: string; readonly firstLine: number } {
  const open = /<([A-Za-z_][\w.-]*)[^>]*?(\/?)>/.exec(xml);
  if (!open || open[2] === '/') return { text: '', firstLine: 1 };
  const start = open.index + open[0].length;
  const end = xml.lastIndexOf(`</${open[1]}`);
  return { text: xml.slice(start, end < 0 ? undefined : end), firstLine: lineAt(xml, start) };
}

function append(out: Expanded, text: string, file: string, firstLine: number): void {
  text.split('\n').forEach((line, i) => {
    out.lines.push(line);
    out.places.push({ file, line: firstLine + i });
  });
}

/** The file that MuJoCo read for an include: the main file's folder comes before the including file's. */
function included(href: string, from: string, model: ModelFile, opened: readonly string[]) {
  const path = href.replaceAll('\\', '/');
  const wanted = [model.path, from].map((file) => resolve(dirname(file), path));
  return wanted.find((file) => opened.includes(file));
}

async function expand(
  out: Expanded,
  model: ModelFile,
  opened: readonly string[],
  file: string,
  depth: number,
): Promise<void> {
  const whole = withoutComments(await readFile(file, 'utf8'));
  const { text, firstLine } = depth === 0 ? { text: whole, firstLine: 1 } : contentOf(whole);
  const pattern =
    /<include\s[^>]*?file\s*=\s*(?:"([^"]*)"|'([^']*)')[^>]*?(?:\/>|>\s*<\/include\s*>)/g;
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    const inner = included(match[1] ?? match[2] ?? '', file, model, opened);
    if (inner === undefined || depth === MAX_DEPTH) continue;
    append(out, text.slice(from, match.index), file, firstLine + lineAt(text, from) - 1);
    await expand(out, model, opened, inner, depth + 1);
    from = match.index + match[0].length;
  }
  append(out, text.slice(from), file, firstLine + lineAt(text, from) - 1);
}

/** The message without what differs between a file and its expansion. */
function gist(message: string): string {
  return message.split('\n')[0]!;
}

/** Line of the same error in the expanded text; 0 when it is another one there or has no line. */
async function lineInExpansion(error: MjcfError, model: ModelFile, text: string): Promise<number> {
  try {
    (await createPhysics({ ...model, text })).close();
  } catch (again) {
    if (again instanceof MjcfError && gist(again.message) === gist(error.message))
      return again.line;
  }
  return 0;
}

/** The file that an error names, by its line when that is the only one that names it. */
function lineNaming(name: string, lines: readonly string[]): number {
  const base = name.split(/[\\/]/).pop()!;
  const found = lines.flatMap((line, i) => (line.includes(base) ? [i + 1] : []));
  return found[0] ?? 0;
}

/** @returns undefined when it cannot be told. */
export async function locate(error: MjcfError, model: ModelFile): Promise<Place | undefined> {
  const { opened } = error.files;
  const last = opened.findLast((file) => !/\.(obj|stl|msh|png|skn|hf)$/i.test(file));
  if (/Include error/.test(error.message) && last) return { file: last, line: error.line };
  if (error.line > 0) return { file: model.path, line: error.line };
  if (!opened.includes(model.path)) return undefined;
  const out: Expanded = { lines: [], places: [] };
  await expand(out, model, opened, model.path, 0);
  const quoted = /[Ff]ile '([^']+)'/.exec(error.message)?.[1];
  const line = quoted
    ? lineNaming(quoted, out.lines)
    : await lineInExpansion(error, model, out.lines.join('\n'));
  return out.places[line - 1];
}
