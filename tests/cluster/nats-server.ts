/** A NATS server of Debian's on a free port with a data folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { until } from '../e2e/helpers.ts';
import { freePort } from '../setup/free-port.ts';
import { install } from './debian.ts';

export interface NatsServer {
  readonly url: string;
  readonly pid: number | undefined;
  start(): Promise<void>;
  /** `SIGKILL` leaves it as a crash would. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  remove(): Promise<void>;
}

export interface NatsOptions {
  /** A configuration file. */
  readonly configuration?: string;
  /** Where its streams are; default: a folder of its own. */
  readonly store?: string;
  /** Where it listens; default: loopback. */
  readonly host?: string;
  /** What its program comes after (network.ts). */
  readonly inside?: readonly string[];
}

/** @throws Error with the way out where the server cannot be had */
export async function createNats(options: NatsOptions = {}): Promise<NatsServer> {
  const { configuration, store, host = '127.0.0.1', inside = [] } = options;
  const program = find() ?? install('nats-server', 'nats-server', find);
  const folder = store ?? mkdtempSync(join(tmpdir(), 'reins-nats-'));
  const port = await freePort();
  const args = [
    ...(process.env.NATS_LOG ? ['-l', process.env.NATS_LOG] : []),
    '-js',
    '-sd',
    folder,
    '-a',
    host,
    '-p',
    String(port),
  ];
  if (configuration) args.push('-c', configuration);
  let server: ChildProcess | undefined;
  const stop: NatsServer['stop'] = async (signal) => {
    if (!server) return;
    const ended = once(server, 'exit');
    server.kill(signal);
    await ended;
    server = undefined;
  };
  return {
    url: `nats://${host}:${port}`,
    get pid() {
      return server?.pid;
    },
    async start() {
      const [first, ...rest] = [...inside, program, ...args] as [string, ...string[]];
      server = spawn(first, rest, { stdio: 'ignore' });
      await until('the server of NATS', () => answers(host, port));
    },
    stop,
    async remove() {
      await stop('SIGKILL');
      if (!store) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function find(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/bin'];
  return folders.map((folder) => join(folder, 'nats-server')).find((path) => existsSync(path));
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise<boolean>((resolve) => {
    const socket = createConnection(port, host);
    socket.once('data', () => resolve(true)); // it says who it is
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.setTimeout(1000, () => socket.destroy());
  });
}
