/** Opens the database of a folder, or says in one line why not and what to do. */
import { existsSync, linkSync, renameSync, rmSync, statSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
  sql,
} from 'kysely';
import Database from 'libsql';
import { isFull } from './room.ts';
import { MIGRATIONS, SCHEMA_VERSION, type Tables } from './schema.ts';

/** How long another process is waited for, ms. */
const PATIENCE = 5000;

/** @throws RangeError naming the file and the way out */
export function openDatabase(path: string): Kysely<Tables> {
  if (!existsSync(path)) make(path);
  refuseEmpty(path);
  const database = attempt(path, () => {
    const opened = new Database(path);
    try {
      prepare(opened, path);
    } catch (error) {
      opened.close();
      throw error;
    }
    return opened;
  });
  return new Kysely<Tables>({ dialect: new WritersDialect({ database: database as never }) });
}

/**
 * Every transaction here writes, and other processes may write to the same folder (`reins people`): one that reads
 * first and finds then that it may not write is refused at once, while one that says so at its beginning waits.
 */
class WritersDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

class WritersDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig;

  constructor(config: SqliteDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): SqliteDriver {
    return new WritersDriver(this.#config);
  }
}

/**
 * Under another name first: there is never a database without its tables. Of several processes that make one at
 * once, the first gives the name, and the others find it taken: replacing it would pull it from under the first.
 */
function make(path: string): void {
  const temporary = `${path}.${process.pid}-${threadId}.new`;
  attempt(path, () => {
    for (const end of ['', '-journal']) rmSync(temporary + end, { force: true });
    const database = new Database(temporary);
    try {
      migrate(database);
    } finally {
      database.close();
    }
    giveName(temporary, path);
  });
}

function giveName(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (existsSync(path)) return;
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw error;
    renameSync(temporary, path); // a file system without links
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Writes what is there already. @throws RangeError naming the file and the way out */
export async function expectWritable(db: Kysely<Tables>, path: string): Promise<void> {
  try {
    await sql.raw(`PRAGMA user_version = ${SCHEMA_VERSION}`).execute(db);
  } catch (error) {
    throw unusable(path, error);
  }
}

function refuseEmpty(path: string): void {
  const { size } = statSync(path);
  if (size === 0)
    throw new RangeError(
      `database: ${path} is empty: put a copy of it back, or remove it to begin anew`,
    );
}

function prepare(database: Database.Database, path: string): void {
  // First: others may be opening it too.
  database.exec(`PRAGMA busy_timeout = ${PATIENCE}`);
  switchToWal(database);
  // FULL: an acknowledged answer survives a power cut too, not only a killed process.
  database.exec('PRAGMA synchronous = FULL');
  // What moves within the file leaves no copy behind that an erasure would not reach.
  database.exec('PRAGMA secure_delete = ON');
  const found = versionOf(database);
  if (found > SCHEMA_VERSION)
    throw new RangeError(
      `database: is of version ${found}, this Reins knows ${SCHEMA_VERSION}; use a newer Reins or another --data folder`,
    );
  if (found === 0)
    throw new RangeError(
      `database: ${path} belongs to another program; choose another folder with --data`,
    );
  if (found < SCHEMA_VERSION) migrate(database);
}

/** Where another process does so at the same moment this is refused at once, whatever the timeout is. */
function switchToWal(database: Database.Database): void {
  const end = Date.now() + PATIENCE;
  for (;;) {
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (!/locked|busy/i.test(String(error)) || Date.now() > end) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

function versionOf(database: Database.Database): number {
  const { user_version } = database.prepare('PRAGMA user_version').get() as {
    user_version: number;
  };
  return user_version;
}

/** What is missing is looked up by the one who may write: another process may have added it meanwhile. */
function migrate(database: Database.Database): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    const missing = MIGRATIONS.slice(versionOf(database)).join('\n');
    database.exec(`${missing} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`);
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** The engine's errors do not name the file. */
function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof RangeError ? error : unusable(path, error);
  }
}

function unusable(path: string, error: unknown): RangeError {
  const reason = error instanceof Error ? error.message : String(error);
  return new RangeError(`database: ${path} cannot be used (${reason}): ${wayOut(path, reason)}`);
}

function wayOut(path: string, reason: string): string {
  if (/not a database|malformed/i.test(reason))
    return 'put a copy of it back, or move it away to begin anew';
  if (isFull(path, reason)) return 'make room on its disk';
  if (/locked|busy/i.test(reason)) return 'end the program that uses it';
  return 'make it writable, or choose another folder with --data';
}
