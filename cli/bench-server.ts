/** What benches of a whole server share: one in a temporary folder, and a socket to it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import WebSocket from 'ws';
import { repositoryRoot } from '../experiments/root.ts';
import { PROTOCOL_VERSION, SUBPROTOCOL, WEBSOCKET_PATH } from '../server/protocol/index.ts';
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

/** Open, and greeted; `binaryType` is `arraybuffer`. */
export function openSocket(url: string, onBinary: (data: ArrayBuffer) => void): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${WEBSOCKET_PATH}`, SUBPROTOCOL);
  socket.binaryType = 'arraybuffer';
  socket.on('message', (data: ArrayBuffer | Buffer, binary: boolean) => {
    if (binary && data instanceof ArrayBuffer) onBinary(data);
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => {
      const hello = { type: 'hello', protocol: PROTOCOL_VERSION, teacherId: 'bench' };
      socket.send(JSON.stringify(hello));
      resolve(socket);
    });
  });
}
