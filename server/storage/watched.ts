/** Data folders of others, which are looked into: their runs are listed beside one's own and never written. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Storage } from './contract.ts';
import { openStorage } from './sqlite.ts';

export interface WatchedFolders {
  /** Those that have a database by now. */
  all(): readonly { readonly folder: string; readonly storage: Storage }[];
  close(): Promise<void>;
}

export function watchFolders(folders: readonly string[]): WatchedFolders {
  const opened = new Map<string, Storage>();
  return {
    all() {
      for (const folder of folders)
        if (!opened.has(folder) && existsSync(join(folder, 'reins.db')))
          opened.set(folder, openStorage(folder));
      return [...opened].map(([folder, storage]) => ({ folder, storage }));
    },
    async close() {
      for (const storage of opened.values()) await storage.close();
    },
  };
}
