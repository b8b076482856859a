/** What most files need: a server of their own and a browser, ended with them. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, inject } from 'vitest';
import {
  launchBrowser,
  type RunningServer,
  startServerProcess,
  temporaryFolder,
} from './helpers.ts';

export interface Served {
  readonly server: RunningServer;
  readonly browser: Browser;
  /** The data folder of the server. */
  readonly folder: string;
}

/** Registers the hooks; the fields are there from the first `beforeAll` after it on. */
export function serve(...args: readonly string[]): Served {
  const folder = temporaryFolder();
  const served: { server?: RunningServer; browser?: Browser; folder: string } = {
    folder: folder.path,
  };
  beforeAll(async () => {
    served.server = await startServerProcess({ dataDir: folder.path, args });
    served.browser = await launchBrowser(inject('browser'));
  });
  afterAll(async () => {
    await served.browser?.close();
    await served.server?.stop('SIGKILL');
    folder.remove();
  });
  return served as Served;
}
