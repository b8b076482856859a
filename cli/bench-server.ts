/** What benches of a whole server share: one in a temporary folder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../experiments/root.ts';
import { startServer } from '../server/serve.ts';
import type { EnvironmentOptions } from '../sim/contract.ts';
import { uiFolder } from './build-ui.ts';

export interface BenchServer {
  readonly env: string;
  readonly option: EnvironmentOptions;
  readonly preset: string;
  readonly rollouts: number;
  readonly seed: number;
}

/** Serves for as long as the work takes. */
export async function withServer<T>(
  { env, option, preset, rollouts, seed }: BenchServer,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'reins-bench-'));
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    dataDir,
    environment: env,
    environmentOptions: option,
    preset,
    seed,
    rollouts,
    uiDir: uiFolder(repositoryRoot),
    logLevel: 'error',
  });
  try {
    return await work(server.url);
  } finally {
    await server.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
