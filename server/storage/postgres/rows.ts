/** Large values as rows of bytes, in parts, so that whoever reaches the database has them. */
import { readFile } from 'node:fs/promises';
import { type Blobs, type Db, lockName } from './blobs.ts';
import type { Claim } from './claim.ts';

/** Bytes of a row. */
const PART = 1024 * 1024;

export function createRows(db: Db, claim: Pick<Claim, 'expectHeld'>): Blobs {
  return {
    async put(name, content, previous) {
      const bytes = Buffer.isBuffer(content) ? content : await readFile(content.file);
      await db.transaction().execute(async (t) => {
        await claim.expectHeld(t);
        if (previous !== undefined) await moveRows(t, name, previous);
        await insert(t, name, bytes);
      });
    },
    get: (name) => readRows(db, name),
    rename: (from, to) => db.transaction().execute((t) => moveRows(t, from, to)),
    async remove(names, within) {
      if (within) return removeRows(within, names);
      await db.transaction().execute(async (t) => {
        await claim.expectHeld(t);
        await removeRows(t, names);
      });
    },
    unwatched: (pattern) => namesOfRows(db, pattern),
    // What is written is written together, and what is deleted is gone.
    tidy: async () => {},
    expectUsable: async () => {},
    close: () => {},
  };
}

/** Two that write the same file at once come one after the other: at its first part. */
async function insert(t: Db, name: string, bytes: Buffer): Promise<void> {
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

export async function removeRows(t: Db, names: readonly string[]): Promise<void> {
  if (names.length > 0) await t.deleteFrom('file').where('name', 'in', names).execute();
}

/** Two that move to one name at once come one after the other: the second would not see what the first moved there. */
export async function moveRows(t: Db, from: string, to: string): Promise<void> {
  await lockName(t, to);
  await t.deleteFrom('file').where('name', '=', to).execute();
  await t.updateTable('file').set({ name: to }).where('name', '=', from).execute();
}

export async function readRows(db: Db, name: string): Promise<Buffer | undefined> {
  const rows = await db
    .selectFrom('file')
    .select('bytes')
    .where('name', '=', name)
    .orderBy('part')
    .execute();
  return rows.length === 0 ? undefined : Buffer.concat(rows.map((row) => row.bytes));
}

export async function namesOfRows(db: Db, pattern: string): Promise<string[]> {
  const rows = await db
    .selectFrom('file')
    .select('name')
    .where('name', 'like', pattern)
    .where('name', 'not like', 'corrupt/%')
    .where('part', '=', 0)
    .orderBy('name', 'desc')
    .execute();
  return rows.map(({ name }) => name);
}
