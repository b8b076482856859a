/** What the command line needs of the server; loaded only by the commands that start one. */
import type { EnvironmentOptions } from '../../sim/contract.ts';

export interface ServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly dataDir: string;
  readonly environment: string;
  readonly environmentOptions: EnvironmentOptions;
  readonly preset: string;
  readonly seed: number;
  /** Free-running rollout threads. */
  readonly rollouts: number;
  readonly uiDir: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
}

export interface RunningServer {
  readonly url: string;
  readonly runId: string;
  close(): Promise<void>;
}

interface ServerModule {
  startServer(options: ServerOptions): Promise<RunningServer>;
}

/** The server brings threads, storage and TensorFlow along: not for `--help`. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const module: ServerModule = await import(new URL('../serve.ts', import.meta.url).href);
  return module.startServer(options);
}
