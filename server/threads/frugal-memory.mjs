import { setFlagsFromString } from 'node:v8';

/**
 * glibc keeps what threads give back in arenas of theirs, and takes even large pieces from there once one was freed:
 * after 38,000 steps 147 of 490 MB were such leftovers (docs/reliability.md). Two arenas, and a fixed size from which a piece
 * is the system's again, are what it reads when a process begins; so this one begins again, under the same id. At a
 * quarter of a megabyte 30 MB more stayed, at one arena 20; the smaller size cost no processor time.
 */
const FRUGAL = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '65536',
  MALLOC_TRIM_THRESHOLD_: '65536',
};

/**
 * V8 counts steps on their way as old objects, and looked through all of an actor's 20 MB of others twice a second for
 * them: a fifth of its processor time. From 64 MB on it looks, which are 25 to 40 MB more.
 */
const SENDING = ['--initial-old-space-size=64'];

/** How long collections give pages back: a start's garbage is collected by then. For ever it costs 3 to 8 % of the steps. */
const STARTING_MS = 20_000;

/**
 * V8 keeps the pages that a collection empties as long as its thread is never idle: from 13.6 on (Node 24) without bound,
 * 65 MB after a start. So set, collections give pages back. It counts for all threads of the process.
 */
export function giveBackPages() {
  setFlagsFromString('--optimize-for-size');
  setTimeout(() => setFlagsFromString('--no-optimize-for-size'), STARTING_MS).unref();
}

/**
 * Does nothing where that is not possible (Node 20), of no use, already so, or where somebody has set one of them.
 * @param {boolean} sends what it makes to another process
 */
export function beFrugal(sends) {
  const { env, execPath, execArgv, argv } = process;
  if (process.platform !== 'linux' || typeof process.execve !== 'function') return;
  // A channel to who forked it would not survive.
  if (env.NODE_CHANNEL_FD !== undefined || Object.keys(FRUGAL).some((name) => name in env)) return;
  const flags = sends ? [...execArgv, ...SENDING] : execArgv;
  const { MALLOC_ARENA_MAX } = FRUGAL; // chunks on their way would each be the system's again: 3 % of the steps
  const set = sends ? { MALLOC_ARENA_MAX } : FRUGAL;
  process.execve(execPath, [execPath, ...flags, ...argv.slice(1)], { ...env, ...set });
}
