import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, posix, resolve, sep } from 'node:path';
import { MjcfError } from '../engine/mujoco.ts';

/** Largest file (bytes) a model may refer to. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
/** Includes inside includes; deeper is a circle. */
const MAX_DEPTH = 16;

/** Where a line of the expanded XML came from. */
interface Origin {
  readonly file: string;
  readonly line: number;
}

/** A model with its includes written out and the bytes of all it refers to. */
export interface MjcfSource {
  readonly xml: string;
  /** Under the names MuJoCo asks for. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** File (relative to the model's folder) and line of a line of `xml`, both from 1. */
  locate(line: number): string;
}

/** A folder that nothing may be read outside of. */
export interface Jail {
  readonly root: string;
  /** @throws MjcfError when the path leaves the folder (also through a link), is missing or too large. */
  read(path: string, line: number): Promise<Uint8Array>;
}

export async function createJail(folder: string): Promise<Jail> {
  const root = await realpath(folder);
  return {
    root,
    async read(path, line) {
      const wanted = resolve(root, path);
      const isInside = (p: string) => p.startsWith(root + sep);
      if (!isInside(wanted))
        throw new MjcfError(`file "${path}" lies outside the model's folder`, line);
      const real = await realpath(wanted).catch(() => {
        throw new MjcfError(`file "${path}" does not exist`, line);
      });
      if (!isInside(real))
        throw new MjcfError(`file "${path}" leads outside the model's folder`, line);
      const { size } = await stat(real);
      if (size > MAX_FILE_BYTES)
        throw new MjcfError(
          `file "${path}" has ${size} bytes, allowed 0 to ${MAX_FILE_BYTES}`,
          line,
        );
      return readFile(real);
    },
  };
}

/** Comments blanked out, line ends kept: what is in them must not be found. */
function withoutComments(xml: string): string {
  return xml.replace(/<!--[\s\S]*?-->/g, (text) => text.replace(/[^\n]/g, ' '));
}

function lineAt(text: string, index: number): number {
  let line = 1;
  for (let i = 0; i < index; i++) if (text[i] === '\n') line++;
  return line;
}

/** Pieces of the expanded text with their origins, line by line. */
class Expanded {
  readonly lines: string[] = [''];
  readonly origins: Origin[] = [];

  add(text: string, file: string, firstLine: number): void {
    const parts = text.split('\n');
    parts.forEach((part, i) => {
      if (i > 0) this.lines.push('');
      this.lines[this.lines.length - 1] += part;
      this.origins[this.lines.length - 1] ??= { file, line: firstLine + i };
    });
  }

  /** Start a new line, so that a line has one origin. */
  newLine(): void {
    this.lines.push('');
  }
}

function contentOf(xml: string): { readonly text: string; readonly firstLine: number } {
  const open = /<(mujoco|mujocoinclude)\b[^>]*?(\/?)>/.exec(xml);
  if (!open || open[2] === '/') return { text: '', firstLine: 1 };
  const start = open.index + open[0].length;
  const end = xml.lastIndexOf(`</${open[1]}`);
  return { text: xml.slice(start, end < 0 ? undefined : end), firstLine: lineAt(xml, start) };
}

async function expand(
  out: Expanded,
  jail: Jail,
  file: string,
  text: string,
  firstLine: number,
  depth: number,
): Promise<void> {
  const pattern =
    /<include\s[^>]*?file\s*=\s*(?:"([^"]*)"|'([^']*)')[^>]*?(?:\/>|>\s*<\/include\s*>)/g;
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    const line = firstLine + lineAt(text, match.index) - 1;
    if (depth >= MAX_DEPTH)
      throw new MjcfError(`include is nested ${depth} deep, allowed 0 to ${MAX_DEPTH - 1}`, line);
    out.add(text.slice(from, match.index), file, firstLine + lineAt(text, from) - 1);
    const path = match[1] ?? match[2] ?? '';
    const bytes = await jail.read(path, line).catch((error: unknown) => {
      throw error instanceof MjcfError
        ? new MjcfError(`${file}:${line}: ${error.message}`, line)
        : error;
    });
    const inner = contentOf(withoutComments(new TextDecoder().decode(bytes)));
    out.newLine();
    await expand(out, jail, path, inner.text, inner.firstLine, depth + 1);
    out.newLine();
    from = match.index + match[0].length;
  }
  out.add(text.slice(from), file, firstLine + lineAt(text, from) - 1);
}

function attribute(tag: string, name: string): string | undefined {
  const match = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(tag);
  return match ? (match[1] ?? match[2]) : undefined;
}

interface Folders {
  readonly mesh: string;
  readonly texture: string;
  readonly isStripped: boolean;
}

function foldersOf(xml: string): Folders {
  let folders: Folders = { mesh: '', texture: '', isStripped: false };
  for (const [tag] of xml.matchAll(/<compiler\b[^>]*>/g)) {
    const asset = attribute(tag, 'assetdir');
    folders = {
      mesh: attribute(tag, 'meshdir') ?? asset ?? folders.mesh,
      texture: attribute(tag, 'texturedir') ?? asset ?? folders.texture,
      isStripped: attribute(tag, 'strippath') === 'true' || folders.isStripped,
    };
  }
  return folders;
}

/** Read everything the XML refers to by a `file` attribute. */
async function readAssets(xml: string, jail: Jail): Promise<Map<string, Uint8Array>> {
  const folders = foldersOf(xml);
  const files = new Map<string, Uint8Array>();
  for (const match of xml.matchAll(/<(mesh|hfield|texture|skin|flexcomp|model)\s[^>]*>/g)) {
    const folder = match[1] === 'texture' ? folders.texture : folders.mesh;
    for (const name of [
      'file',
      'fileright',
      'fileleft',
      'fileup',
      'filedown',
      'filefront',
      'fileback',
    ]) {
      const given = attribute(match[0], name);
      if (!given) continue;
      const path = folders.isStripped ? basename(given) : given;
      const asked = folder && match[1] !== 'model' ? `${folder.replace(/\/$/, '')}/${path}` : path;
      const bytes = await jail.read(asked, lineAt(xml, match.index));
      for (const key of new Set([asked, posix.normalize(asked)])) files.set(key, bytes);
    }
  }
  return files;
}

/**
 * Read a model, its includes, meshes and textures, all relative to the model's folder and confined
 * to it.
 * @throws MjcfError with file and line.
 */
export async function readMjcf(path: string): Promise<MjcfSource> {
  const full = resolve(path);
  const jail = await createJail(dirname(full)).catch(() => {
    throw new MjcfError(`mjcf: folder of "${path}" does not exist`, 0);
  });
  const name = basename(full);
  const bytes = await jail.read(name, 0);
  const out = new Expanded();
  await expand(out, jail, name, withoutComments(new TextDecoder().decode(bytes)), 1, 0);
  const xml = out.lines.join('\n');
  const locate = (line: number): string => {
    const origin = out.origins[line - 1];
    return origin ? `${origin.file}:${origin.line}` : name;
  };
  try {
    return { xml, files: await readAssets(xml, jail), locate };
  } catch (error) {
    if (error instanceof MjcfError)
      throw new MjcfError(`${locate(error.line)}: ${error.message}`, error.line);
    throw error;
  }
}
