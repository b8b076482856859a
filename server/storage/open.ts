/** The storage that a command is given: a folder, or a database with a folder for what it must not hold. */
import type { Storage } from './contract.ts';
import { openStorage } from './sqlite.ts';

export interface Place {
  readonly folder: string;
  /** `postgres://…`; absent: a database in the folder. */
  readonly database?: string | undefined;
}

/** @throws RangeError naming what cannot be used and the way out */
export async function openPlace({ folder, database }: Place): Promise<Storage> {
  if (database === undefined) return openStorage(folder);
  // Its client is loaded only where it is used.
  const { openPostgres } = await import('./postgres/storage.ts');
  return openPostgres({ url: database, folder });
}
