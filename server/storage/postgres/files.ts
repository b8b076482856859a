/** Episodes, checkpoints and kept models beside the tables of a database. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { packBinary, parseBinary } from '../binary.ts';
import { packCheckpoint, unpackCheckpoint } from '../checkpoint-files.ts';
import { packEpisode, parseEpisode } from '../episode-file.ts';
import type { Files } from '../files.ts';
import { makeFolders } from '../folders.ts';
import { temporaryName } from '../write-file.ts';
import { type Blobs, type Db, LostError } from './blobs.ts';

/** ms between two looks at what is left behind. */
const TIDY_EVERY = 10 * 60_000;

/** @param folder where threads leave drafts of checkpoints */
export function createBlobFiles(blobs: Blobs, folder: string): Files {
  const problems: string[] = [];
  const { checkpoints } = makeFolders(folder);
  let drafts = 0;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let last: Promise<void> = Promise.resolve();

  /** One after the other: which connection of the pool is first to have the lock is nobody's order. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  }

  /** What is broken is kept under another name; the caller goes on without it. */
  async function setAside(name: string, error: unknown): Promise<undefined> {
    const why = error instanceof Error ? error.message : String(error);
    await blobs.rename(name, corrupt(name));
    problems.push(`${name}: ${why}; moved to corrupt/`);
    return undefined;
  }

  async function read<T>(name: string, parse: (bytes: Buffer) => T): Promise<T | undefined> {
    const bytes = await blobs.get(name).catch((error) => lost(name, error));
    if (!bytes) return undefined;
    try {
      return parse(bytes);
    } catch (error) {
      return setAside(name, error);
    }
  }

  function lost(name: string, error: unknown): undefined {
    if (!(error instanceof LostError)) throw error;
    const problem = `${name}: ${error.message}`;
    if (!problems.includes(problem)) problems.push(problem);
    return undefined;
  }

  const readCheckpoint = (name: string) =>
    read(name, (bytes) => unpackCheckpoint(parseBinary(bytes)));

  const putCheckpoint = (runId: string, content: Buffer | { readonly file: string }) => {
    const name = checkpointName(runId);
    return inTurn(() => blobs.put(name, content, previous(name)));
  };

  return {
    problems,
    putEpisode(episode) {
      const { meta, columns } = packEpisode(episode);
      return blobs.put(episodeName(episode.id), packBinary(meta, columns));
    },
    getEpisode: (id) => read(episodeName(id), parseEpisode),
    deleteEpisodes: (ids, t) => {
      const names = ids.map(episodeName);
      return blobs.remove([...names, ...names.map(corrupt)], t as unknown as Db | undefined);
    },
    putCheckpoint(runId, stored) {
      const { meta, columns } = packCheckpoint(stored);
      return putCheckpoint(runId, packBinary(meta, columns));
    },
    newDraft: (runId) => temporaryName(join(checkpoints, `${runId}.${++drafts}`)),
    async adoptCheckpoint(runId, draft) {
      try {
        await putCheckpoint(runId, { file: draft });
      } finally {
        rmSync(draft, { force: true });
      }
    },
    dropDraft: (draft) => rmSync(draft, { force: true }),
    getCheckpoint: async (runId) =>
      (await readCheckpoint(checkpointName(runId))) ??
      (await readCheckpoint(previous(checkpointName(runId)))),
    deleteCheckpoints(runId) {
      const name = checkpointName(runId);
      const names = [name, previous(name)];
      return blobs.remove([...names, ...names.map(corrupt)]);
    },
    putModel: (id, bytes) => blobs.put(modelName(id), Buffer.from(bytes)),
    readModel: async (id) => {
      const name = modelName(id);
      return blobs.get(name).catch((error) => lost(name, error));
    },
    deleteModels: (ids) => blobs.remove(ids.map(modelName)),
    tidy: blobs.tidy,
    expectUsable: blobs.expectUsable,
    /** One at a time, the newest name first. From then on what is left behind is looked for, too. */
    async verify() {
      timer ??= setInterval(() => blobs.tidy().catch(() => {}), TIDY_EVERY).unref();
      await blobs.tidy();
      for (const name of await blobs.unwatched(episodeName('%'))) {
        if (closed) return;
        await read(name, parseEpisode);
      }
    },
    close() {
      closed = true;
      clearInterval(timer);
      blobs.close();
    },
  };
}

const episodeName = (id: string) => `${id}.episode`;
const modelName = (id: string) => `${id}.model`;
const checkpointName = (runId: string) => `${runId}.checkpoint`;
const previous = (name: string) => `${name}.previous`;
const corrupt = (name: string) => `corrupt/${name}`;
