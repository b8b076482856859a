/** A real server as a child process, a real Chromium, and what both complained about. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type LaunchOptions,
  type Page,
} from 'playwright-core';
import { freePort } from '../setup/free-port.ts';
import { root } from '../setup/sources.ts';

/** Software WebGL, and no traffic of the browser's own. */
export const BROWSER_FLAGS = [
  '--no-sandbox',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const artifacts = join(root, 'tests/.artifacts');

export function launchBrowser(
  executablePath: string,
  options: Pick<LaunchOptions, 'ignoreDefaultArgs'> = {},
): Promise<Browser> {
  return chromium.launch({ executablePath, args: BROWSER_FLAGS, ...options });
}

export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'reins-e2e-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export interface RunningServer {
  readonly url: string;
  readonly pid: number;
  /** Everything it logged so far. */
  log(): string;
  /** Lines on stdout so far. */
  stdout(): readonly string[];
  /** Sends the signal and waits for the end of the process. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** A server, ready to be asked. @throws Error with its log when it does not start in time. */
export async function startServerProcess(options: {
  dataDir: string;
  /** Default: `serve`. */
  command?: 'serve' | 'learner';
  port?: number;
  args?: readonly string[];
  /** Where the code is; default: here. */
  cwd?: string;
  timeoutMs?: number;
}): Promise<RunningServer> {
  const { command = 'serve', dataDir, args = [] } = options;
  const port = options.port ?? (await freePort());
  const words = [command, '--port', String(port), '--data', dataDir, ...args];
  return startListening(words, options);
}

/** A command of `reins` that listens. @throws as `startServerProcess` */
export async function startListening(
  words: readonly string[],
  { cwd = root, timeoutMs = 90_000 }: { cwd?: string; timeoutMs?: number } = {},
): Promise<RunningServer> {
  const child = spawn(process.execPath, ['bin/reins.mjs', ...words], {
    ...{ cwd, stdio: ['ignore', 'pipe', 'pipe'] },
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const lines: string[] = [];
  const url = await untilListening(child, lines, () => log, timeoutMs);
  return {
    url,
    pid: child.pid!,
    log: () => log,
    stdout: () => lines,
    stop: (signal = 'SIGTERM') => stop(child, signal),
  };
}

function untilListening(
  child: ChildProcess,
  lines: string[],
  log: () => string,
  timeoutMs: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`server: not listening after ${timeoutMs} ms\n${log()}`));
    }, timeoutMs);
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`server: ended with code ${code} before listening\n${log()}`));
    });
    createInterface({ input: child.stdout! }).on('line', (line) => {
      lines.push(line);
      const match = /^listening on (http:\/\/\S+)$/.exec(line);
      if (!match) return;
      clearTimeout(timer);
      resolve(match[1]!);
    });
  });
}

/** SIGTERM gets fifteen seconds, then SIGKILL. */
function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill(signal);
  });
}

/** Longest wait for what must come, ms: a busy machine takes its time. */
const PATIENCE_FOR_STATES = 120_000;

export interface WatchedPage {
  readonly page: Page;
  /** Uncaught exceptions and console errors, oldest first. */
  readonly errors: string[];
  close(): Promise<void>;
}

/** A tab of its own that collects what goes wrong in it. */
export async function openPage(
  browser: Browser,
  url: string,
  look: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...look });
  context.setDefaultTimeout(PATIENCE_FOR_STATES);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  return { page, errors, close: () => context.close() };
}

/** A picture for whoever reads a failure: tests/.artifacts/<name>.png. */
export async function screenshot(page: Page, name: string): Promise<string> {
  mkdirSync(artifacts, { recursive: true });
  const path = join(artifacts, `${name}.png`);
  await page.screenshot({ path });
  return path;
}

/**
 * Polls until `probe` gives a value. A probe that fails (a page too busy to answer in time, a server
 * between two lives) is asked again. @throws Error naming what was waited for and the last failure.
 */
export async function until<T>(
  what: string,
  probe: () => T | undefined | false | null | Promise<T | undefined | false | null>,
  timeoutMs = PATIENCE_FOR_STATES,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let failure: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value) return value;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    if (performance.now() > deadline)
      throw new Error(`waited ${timeoutMs} ms for ${what}`, { cause: failure });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The picture moves and the controls are there: the one precedes the other. */
export async function untilReady(page: Page): Promise<void> {
  await until('a drawn step', () => page.evaluate('window.__reins?.shownStep > 3'));
  await page.getByTestId('controller').waitFor();
}

/** ms without an effect after which a person presses again. */
const PATIENCE = 10_000;

/**
 * Holds keys until `isSo`. A page that stood still for a second, as one that just opened may, asks for
 * the keys to be let go of first (CTRL-17), or may not have been listening yet: then they are pressed again, as a person
 * would.
 */
export function hold(
  page: Page,
  keys: readonly string[],
  what: string,
  isSo: () => unknown,
  timeoutMs?: number,
): Promise<void> {
  const hand = async (isDown: boolean) => {
    for (const key of keys) await page.keyboard[isDown ? 'down' : 'up'](key);
  };
  return holdBy(page, hand, what, isSo, timeoutMs);
}

/** The same by whatever else drives: `hand` takes hold of it, and lets go. */
export async function holdBy(
  page: Page,
  hand: (isDown: boolean) => Promise<unknown>,
  what: string,
  isSo: () => unknown,
  timeoutMs?: number,
): Promise<void> {
  const note = page.getByTestId('let-go-first');
  await hand(true);
  let pressedAt = performance.now();
  await until(
    what,
    async () => {
      if (await isSo()) return true;
      if (!(await note.isVisible()) && performance.now() < pressedAt + PATIENCE) return false;
      await hand(false);
      await note.waitFor({ state: 'hidden' });
      await hand(true);
      pressedAt = performance.now();
      return false;
    },
    timeoutMs,
  );
}

/** Presses a key until `isSo`: again where it had no effect, as a person would. */
export async function press(
  page: Page,
  key: string,
  what: string,
  isSo: () => unknown,
): Promise<void> {
  let pressedAt = Number.NEGATIVE_INFINITY;
  await until(what, async () => {
    if (await isSo()) return true;
    if (performance.now() < pressedAt + PATIENCE) return false;
    await page.keyboard.press(key);
    pressedAt = performance.now();
    return false;
  });
}
