/**
 * The one way to disk for what replaces a file: episodes, checkpoints, policies, exports, reports. The
 * bytes go to a temporary name and take the place of the old file only once they are all on disk, so that
 * a full disk or a power cut leaves the old file or the new one, each whole.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';

/** What the writer asks of the system; a test hands in one that fails. */
export interface DiskCalls {
  open(path: string, flags: 'w' | 'a' | 'r'): number;
  /** Bytes written: a nearly full disk takes fewer than it is given, without an error. */
  write(file: number, bytes: Uint8Array): number;
  size(file: number): number;
  sync(file: number): void;
  truncate(file: number, size: number): void;
  close(file: number): void;
  rename(from: string, to: string): void;
  remove(path: string): void;
}

const disk: DiskCalls = {
  open: (path, flags) => openSync(path, flags),
  write: (file, bytes) => writeSync(file, bytes),
  size: (file) => fstatSync(file).size,
  sync: fsyncSync,
  truncate: ftruncateSync,
  close: closeSync,
  rename: renameSync,
  remove: (path) => rmSync(path, { force: true }),
};

export interface WriteOptions {
  /** Name that an existing file is kept under. */
  readonly previous?: string;
  readonly calls?: DiskCalls;
}

export const temporaryName = (path: string): string => `${path}.tmp`;

/** A file that is being written, piece by piece; it has its name only once `finish` returns. */
export class NewFile {
  readonly #path: string;
  readonly #options: WriteOptions;
  readonly #calls: DiskCalls;
  readonly #temporary: string;
  readonly descriptor: number;
  #size = 0;
  #isOpen = true;

  constructor(path: string, options: WriteOptions = {}, temporary = temporaryName(path)) {
    this.#path = path;
    this.#temporary = temporary;
    this.#options = options;
    this.#calls = options.calls ?? disk;
    mkdirSync(dirname(path), { recursive: true });
    this.descriptor = this.#calls.open(temporary, 'w');
  }

  write(bytes: Uint8Array): void {
    writeAll(this.descriptor, bytes, this.#calls);
    this.#size += bytes.length;
  }

  finish(): void {
    this.#expectWhole();
    this.#calls.sync(this.descriptor);
    this.#close();
    replace(this.#temporary, this.#path, this.#options.previous, this.#calls);
  }

  /** It is whole, but keeps its temporary name and may not be on disk yet. */
  leave(): void {
    this.#expectWhole();
    this.#close();
  }

  #expectWhole(): void {
    const size = this.#calls.size(this.descriptor);
    if (size !== this.#size) throw new Error(`${size} of ${this.#size} bytes were written`);
  }

  #close(): void {
    this.#isOpen = false;
    this.#calls.close(this.descriptor); // may be the first to say that the disk is full
  }

  /** The old file stays. What fails on the way out would hide why. */
  abandon(): void {
    attempt(() => this.#isOpen && this.#calls.close(this.descriptor));
    attempt(() => this.#calls.remove(this.#temporary));
  }
}

function replace(
  temporary: string,
  path: string,
  previous: string | undefined,
  calls: DiskCalls,
): void {
  if (previous !== undefined && existsSync(path)) calls.rename(path, previous);
  calls.rename(temporary, path);
  syncFolder(dirname(path), calls);
}

function attempt(work: () => unknown): void {
  try {
    work();
  } catch {}
}

function writeAll(file: number, bytes: Uint8Array, calls: DiskCalls): void {
  for (let at = 0; at < bytes.length; ) {
    const written = calls.write(file, at === 0 ? bytes : bytes.subarray(at));
    if (written <= 0) throw new Error(`the disk took ${at} of ${bytes.length} bytes`);
    at += written;
  }
}

/** The new name survives a power cut only once its folder is on disk; Windows cannot open folders. */
function syncFolder(folder: string, calls: DiskCalls): void {
  if (process.platform === 'win32') return;
  const file = calls.open(folder, 'r');
  try {
    calls.sync(file);
  } finally {
    calls.close(file);
  }
}

/** Replaces a file, or makes it with its folder. @throws Error of the system; the old file is whole then. */
export function writeFile(
  path: string,
  content: string | Uint8Array,
  options: WriteOptions = {},
): void {
  const file = new NewFile(path, options);
  try {
    file.write(typeof content === 'string' ? Buffer.from(content) : content);
    file.finish();
  } catch (error) {
    file.abandon();
    throw error;
  }
}

const syncBesideOthers = promisify(fsync);

/** Like `writeFile`, for what is too large to stop the thread for: other work comes in between pieces. */
export async function writeFileInPieces(
  path: string,
  pieces: Iterable<Uint8Array>,
  options: WriteOptions = {},
): Promise<void> {
  const file = new NewFile(path, options);
  try {
    for (const piece of pieces) {
      file.write(piece);
      await setImmediate();
    }
    await syncBesideOthers(file.descriptor);
    file.finish();
  } catch (error) {
    file.abandon();
    throw error;
  }
}

/** Writes a file for `adopt`, whole or not at all, before it returns. @throws Error of the system */
export function writeDraft(draft: string, pieces: Iterable<Uint8Array>, calls?: DiskCalls): void {
  const file = new NewFile(draft, calls ? { calls } : {}, draft);
  try {
    for (const piece of pieces) file.write(piece);
    file.leave();
  } catch (error) {
    file.abandon();
    throw error;
  }
}

/** A draft takes the place of a file once it is on disk. @throws Error of the system; the old file is whole then. */
export async function adopt(
  draft: string,
  path: string,
  { previous, calls = disk }: WriteOptions = {},
): Promise<void> {
  try {
    const file = calls.open(draft, 'a'); // Windows syncs only what may be written to
    try {
      await syncBesideOthers(file);
      calls.sync(file);
    } finally {
      calls.close(file);
    }
    replace(draft, path, previous, calls);
  } catch (error) {
    attempt(() => calls.remove(draft));
    throw error;
  }
}

/**
 * Adds one line to a file, on disk when this returns. A line that did not fit is taken back, so that the
 * next one does not continue it.
 */
export function appendLine(path: string, line: string, calls: DiskCalls = disk): void {
  const file = calls.open(path, 'a');
  const size = calls.size(file);
  try {
    writeAll(file, Buffer.from(`${line}\n`), calls);
    calls.sync(file);
  } catch (error) {
    attempt(() => calls.truncate(file, size));
    throw error;
  } finally {
    calls.close(file);
  }
}
