/** The storage that a command is given: a folder, or a database with a folder for what it must not hold. */
import type { Storage } from './contract.ts';
import type { ObjectStore } from './s3/contract.ts';
import { openStorage } from './sqlite.ts';

export interface Place {
  readonly folder: string;
  /** `postgres://…`; absent: a database in the folder. */
  readonly database?: string | undefined;
  /** `s3://BUCKET/PREFIX` for episodes and checkpoints of a database; absent: its rows. */
  readonly blobs?: string | undefined;
  /** Of that store; absent: as the variables of AWS say. */
  readonly blobsEndpoint?: string | undefined;
}

/** @throws RangeError naming what cannot be used and the way out */
export async function openPlace(place: Place): Promise<Storage> {
  const { folder, database, blobs, blobsEndpoint } = place;
  expectDatabase(place);
  if (database === undefined) return openStorage(folder);
  // Their clients are loaded only where they are used.
  const store = blobs === undefined ? undefined : await openStore(blobs, blobsEndpoint);
  const { openPostgres } = await import('./postgres/storage.ts');
  return openPostgres({ url: database, folder, store });
}

/** @throws RangeError for an object store without a database */
export function expectDatabase({ database, blobs }: Omit<Place, 'folder'>): void {
  if (blobs !== undefined && database === undefined)
    throw new RangeError(
      'blobs: is given without --database: a data folder keeps its episodes itself; give --database, or no --blobs (REINS_BLOBS)',
    );
}

async function openStore(blobs: string, endpoint: string | undefined): Promise<ObjectStore> {
  const { storeAddress } = await import('./s3/address.ts');
  const address = storeAddress(blobs, endpoint);
  const { createObjectStore } = await import('./s3/store.ts');
  return createObjectStore(address);
}
