/** A network of its own (a namespace of Linux) for some processes, with one line to this one that can be cut. Root. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { install } from './debian.ts';

export interface Network {
  /** What a program and its arguments come after, to run there. */
  readonly inside: readonly string[];
  /** Of this side, and of the other. */
  readonly addresses: { readonly here: string; readonly there: string };
  /** Nothing passes, and nobody is told. */
  cut(): void;
  mend(): void;
  remove(): void;
}

let networks = 0;

/** @throws Error with the way out where there cannot be one */
export function createNetwork(): Network {
  const ip = find() ?? install('ip', 'iproute2', find);
  const run = (...args: string[]) => {
    const { status, stderr } = spawnSync(ip, args, { encoding: 'utf8' });
    if (status !== 0)
      throw new Error(
        `test:cluster needs network namespaces: run it as root (ip ${args.join(' ')}: ${stderr.trim()})`,
      );
  };
  const number = (process.pid + networks++) % 64; // several checkouts may do this at once
  const [name, line] = [`reins-${process.pid}-${number}`, `r${process.pid}n${number}`];
  // Of the range for documentation, 198.51.100.0/24, four addresses each.
  const [here, there] = [1, 2].map((i) => `198.51.100.${4 * number + i}`) as [string, string];
  const inside = [ip, 'netns', 'exec', name];
  run('netns', 'add', name);
  run('link', 'add', line, 'type', 'veth', 'peer', 'name', 'outside', 'netns', name);
  run('address', 'add', `${here}/30`, 'dev', line);
  run('-n', name, 'address', 'add', `${there}/30`, 'dev', 'outside');
  run('-n', name, 'link', 'set', 'lo', 'up');
  const set = (state: 'up' | 'down') => run('-n', name, 'link', 'set', 'outside', state);
  run('link', 'set', line, 'up');
  set('up');
  return {
    inside,
    addresses: { here, there },
    cut: () => set('down'),
    mend: () => set('up'),
    remove: () => run('netns', 'delete', name), // and the line with it
  };
}

function find(): string | undefined {
  return ['/usr/sbin/ip', '/sbin/ip', '/bin/ip'].find((path) => existsSync(path));
}
