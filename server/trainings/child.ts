/** One `reins train` as a child process, which ends with this one, however that ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { lastWords } from './words.ts';

/** Characters kept of what it says. */
const KEPT = 4000;
/** Behind the live simulation: nobody waits for a training at every frame. */
const NICE = 5;

export interface Child {
  /** Resolves when it has ended: exit code (null: killed), and what it said last. */
  readonly ended: Promise<{ readonly code: number | null; readonly said: string | undefined }>;
  /** SIGTERM: it saves and ends. */
  stop(): void;
  kill(): void;
}

/** `command`: program and first words. No shell is in between. */
export function startChild(command: readonly string[], words: readonly string[]): Child {
  const [program = '', ...first] = command;
  // Its standard input stays open: that closing is how it learns that this process was killed.
  const child = spawn(program, [...first, ...words], { stdio: ['pipe', 'ignore', 'pipe'] });
  child.stdin?.on('error', () => {});
  giveWay(child);
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-KEPT);
  });
  const ended = new Promise<Awaited<Child['ended']>>((resolve) => {
    child.once('error', (error) => resolve({ code: 1, said: error.message }));
    child.once('close', (code) => resolve({ code, said: lastWords(said) }));
  });
  return { ended, stop: () => child.kill('SIGTERM'), kill: () => child.kill('SIGKILL') };
}

function giveWay({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, NICE);
  } catch {
    // Where that is not allowed it runs as others do.
  }
}
