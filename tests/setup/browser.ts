/** Global set-up of the end-to-end project: a browser and a page that is up to date. */
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { ensureUi } from '../../cli/build-ui.ts';
import { ensureBrowser } from './find-browser.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Executable of a Chromium. */
    browser: string;
  }
}

export default async function setup(project: TestProject): Promise<void> {
  const log = (line: string) => console.error(line);
  project.provide('browser', await ensureBrowser(log));
  await ensureUi({ root: fileURLToPath(new URL('../..', import.meta.url)), log });
}
