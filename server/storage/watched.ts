/** Data folders of others, which are looked into: their runs are listed beside one's own and never written. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Storage } from './contract.ts';
import { openStorage } from './sqlite.ts';

export interface WatchedFolder {
  /** In addresses: runs of several folders may have one id. */
  readonly key: string;
  readonly folder: string;
}

export interface WatchedFolders {
  /** Those that have a database by now. */
  all(): readonly (WatchedFolder & { readonly storage: Storage })[];
  close(): Promise<void>;
}

/** @param more folders that come and go, asked for anew each time */
export function watchFolders(
  folders: readonly string[],
  more: () => readonly WatchedFolder[] = () => [],
): WatchedFolders {
  const given = folders.map((folder, i) => ({ key: `w${i}`, folder }));
  const opened = new Map<string, Storage>();
  return {
    all: () =>
      [...given, ...more()].flatMap((each) => {
        const { folder } = each;
        if (!opened.has(folder) && existsSync(join(folder, 'reins.db')))
          opened.set(folder, openStorage(folder));
        const storage = opened.get(folder);
        return storage ? [{ ...each, storage }] : [];
      }),
    async close() {
      for (const storage of opened.values()) await storage.close();
    },
  };
}
