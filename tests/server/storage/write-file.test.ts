import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  draftBinary,
  readBinary,
  writeBinary,
  writeBinaryInPieces,
} from '../../../server/storage/binary.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import {
  adopt,
  appendLine,
  type DiskCalls,
  type WriteOptions,
  writeFile,
  writeFileInPieces,
} from '../../../server/storage/write-file.ts';
import { RUN } from '../../contracts/storage.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reins-write-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A disk with `room` bytes left that takes at most `most` at once: at its end first fewer, then none. */
function smallDisk(room: number, most = Number.POSITIVE_INFINITY) {
  const made: string[] = [];
  const calls: DiskCalls = {
    open: (path, flags) => openSync(path, flags),
    write(file, bytes) {
      const n = Math.min(bytes.length, most, room);
      if (n === 0) throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
      room -= n;
      return writeSync(file, bytes, 0, n);
    },
    size: (file) => fstatSync(file).size,
    sync(file) {
      made.push(fstatSync(file).isDirectory() ? 'sync folder' : 'sync file');
      fsyncSync(file);
    },
    truncate: ftruncateSync,
    close: closeSync,
    rename(from, to) {
      made.push('rename');
      renameSync(from, to);
    },
    remove: (path) => rmSync(path, { force: true }),
  };
  return { calls, made };
}

const columns = (value: number) => ({ a: new Float32Array(5000).fill(value) });
/** As a learner's thread and the storage share it. */
async function draftAndAdopt(path: string, meta: unknown, of: object, options?: WriteOptions) {
  const draft = `${path}.1.tmp`;
  draftBinary(draft, meta, of as ReturnType<typeof columns>, options?.calls);
  await adopt(draft, path, options);
}

const WRITERS = [
  ['writeBinary', writeBinary],
  ['writeBinaryInPieces', writeBinaryInPieces],
  ['draftBinary and adopt', draftAndAdopt],
] as const;

test.each(WRITERS)('[STORE-11] %s: short writes are continued', async (_name, write) => {
  const path = join(folder, 'x');
  const { calls, made } = smallDisk(1e9, 777);
  await write(path, { v: 1 }, columns(1), { calls });
  expect(readBinary(path)).toEqual({ meta: { v: 1 }, columns: columns(1) });
  expect(made).toEqual(['sync file', 'rename', 'sync folder']);
});

test.each(WRITERS)(
  '[STORE-11] %s: whatever room is left, the old file or the new one is there, whole, and nothing else',
  async (_name, write) => {
    const path = join(folder, 'x');
    let refused = 0;
    for (let room = 0; room < 22_000; room += 997) {
      await write(path, { v: 1 }, columns(1));
      const { calls } = smallDisk(room, 4096);
      const written = await Promise.resolve()
        .then(() => write(path, { v: 2 }, columns(2), { calls }))
        .then(() => true)
        .catch((error: Error) => {
          expect(error.message).toMatch(/ENOSPC/);
          return false;
        });
      if (!written) refused++;
      const v = written ? 2 : 1;
      expect(readBinary(path)).toEqual({ meta: { v }, columns: columns(v) });
      expect(readdirSync(folder)).toEqual(['x']);
    }
    expect(refused).toBeGreaterThan(10);
    expect(refused).toBeLessThan(23);
  },
);

test('[STORE-11] a file that is shorter than what was written is not renamed', () => {
  const path = join(folder, 'x');
  writeFile(path, 'old');
  const { calls } = smallDisk(1e9);
  const lying = { ...calls, write: (_file: number, bytes: Uint8Array) => bytes.length };
  expect(() => writeFile(path, 'new one', { calls: lying })).toThrow('0 of 7 bytes were written');
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readdirSync(folder)).toEqual(['x']);
});

test.each(['sync', 'close', 'rename'] as const)(
  '[STORE-11] where %s fails the old file stays',
  async (name) => {
    const path = join(folder, 'x');
    writeFile(path, 'old');
    const { calls } = smallDisk(1e9);
    let failed = false;
    const fails = () => {
      failed = true;
      throw new Error('EIO');
    };
    const broken: DiskCalls = { ...calls, [name]: fails };
    expect(() => writeFile(path, 'new', { calls: broken })).toThrow('EIO');
    await expect(
      writeFileInPieces(path, [Buffer.from('new')], { calls: broken }),
    ).rejects.toThrow();
    await expect(draftAndAdopt(path, {}, columns(1), { calls: broken })).rejects.toThrow();
    expect(failed).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['x']);
  },
);

test('[STORE-11] a line that does not fit is taken back', () => {
  const path = join(folder, 'rows.jsonl');
  appendLine(path, 'one');
  expect(() => appendLine(path, 'a second one', smallDisk(5).calls)).toThrow(/ENOSPC/);
  appendLine(path, 'two');
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
});

test('[STORE-11] checkpoints: with room for none, the newest and the one before stay', async () => {
  const seen = { room: 1e9 };
  const full: DiskCalls = {
    ...smallDisk(1e9).calls,
    write(file, bytes) {
      const n = Math.min(bytes.length, seen.room);
      if (n === 0) throw new Error('ENOSPC');
      seen.room -= n;
      return writeSync(file, bytes, 0, n);
    },
  };
  const storage = openStorage(folder, full);
  await storage.createRun(RUN);
  const put = (n: number) =>
    storage.putCheckpoint(RUN.id, {
      checkpoint: { meta: { n }, arrays: { w: new Float32Array(1000).fill(n) } },
      feedbackSequence: n,
      savedAt: n,
    });
  await put(1);
  await put(2);
  for (const room of [0, 10, 3000]) {
    seen.room = room;
    await expect(put(3)).rejects.toThrow('ENOSPC');
    expect(readdirSync(join(folder, 'checkpoints')).sort()).toEqual([
      'run-1.checkpoint',
      'run-1.checkpoint.previous',
    ]);
    expect((await storage.getCheckpoint(RUN.id))?.savedAt).toBe(2);
  }
  seen.room = 1e9; // somebody made room
  await put(4);
  expect((await storage.getCheckpoint(RUN.id))?.savedAt).toBe(4);
  expect(storage.problems).toEqual([]);
  await storage.close();
});

test('[STORE-11] a file system of 1 MB, at every fill level of its last 40 pages', async () => {
  const small = join(folder, 'small');
  mkdirSync(small);
  // Where this process may not mount one, a disk that behaves like it stands in.
  const isReal = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small]).status === 0;
  const data = (v: number) => ({ a: new Float32Array(30_000).fill(v) }); // 120 kB
  const path = join(small, 'x');
  const fill = (pages: number) => {
    if (!isReal) return { calls: smallDisk(pages * 4096).calls };
    const { bavail, bsize } = statfsSync(small);
    writeFileSync(join(small, 'fill'), Buffer.alloc(Math.max(0, bavail * bsize - pages * 4096)));
    return {};
  };
  try {
    for (const [, write] of WRITERS) {
      let refused = 0;
      for (let pages = 0; pages < 40; pages++) {
        rmSync(join(small, 'fill'), { force: true });
        await write(path, { v: 1 }, data(1));
        const disk = fill(pages);
        const written = await Promise.resolve()
          .then(() => write(path, { v: 2 }, data(2), disk))
          .then(
            () => true,
            () => false,
          );
        if (!written) refused++;
        expect(readBinary(path).meta).toEqual({ v: written ? 2 : 1 });
        expect(existsSync(`${path}.tmp`)).toBe(false);
      }
      expect(refused).toBeGreaterThan(20);
      expect(refused).toBeLessThan(40);
    }
  } finally {
    if (isReal) spawnSync('umount', [small]);
  }
});
