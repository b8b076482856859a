/** The storage in a folder: SQLite for what is small and must be found, files for episodes and checkpoints. */
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Storage } from './contract.ts';
import { expectWritable, openDatabase } from './database.ts';
import type { Engine } from './engine.ts';
import { createFolderFiles } from './files.ts';
import { createRecords } from './records.ts';
import type { DiskCalls } from './write-file.ts';

/**
 * Opens or creates the storage in a folder. `calls`: the disk, for tests that fill it.
 * @throws Error for a database of a newer Reins.
 */
export function openStorage(folder: string, calls?: DiskCalls): Storage {
  const files = createFolderFiles(folder, calls);
  const path = join(folder, 'reins.db');
  return createRecords(openDatabase(path), engineOf(path), files, folder);
}

function engineOf(path: string): Engine {
  return {
    number: (column, field) => sql<number>`json_extract(${sql.ref(column)}, ${`$.${field}`})`,
    // SQLite has one writer at a time.
    write: (db, work) => db.transaction().execute(work),
    async forget(db, work, isAlone) {
      // Files of earlier versions hold copies of what moved. Before, so that nothing is half erased where it has no room.
      if (isAlone) await sql.raw('VACUUM').execute(db);
      const result = await db.transaction().execute(work);
      await sql.raw('PRAGMA wal_checkpoint(TRUNCATE)').execute(db);
      return result;
    },
    ownSequence: sql.raw(''),
    insertAudit(transaction, rows) {
      const list = JSON.stringify(rows.map(({ seq, hash, body }) => [seq, hash, body]));
      return sql`INSERT INTO audit (seq, hash, body)
        SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(${list})`.execute(transaction);
    },
    isShared: false,
    // Who holds the folder's lock (lock.ts) is alone with it and holds its runs.
    occupy: async () => {},
    expectAlone: async () => {},
    claimRun: async () => undefined,
    releaseRun: async () => {},
    lastToken: async (newest) => newest,
    end: async () => {},
    expectWritable: (db) => expectWritable(db, path),
  };
}
