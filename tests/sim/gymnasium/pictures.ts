/** Starts `picture-world.ts`; ended with the tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Colours of its pictures, in turn from the reset on. */
export const COLOURS = [
  [200, 30, 160],
  [30, 160, 200],
] as const;

export async function startPictureWorld(): Promise<{ readonly socket: string; end(): void }> {
  const script = fileURLToPath(new URL('picture-world.ts', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', script], {
    env: { ...process.env, UV_THREADPOOL_SIZE: '64' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const socket of createInterface({ input: child.stdout! }))
    return { socket, end: () => void child.kill() };
  throw new Error('picture-world.ts ended before it said where it listens');
}
