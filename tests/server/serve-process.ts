/** `reins learner` as a child whose end is looked at too: exit code, seconds, what it said. */
import { spawn } from 'node:child_process';
import { root } from '../setup/sources.ts';
import { withoutBanner } from '../setup/stderr.ts';

export interface ServeProcess {
  /** Base URL; undefined: it ended before it listened. */
  readonly url: string | undefined;
  readonly pid: number;
  stderr(): string;
  /** Sends the signal and waits. `code` is null when the signal killed it. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; seconds: number }>;
  /** Resolves with the exit code whenever it ends. */
  readonly ended: Promise<number | null>;
}

/** Resolves when it listens on a free port, or has ended. */
export function serve(
  dataDir: string,
  args: readonly string[] = [],
  flags: readonly string[] = ['--port', '0'],
): Promise<ServeProcess> {
  return start(['learner', '--data', dataDir, ...flags, ...args]);
}

/** `reins watch FILE`, with the folder in which it may make others. */
export function watch(file: string, temporary: string): Promise<ServeProcess> {
  return start(['watch', file, '--no-page', '--port', '0'], { TMPDIR: temporary });
}

async function start(
  words: readonly string[],
  more: NodeJS.ProcessEnv = {},
): Promise<ServeProcess> {
  const child = spawn(process.execPath, ['bin/reins.mjs', ...words], {
    cwd: root,
    env: { ...process.env, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const listening = new Promise<string>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      const url = /^listening on (http:\/\/\S+)$/m.exec(stdout)?.[1];
      if (url) resolve(url);
    });
  });
  const url = await Promise.race([listening, ended.then(() => undefined)]);
  return {
    url,
    pid: child.pid!,
    stderr: () => withoutBanner(stderr),
    ended,
    async end(signal) {
      const start = performance.now();
      const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
      child.kill(signal);
      const code = await ended;
      clearTimeout(timer);
      return { code, seconds: (performance.now() - start) / 1000 };
    },
  };
}
