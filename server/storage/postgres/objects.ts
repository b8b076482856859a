/**
 * Large values as objects of a store, each under a key of its own that nothing else ever has. A row says which one has
 * a name: it is written before its object, as what may be left behind, and counts once the object is there. So a row that
 * counts names no object that is not there, whoever is overtaken changes nothing by what it has sent, and everything that
 * a crash leaves behind is in a row.
 */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { LONGEST_REQUEST, type ObjectStore } from '../s3/contract.ts';
import { StoreError } from '../s3/errors.ts';
import { type Blobs, type Db, LostError, lockName } from './blobs.ts';
import type { Claim } from './claim.ts';
import { moveRows, namesOfRows, readRows, removeRows } from './rows.ts';

/** ms after which nobody is at work on what does not count: no request takes as long. */
const LEFT = 2 * LONGEST_REQUEST;
/** Keys that are removed between two looks at the table. */
const SOME = 100;

/** By the clock of the database, which all writers share. */
const now = sql<number>`extract(epoch from clock_timestamp()) * 1000`;

/** @param id of the database: several may have one bucket and prefix */
export function createObjects(
  db: Db,
  claim: Pick<Claim, 'expectHeld'>,
  store: ObjectStore,
  id: string,
): Blobs {
  const write = <T>(work: (t: Db) => Promise<T>) =>
    db.transaction().execute(async (t) => {
      await claim.expectHeld(t);
      return work(t);
    });

  async function discard(keys: readonly string[]): Promise<void> {
    for (const key of keys) await store.remove(key);
    if (keys.length > 0) await db.deleteFrom('object').where('key', 'in', keys).execute();
  }

  /** What cannot be removed now is removed by `tidy`. */
  const discardSoon = (keys: readonly string[]) => discard(keys).catch(() => {});

  /** What the name stood for does not count any more. @returns its keys */
  async function drop(t: Db, names: readonly string[]): Promise<string[]> {
    if (names.length === 0) return [];
    const rows = await t
      .updateTable('object')
      .set({ state: 'gone', since: now })
      .where('name', 'in', names)
      .where('state', '=', 'kept')
      .returning('key')
      .execute();
    await removeRows(t, names);
    return rows.map(({ key }) => key);
  }

  async function move(t: Db, from: string, to: string): Promise<string[]> {
    await lockName(t, to);
    const keys = await drop(t, [to]);
    await t
      .updateTable('object')
      .set({ name: to })
      .where('name', '=', from)
      .where('state', '=', 'kept')
      .execute();
    await moveRows(t, from, to); // of a time without a store
    return keys;
  }

  async function send(key: string, name: string, content: Parameters<Blobs['put']>[1]) {
    await db.insertInto('object').values({ key, name, state: 'writing', since: now }).execute();
    try {
      await store.put(key, content);
    } catch (error) {
      if (error instanceof StoreError && error.isUntouched)
        await db.deleteFrom('object').where('key', '=', key).execute();
      throw error;
    }
  }

  const keyOf = async (name: string) => {
    const row = await db
      .selectFrom('object')
      .select('key')
      .where('name', '=', name)
      .where('state', '=', 'kept')
      .executeTakeFirst();
    return row?.key;
  };

  return {
    async put(name, content, previous) {
      const key = `${id}/${name.replace(/[^\w.-]/g, '_')}.${randomUUID()}`;
      await send(key, name, content);
      const replaced = await write(async (t) => {
        await lockName(t, name);
        const moved = previous === undefined ? [] : await move(t, name, previous);
        const dropped = await drop(t, [name]);
        const { numUpdatedRows } = await t
          .updateTable('object')
          .set({ state: 'kept', since: now })
          .where('key', '=', key)
          .where('state', '=', 'writing')
          .executeTakeFirst();
        if (Number(numUpdatedRows) !== 1) throw new Error(`${name} took too long to be written`);
        return [...moved, ...dropped];
      });
      await discardSoon(replaced);
    },
    async get(name) {
      for (let last: string | undefined; ; ) {
        const key = await keyOf(name);
        if (key === undefined) return readRows(db, name);
        const bytes = await store.get(key);
        if (bytes) return bytes;
        // Replaced in between, unless it is the same one still.
        if (key === last) throw new LostError(`its object ${key} is not in ${store.name}`);
        last = key;
      }
    },
    async rename(from, to) {
      await discardSoon(await write((t) => move(t, from, to)));
    },
    async remove(names, within) {
      if (within) await drop(within, names);
      else await discardSoon(await write((t) => drop(t, names)));
    },
    // A store checks what it holds by itself, and reading all of it costs.
    unwatched: (pattern) => namesOfRows(db, pattern),
    async tidy() {
      await leave(db);
      for (;;) {
        const rows = await db
          .selectFrom('object')
          .select('key')
          .where('state', '=', 'gone')
          .limit(SOME)
          .execute();
        if (rows.length === 0) return;
        await discard(rows.map(({ key }) => key));
      }
    },
    expectUsable: store.expectUsable,
    close: store.close,
  };
}

/** What never came to count, and what nothing names any more: between an object and the row about it there may have been a crash. */
async function leave(db: Db): Promise<void> {
  const old = sql`since < extract(epoch from clock_timestamp()) * 1000 - ${sql.lit(LEFT)}`;
  await sql`UPDATE object SET state = 'gone' WHERE state = 'writing' AND ${old}`.execute(db);
  await sql`UPDATE object SET state = 'gone' WHERE state = 'kept' AND ${old} AND (
      name LIKE '%.episode' AND NOT EXISTS (
        SELECT FROM episode WHERE id || '.episode' = regexp_replace(object.name, '^corrupt/', ''))
      OR name ~ '[.]checkpoint([.]previous)?$' AND NOT EXISTS (
        SELECT FROM run WHERE id || '.checkpoint' = regexp_replace(object.name, '^corrupt/|[.]previous$', '', 'g'))
      OR name LIKE '%.model' AND NOT EXISTS (
        SELECT FROM model WHERE id || '.model' = object.name
        UNION ALL SELECT FROM look WHERE id || '.model' = object.name))`.execute(db);
}
