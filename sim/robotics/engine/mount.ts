import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { crc32 } from 'node:zlib';
import type { ReadFiles, Refusal } from './physics.ts';

/**
 * A folder of this machine as MuJoCo's WASM module sees it: read-only, read on demand, and confined to
 * its root. MuJoCo looks files up by its own rules; what it never asks for is never read.
 */

/** Largest file (bytes) a model may refer to. The module's whole memory ends at 2 GB. */
const MAX_FILE_BYTES = 512 * 1024 * 1024;

/** POSIX error numbers as Emscripten counts them (wasi-libc). */
const EINVAL = 28;
const ENOENT = 44;

/** Emscripten's `FS`, as far as it is used here. Its own declarations are `any` throughout. */
export interface ModuleFileSystem {
  readonly ErrnoError: new (errno: number) => Error;
  mkdirTree(path: string, mode: number): void;
  mount(type: { mount(): MountNode }, options: object, mountpoint: string): unknown;
  unmount(mountpoint: string): void;
  chdir(path: string): void;
  readFile(path: string): Uint8Array;
  createNode(parent: MountNode | null, name: string, mode: number, device: number): MountNode;
}

/** A file or folder that the module has asked for. Emscripten adds further fields of its own. */
interface MountNode {
  readonly id: number;
  readonly mode: number;
  node_ops: object;
  stream_ops: object;
}

interface Stream {
  readonly node: MountNode;
  readonly position: number;
}

export interface Mounted extends ReadFiles {
  unmount(): void;
}

/** A path of this machine as the module writes it. */
export function modulePath(path: string): string {
  const forward = path.replaceAll('\\', '/');
  return forward.startsWith('/') ? forward : `/${forward.replace(':', '')}`;
}

const FOLDER_MODE = 0o40555;
const FILE_MODE = 0o100444;

/**
 * Mount `root` (a real path) under its own path. `convert` gets each file's real path and bytes and
 * returns what the module is to see.
 *
 * MuJoCo keeps compiled meshes by path and time of change across loads. The time that is given here
 * is the checksum of the content, so an edited file is compiled again and an unchanged one is not.
 */
export function mountFolder(
  fs: ModuleFileSystem,
  root: string,
  convert: (path: string, bytes: Uint8Array) => Uint8Array,
): Mounted {
  const opened: string[] = [];
  const refused: Refusal[] = [];
  const contents = new Map<string, Uint8Array>();
  const isInside = (path: string) => path === root || path.startsWith(withSeparator(root));

  function missing(): never {
    throw new fs.ErrnoError(ENOENT);
  }
  function refuse(path: string, why: Refusal['why']): never {
    refused.push({ path, why });
    return missing();
  }
  function contentOf(path: string): Uint8Array {
    const known = contents.get(path);
    if (known) return known;
    const bytes = convert(path, readFileSync(path));
    contents.set(path, bytes);
    opened.push(path);
    return bytes;
  }
  /** The real path of what lies at `path`, with links followed. */
  function realOf(path: string): string {
    try {
      return realpathSync(path);
    } catch {
      return missing();
    }
  }
  function createNode(parent: MountNode | null, name: string, path: string): MountNode {
    const real = realOf(path);
    if (!isInside(real)) return refuse(path, 'leads outside');
    const stats = statSync(real);
    if (stats.isDirectory()) return folderNode(fs.createNode(parent, name, FOLDER_MODE, 0), real);
    // A pipe or a device would block the whole thread.
    if (!stats.isFile()) return refuse(path, 'is no regular file');
    if (stats.size > MAX_FILE_BYTES) return refuse(path, 'is too large');
    return fileNode(fs.createNode(parent, name, FILE_MODE, 0), real);
  }
  function folderNode(node: MountNode, real: string): MountNode {
    node.node_ops = {
      getattr: (asked: MountNode) => attributes(asked, 0, 0),
      lookup: (parent: MountNode, name: string) =>
        name === 'package:' ? packages(parent, real) : createNode(parent, name, join(real, name)),
      readdir: () => readdirSync(real),
    };
    node.stream_ops = {};
    return node;
  }
  /** A folder that is not there: `find` gives what its entries stand for. */
  function standIn(
    parent: MountNode,
    name: string,
    find: (parent: MountNode, name: string) => MountNode,
  ): MountNode {
    const node = fs.createNode(parent, name, FOLDER_MODE, 0);
    node.node_ops = { getattr: (asked: MountNode) => attributes(asked, 0, 0), lookup: find };
    node.stream_ops = {};
    return node;
  }
  /** `package://arm/meshes/a.stl` of a URDF in `folder`: a folder `arm` around or beside it, else a.stl in `folder`. */
  function packages(parent: MountNode, folder: string): MountNode {
    const bare = (node: MountNode, name: string): MountNode =>
      existsSync(join(folder, name))
        ? createNode(node, name, join(folder, name))
        : standIn(node, name, bare);
    return standIn(parent, 'package:', (node, name) => {
      for (let at = folder; isInside(at); at = dirname(at)) {
        if (basename(at) === name) return createNode(node, name, at);
        if (existsSync(join(at, name))) return createNode(node, name, join(at, name));
        if (at === root) break;
      }
      return standIn(node, name, bare);
    });
  }
  function fileNode(node: MountNode, real: string): MountNode {
    node.node_ops = {
      getattr(asked: MountNode) {
        const bytes = contentOf(real);
        return attributes(asked, bytes.length, crc32(bytes));
      },
    };
    node.stream_ops = {
      open: () => void contentOf(real),
      read(_stream: Stream, out: Int8Array, offset: number, length: number, position: number) {
        const part = contentOf(real).subarray(position, position + length);
        out.set(part, offset);
        return part.length;
      },
      llseek(stream: Stream, offset: number, whence: number) {
        const from = [0, stream.position, contentOf(real).length][whence] ?? Number.NaN;
        if (!(from + offset >= 0)) throw new fs.ErrnoError(EINVAL);
        return from + offset;
      },
    };
    return node;
  }

  const at = modulePath(root);
  fs.mkdirTree(at, 0o777);
  fs.mount({ mount: () => createNode(null, '/', root) }, {}, at);
  return { opened, refused, unmount: () => fs.unmount(at) };
}

function withSeparator(folder: string): string {
  return folder.endsWith(sep) ? folder : folder + sep;
}

/** What `stat` tells. `seconds`: the time of all changes. */
function attributes(node: MountNode, size: number, seconds: number) {
  const time = new Date(seconds * 1000);
  return {
    dev: 1,
    ino: node.id,
    mode: node.mode,
    nlink: 1,
    uid: 0,
    gid: 0,
    rdev: 0,
    size,
    atime: time,
    mtime: time,
    ctime: time,
    blksize: 4096,
    blocks: Math.ceil(size / 4096),
  };
}
