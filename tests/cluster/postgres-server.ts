/** A PostgreSQL of Debian's on a free port with a data folder of its own. */
import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../setup/free-port.ts';
import { install, isRoot } from './debian.ts';

const VERSIONS = '/usr/lib/postgresql';
/** Debian's user of the server, which does not start as root. */
const USER = 'postgres';

export interface PostgresServer {
  /** `postgres://…/`, for the name of a database to be added. */
  readonly url: string;
  start(): void;
  /** `immediate` leaves it as a power cut would. */
  stop(mode: 'fast' | 'immediate'): void;
  remove(): void;
}

/** @throws Error with the way out where the server cannot be had */
export async function createPostgres(): Promise<PostgresServer> {
  const programs = find() ?? install('PostgreSQL', 'postgresql', find);
  const folder = mkdtempSync(join(tmpdir(), 'reins-postgres-'));
  if (isRoot) give(folder);
  const data = join(folder, 'data');
  const port = await freePort();
  run(programs, 'initdb', '-D', data, '-U', 'reins', '--auth=trust', '--no-locale', '-E', 'UTF8');
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''`;
  const log = join(folder, 'log');
  return {
    url: `postgres://reins@127.0.0.1:${port}/`,
    start: () => run(programs, 'pg_ctl', '-D', data, '-l', log, '-o', options, '-w', 'start'),
    stop: (mode) => run(programs, 'pg_ctl', '-D', data, '-m', mode, '-w', 'stop'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Folder of the newest version's programs. */
function find(): string | undefined {
  if (!existsSync(VERSIONS)) return undefined;
  const versions = readdirSync(VERSIONS)
    .map(Number)
    .sort((a, b) => b - a);
  return versions
    .map((version) => join(VERSIONS, String(version), 'bin'))
    .find((path) => existsSync(join(path, 'initdb')));
}

function give(folder: string): void {
  const id = (flag: string) =>
    Number(spawnSync('id', [flag, USER], { encoding: 'utf8' }).stdout.trim());
  chownSync(folder, id('-u'), id('-g'));
}

function run(programs: string, name: string, ...args: readonly string[]): void {
  const command = join(programs, name);
  const [file, all] = isRoot
    ? ['runuser', ['-u', USER, '--', command, ...args]]
    : [command, [...args]];
  // The server keeps what it inherits: with pipes this would wait for its end.
  const { status, error } = spawnSync(file as string, all as string[], {
    stdio: 'ignore',
    cwd: tmpdir(),
  });
  if (status !== 0) throw new Error(`${name} ${args.join(' ')}: ${error ?? `exit ${status}`}`);
}
