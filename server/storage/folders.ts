/** The folders inside a data folder. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isFull } from './room.ts';
import { temporaryName } from './write-file.ts';

const EPISODES = 'episodes';
const CHECKPOINTS = 'checkpoints';
const MODELS = 'models';
const CORRUPT = 'corrupt';

export interface Folders {
  readonly episodes: string;
  readonly checkpoints: string;
  readonly models: string;
  /** For broken files, out of the way. */
  readonly corrupt: string;
}

/** @throws RangeError naming the one that cannot be made and the way out */
export function makeFolders(data: string): Folders {
  const make = (name: string): string => {
    const path = join(data, name);
    try {
      mkdirSync(path, { recursive: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const wayOut = isFull(path, error)
        ? 'make room on its disk'
        : 'choose another folder with --data';
      throw new RangeError(`data: ${path} cannot be made (${code}): ${wayOut}`);
    }
    return path;
  };
  return {
    episodes: make(EPISODES),
    checkpoints: make(CHECKPOINTS),
    models: make(MODELS),
    corrupt: make(CORRUPT),
  };
}

/**
 * Removes the half-written files of a process that was killed: for who holds the folder's lock, before
 * anything is written. Returns their names.
 */
export function sweep(data: string): string[] {
  const { episodes, checkpoints, models } = makeFolders(data);
  return [episodes, checkpoints, models].flatMap((folder) => {
    const left = readdirSync(folder).filter((name) => name.endsWith(temporaryName('')));
    for (const name of left) rmSync(join(folder, name), { force: true });
    return left;
  });
}
