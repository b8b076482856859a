/**
 * Episodes, checkpoints and kept models: large, written whole and read whole. Files of a folder here; rows of a database or
 * objects of a store in postgres/files.ts.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import type { Episode } from '../../agent/contract.ts';
import { type CheckpointFiles, createCheckpointFiles } from './checkpoint-files.ts';
import { parseEpisode, readEpisodeFile, writeEpisodeFile } from './episode-file.ts';
import { makeFolders } from './folders.ts';
import type { Tables } from './schema.ts';
import { type DiskCalls, type WriteOptions, writeFile } from './write-file.ts';

export interface Files extends CheckpointFiles {
  putEpisode(episode: Episode): Promise<void>;
  /** undefined: not there, or broken and set aside. */
  getEpisode(id: string): Promise<Episode | undefined>;
  /** @param within a transaction of the tables that it belongs to, where they are rows; then `tidy` is to come after it */
  deleteEpisodes(ids: readonly string[], within?: Kysely<Tables>): Promise<void>;
  deleteCheckpoints(runId: string): Promise<void>;
  putModel(id: string, bytes: Uint8Array): Promise<void>;
  /** undefined: it is not there. */
  readModel(id: string): Promise<Buffer | undefined>;
  deleteModels(ids: readonly string[]): Promise<void>;
  /** What was deleted is not left anywhere. @throws Error where it cannot be removed now; it will be later */
  tidy(): Promise<void>;
  /** @throws RangeError naming what is missing and the way out */
  expectUsable(): Promise<void>;
  /** Reads every episode once, in the background. */
  verify(): Promise<void>;
  /** Things found broken so far, by name. */
  readonly problems: readonly string[];
  close(): void;
}

/** `calls`: the disk, for tests that fill it. */
export function createFolderFiles(folder: string, calls?: DiskCalls): Files {
  const writing: WriteOptions = calls ? { calls } : {};
  const { episodes, checkpoints, models, corrupt } = makeFolders(folder);
  const problems: string[] = [];
  let closed = false;
  const episodePath = (id: string) => join(episodes, `${id}.episode`);
  const modelPath = (id: string) => join(models, `${id}.model`);
  const checkpointPath = (runId: string) => join(checkpoints, `${runId}.checkpoint`);

  /** A broken file is moved out of the way and named; the caller goes on without it. */
  function setAside(path: string, name: string, error: unknown): undefined {
    const why = error instanceof Error ? error.message : String(error);
    try {
      renameSync(path, join(corrupt, name));
      problems.push(`${name}: ${why}; moved to corrupt/`);
    } catch (failure) {
      // Gone already: somebody else came across it at the same time.
      if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      problems.push(`${name}: ${why}; it could not be moved to corrupt/: ${failure}`);
    }
    return undefined;
  }

  return {
    problems,
    ...createCheckpointFiles(checkpointPath, setAside, writing),
    async putEpisode(episode) {
      writeEpisodeFile(episodePath(episode.id), episode, writing);
    },
    async getEpisode(id) {
      const path = episodePath(id);
      if (!existsSync(path)) return undefined;
      try {
        return readEpisodeFile(path);
      } catch (error) {
        return setAside(path, `${id}.episode`, error);
      }
    },
    async deleteEpisodes(ids) {
      for (const id of ids) {
        rmSync(episodePath(id), { force: true });
        rmSync(join(corrupt, `${id}.episode`), { force: true });
      }
    },
    async deleteCheckpoints(runId) {
      for (const suffix of ['', '.previous'])
        for (const folder of [checkpoints, corrupt])
          rmSync(join(folder, `${runId}.checkpoint${suffix}`), { force: true });
    },
    tidy: async () => {},
    expectUsable: async () => {},
    putModel: async (id, bytes) => writeFile(modelPath(id), bytes, writing),
    readModel: async (id) => (existsSync(modelPath(id)) ? readFile(modelPath(id)) : undefined),
    async deleteModels(ids) {
      for (const id of ids) rmSync(modelPath(id), { force: true });
    },
    /** One at a time, the newest name first. */
    async verify() {
      const names = (await readdir(episodes)).filter((name) => name.endsWith('.episode'));
      for (const name of names.sort().reverse()) {
        if (closed) return;
        const path = join(episodes, name);
        try {
          parseEpisode(await readFile(path));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOENT') setAside(path, name, error);
        }
      }
    },
    close() {
      closed = true;
    },
  };
}
