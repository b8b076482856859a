/** Episodes, checkpoints and kept models as rows of bytes, so that whoever reaches the database has them. */

import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { packBinary, parseBinary } from '../binary.ts';
import { packCheckpoint, unpackCheckpoint } from '../checkpoint-files.ts';
import { packEpisode, parseEpisode } from '../episode-file.ts';
import type { Files } from '../files.ts';
import { makeFolders } from '../folders.ts';
import { temporaryName } from '../write-file.ts';
import type { Claim } from './claim.ts';
import type { OwnTables } from './schema.ts';

/** Bytes of a row. */
const PART = 1024 * 1024;

type Db = Kysely<OwnTables>;

/** @param folder where threads leave drafts of checkpoints */
export function createTableFiles(db: Db, claim: Pick<Claim, 'expectHeld'>, folder: string): Files {
  const problems: string[] = [];
  const { checkpoints } = makeFolders(folder);
  let drafts = 0;
  let closed = false;
  let last: Promise<void> = Promise.resolve();

  /** One after the other: which connection of the pool is first to have the lock is nobody's order. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  }

  /** Broken rows are kept under another name; the caller goes on without them. */
  async function setAside(name: string, error: unknown): Promise<undefined> {
    const why = error instanceof Error ? error.message : String(error);
    await db.transaction().execute((t) => move(t, name, `corrupt/${name}`));
    problems.push(`${name}: ${why}; moved to corrupt/`);
    return undefined;
  }

  const write = (work: (t: Db) => Promise<void>) =>
    db.transaction().execute(async (t) => {
      await claim.expectHeld(t);
      await work(t);
    });

  const putCheckpoint = (runId: string, bytes: Buffer) => {
    const name = checkpointName(runId);
    return write(async (t) => {
      await move(t, name, previous(name));
      await put(t, name, bytes);
    });
  };

  async function read<T>(name: string, parse: (bytes: Buffer) => T): Promise<T | undefined> {
    const bytes = await load(db, name);
    if (!bytes) return undefined;
    try {
      return parse(bytes);
    } catch (error) {
      return setAside(name, error);
    }
  }

  const readCheckpoint = (name: string) =>
    read(name, (bytes) => unpackCheckpoint(parseBinary(bytes)));

  return {
    problems,
    putEpisode(episode) {
      const { meta, columns } = packEpisode(episode);
      const bytes = packBinary(meta, columns);
      return write((t) => put(t, episodeName(episode.id), bytes));
    },
    getEpisode: (id) => read(episodeName(id), parseEpisode),
    async deleteEpisodes(ids) {
      if (ids.length > 0)
        await write(async (t) => {
          await t.deleteFrom('file').where('name', 'in', ids.map(episodeName)).execute();
        });
    },
    putCheckpoint(runId, stored) {
      const { meta, columns } = packCheckpoint(stored);
      const bytes = packBinary(meta, columns);
      return inTurn(() => putCheckpoint(runId, bytes));
    },
    newDraft: (runId) => temporaryName(join(checkpoints, `${runId}.${++drafts}`)),
    async adoptCheckpoint(runId, draft) {
      try {
        await inTurn(async () => putCheckpoint(runId, await readFile(draft)));
      } finally {
        rmSync(draft, { force: true });
      }
    },
    dropDraft: (draft) => rmSync(draft, { force: true }),
    getCheckpoint: async (runId) =>
      (await readCheckpoint(checkpointName(runId))) ??
      (await readCheckpoint(previous(checkpointName(runId)))),
    async deleteCheckpoints(runId) {
      const name = checkpointName(runId);
      await db
        .deleteFrom('file')
        .where('name', 'in', [name, previous(name)])
        .execute();
    },
    putModel: (id, bytes) => write((t) => put(t, modelName(id), Buffer.from(bytes))),
    readModel: (id) => load(db, modelName(id)),
    async deleteModels(ids) {
      if (ids.length > 0)
        await db.deleteFrom('file').where('name', 'in', ids.map(modelName)).execute();
    },
    /** One at a time, the newest name first. */
    async verify() {
      const rows = await db
        .selectFrom('file')
        .select('name')
        .where('name', 'like', episodeName('%'))
        .where('name', 'not like', 'corrupt/%')
        .where('part', '=', 0)
        .orderBy('name', 'desc')
        .execute();
      for (const { name } of rows) {
        if (closed) return;
        await read(name, parseEpisode);
      }
    },
    close() {
      closed = true;
    },
  };
}

const episodeName = (id: string) => `${id}.episode`;
const modelName = (id: string) => `${id}.model`;
const checkpointName = (runId: string) => `${runId}.checkpoint`;
const previous = (name: string) => `${name}.previous`;

/** Two that write the same file at once come one after the other: at its first part. */
async function put(t: Db, name: string, bytes: Buffer): Promise<void> {
  let part = 0;
  for (; part * PART < bytes.length; part++) {
    const piece = bytes.subarray(part * PART, (part + 1) * PART);
    await t
      .insertInto('file')
      .values({ name, part, bytes: piece })
      .onConflict((c) => c.columns(['name', 'part']).doUpdateSet({ bytes: piece }))
      .execute();
  }
  await t.deleteFrom('file').where('name', '=', name).where('part', '>=', part).execute();
}

/** Two that move to one name at once come one after the other: the second would not see what the first moved there. */
async function move(t: Db, from: string, to: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${to}, 0))`.execute(t);
  await t.deleteFrom('file').where('name', '=', to).execute();
  await t.updateTable('file').set({ name: to }).where('name', '=', from).execute();
}

async function load(db: Db, name: string): Promise<Buffer | undefined> {
  const rows = await db
    .selectFrom('file')
    .select('bytes')
    .where('name', '=', name)
    .orderBy('part')
    .execute();
  return rows.length === 0 ? undefined : Buffer.concat(rows.map((row) => row.bytes));
}
