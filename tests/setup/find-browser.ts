/** A Chromium for the end-to-end tests: found, else installed, else one sentence that says what to do. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { chromium } from 'playwright-core';

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
];

const COMMON_PLACES = [
  '/usr/bin/chromium',
  '/usr/lib/chromium/chromium',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
];

/** Distributions ship launchers that only say "install the snap": what does not start is not a browser. */
function starts(file: string): boolean {
  if (!existsSync(file)) return false;
  if (process.platform === 'win32') return true; // chrome.exe --version opens a window there
  return spawnSync(file, ['--version']).status === 0;
}

/** @throws Error when CHROME_PATH is set and does not start. */
export function findBrowser(): string | undefined {
  const chosen = process.env.CHROME_PATH;
  if (chosen) {
    if (starts(chosen)) return chosen;
    throw new Error(`CHROME_PATH is ${chosen}, which does not start: point it to a Chromium`);
  }
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...onPath, ...COMMON_PLACES, chromium.executablePath()].find(starts);
}

function run(command: string, args: readonly string[], log: (line: string) => void): boolean {
  log(`installing a browser: ${command} ${args.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(command, args, { stdio: ['ignore', 2, 2], env }).status === 0;
}

function install(log: (line: string) => void): void {
  if (existsSync('/etc/debian_version') && process.getuid?.() === 0) {
    if (run('apt-get', ['update'], log) && run('apt-get', ['install', '-y', 'chromium'], log))
      return;
  }
  const playwright = dirname(
    createRequire(import.meta.url).resolve('playwright-core/package.json'),
  );
  run(process.execPath, [join(playwright, 'cli.js'), 'install', 'chromium'], log);
}

/** Path of a Chromium that starts. @throws Error with what to install when there is none to be had. */
export async function ensureBrowser(log: (line: string) => void): Promise<string> {
  const found = findBrowser();
  if (found) return found;
  install(log);
  const installed = findBrowser();
  if (installed) return installed;
  throw new Error(
    'no browser for the end-to-end tests: install Chromium (Debian: apt-get install chromium) or set CHROME_PATH to one',
  );
}
