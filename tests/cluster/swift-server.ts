/**
 * OpenStack Swift of Debian's with its S3 API, on free ports with a folder of its own: one copy of each object, written to
 * disk before it is acknowledged.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { storeAddress } from '../../server/storage/s3/address.ts';
import type { ObjectStore } from '../../server/storage/s3/contract.ts';
import { createObjectStore } from '../../server/storage/s3/store.ts';
import { until } from '../e2e/helpers.ts';
import { freePort } from '../setup/free-port.ts';
import { install } from './debian.ts';

const PACKAGES = 'swift-proxy swift-account swift-container swift-object';
/** What holds what; the proxy is asked by clients and asks them. */
const PARTS = ['account', 'container', 'object'] as const;
/** That exists. */
export const BUCKET = 'reins-test';

/** Who may do everything, and who may do nothing, as variables of AWS. */
export const WRITER = { AWS_ACCESS_KEY_ID: 'reins:writer', AWS_SECRET_ACCESS_KEY: 'secret' };
export const STRANGER = { AWS_ACCESS_KEY_ID: 'reins:stranger', AWS_SECRET_ACCESS_KEY: 'other' };

export interface SwiftServer {
  /** `http://HOST:PORT` */
  readonly endpoint: string;
  /** With `BUCKET`. */
  start(): Promise<void>;
  /** `SIGKILL` of all its processes at once: it is left as by a crash. */
  crash(): Promise<void>;
  /** Who asks hears of nobody, until `comeBack`. */
  leave(): Promise<void>;
  comeBack(): Promise<void>;
  /** It takes requests and answers none meanwhile. */
  whileMute<T>(work: () => Promise<T>): Promise<T>;
  /** Keys that are in the bucket under a prefix. */
  keys(prefix: string): Promise<string[]>;
  /** @param blobs default: the bucket itself */
  store(blobs?: string, who?: typeof WRITER): ObjectStore;
  remove(): Promise<void>;
}

/** @throws Error with the way out where the server cannot be had */
export async function createSwift(): Promise<SwiftServer> {
  const programs = find() ?? install('OpenStack Swift', PACKAGES, find);
  const folder = mkdtempSync(join(tmpdir(), 'reins-swift-'));
  mkdirSync(join(folder, 'devices', 'disk'), { recursive: true });
  const ports: Record<string, number> = { proxy: await freePort() };
  for (const part of PARTS) {
    ports[part] = await freePort();
    makeRing(programs, folder, part, ports[part]);
    write(folder, part, partOf(part, ports[part], folder));
  }
  write(folder, 'proxy', proxyOf(ports.proxy!, folder));
  const endpoint = `http://127.0.0.1:${ports.proxy}`;
  const running = new Map<string, ChildProcess>();

  async function start(part: string): Promise<void> {
    const program = join(programs, `swift-${part}-server`);
    running.set(part, spawn(program, [join(folder, `${part}.conf`)], { stdio: 'ignore' }));
    await until(`Swift's ${part} server`, () => answers(ports[part]!));
  }

  async function kill(part: string): Promise<void> {
    const child = running.get(part);
    if (!child) return;
    running.delete(part);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  const store: SwiftServer['store'] = (blobs = `s3://${BUCKET}`, who = WRITER) =>
    createObjectStore(storeAddress(blobs, endpoint, who));

  const parts = [...PARTS, 'proxy'];
  const crash = async () => {
    await Promise.all(parts.map(kill));
  };

  return {
    endpoint,
    async start() {
      await Promise.all(parts.map(start));
      const bucket = store();
      await until('the bucket', () => made(bucket));
      bucket.close();
    },
    crash,
    leave: () => kill('proxy'),
    comeBack: () => start('proxy'),
    async whileMute(work) {
      running.get('proxy')!.kill('SIGSTOP');
      try {
        return await work();
      } finally {
        running.get('proxy')!.kill('SIGCONT');
      }
    },
    async keys(prefix) {
      const list = await store().get(`?list-type=2&prefix=${encodeURIComponent(prefix)}`);
      return [...String(list).matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key]) => key!);
    },
    store,
    async remove() {
      await crash();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A bucket is made by a request for its name, once. */
async function made(bucket: ObjectStore): Promise<boolean> {
  try {
    await bucket.put('', Buffer.alloc(0));
    return true;
  } catch (error) {
    return /BucketAlreadyOwnedByYou/.test(String(error)); // else its parts are not all up
  }
}

function find(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin'];
  const needed = [...PARTS, 'proxy'].map((part) => `swift-${part}-server`);
  return folders.find((folder) => needed.every((name) => existsSync(join(folder, name))));
}

/** Who has what: one disk has all. */
function makeRing(programs: string, folder: string, part: string, port: number): void {
  for (const args of [
    ['create', '4', '1', '1'],
    ['add', `r1z1-127.0.0.1:${port}/disk`, '1'],
    ['rebalance'],
  ]) {
    const all = [join(folder, `${part}.builder`), ...args];
    const { status, stderr } = spawnSync(join(programs, 'swift-ring-builder'), all);
    if (status !== 0) throw new Error(`swift-ring-builder ${all.join(' ')}: ${stderr}`);
  }
}

function write(folder: string, part: string, text: string): void {
  writeFileSync(join(folder, `${part}.conf`), text);
}

const common = (port: number, folder: string) => `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
workers = 0
user = ${userInfo().username}
swift_dir = ${folder}
`;

const partOf = (part: string, port: number, folder: string) => `${common(port, folder)}
devices = ${join(folder, 'devices')}
mount_check = false
[pipeline:main]
pipeline = ${part}-server
[app:${part}-server]
use = egg:swift#${part}
`;

/** It asks for memcached and goes on without one. */
const proxyOf = (port: number, folder: string) => `${common(port, folder)}
[pipeline:main]
pipeline = catch_errors cache s3api tempauth copy slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:s3api]
use = egg:swift#s3api
[filter:tempauth]
use = egg:swift#tempauth
user_reins_writer = secret .admin
user_reins_stranger = other
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
`;

function answers(port: number): Promise<boolean> {
  return new Promise<boolean>((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
