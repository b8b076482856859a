/**
 * What makes a run: the content of it, not the spelling of a path. A run goes on when all of this is the
 * same, and what differs can be named.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { EnvironmentOptions } from '../../sim/contract.ts';
import type { Run, RunIdentity } from './contract.ts';

export interface Wanted {
  readonly environment: string;
  readonly environmentOptions: EnvironmentOptions;
  /** Paths of the files that these options make it of: their content belongs to the run. */
  readonly files?: readonly string[] | undefined;
  /** Options that are paths: how they are spelt does not belong to it. */
  readonly pathOptions?: readonly string[] | undefined;
  readonly preset: string;
  readonly overrides: Readonly<Record<string, unknown>>;
  /** Path of the finished policy that drives, where nothing learns. */
  readonly policyFile?: string | undefined;
  /** Absent: whichever a run has. */
  readonly seed?: number | undefined;
}

const sha = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');

export function identityOf(wanted: Wanted): RunIdentity {
  const {
    environment,
    environmentOptions,
    preset,
    overrides,
    files = [],
    pathOptions = [],
    policyFile,
  } = wanted;
  return {
    environment,
    options: sorted(environmentOptions, (name) => !pathOptions.includes(name)),
    files: files.filter((path) => existsSync(path)).map(fileOf),
    preset,
    overrides: sorted(overrides, () => true),
    ...(policyFile === undefined ? {} : { policy: fileOf(policyFile) }),
  };
}

/** Where the files that its options name lie now; undefined: its options name none. */
export function placesOf({ environmentOptions, pathOptions = [] }: Wanted): Run['places'] {
  const given = pathOptions.flatMap((name) => {
    const { [name]: path } = environmentOptions;
    return typeof path === 'string' && path !== '' ? [[name, resolve(path)] as const] : [];
  });
  return given.length > 0 ? Object.fromEntries(given) : undefined;
}

/** By its own name and content, wherever it lies. */
function fileOf(path: string): RunIdentity['files'][number] {
  return { name: basename(path), hash: sha(readFileSync(path)).slice(0, 16) };
}

/** Names in order: `{a, b}` and `{b, a}` are the same. */
function sorted(values: object, wanted: (name: string) => boolean): Record<string, unknown> {
  const entries = Object.entries(values).filter(([name]) => wanted(name));
  return Object.fromEntries(
    entries
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, v]) => [
        name,
        v !== null && typeof v === 'object' && !Array.isArray(v) ? sorted(v, () => true) : v,
      ]),
  );
}

export function hashOf(identity: RunIdentity): string {
  return sha(JSON.stringify(identity)).slice(0, 16);
}

/** As versions up to 0.1.0 marked their runs: by the spelling of the options. */
export function oldHashOf(wanted: Wanted, version: string): string {
  const { environment, environmentOptions, overrides } = wanted;
  const settings = Object.keys(overrides).length > 0 ? [overrides] : [];
  return sha(JSON.stringify([environment, environmentOptions, version, ...settings])).slice(0, 16);
}

export function isSame(run: Run, wanted: Wanted, identity: RunIdentity, version: string): boolean {
  if (wanted.seed !== undefined && wanted.seed !== run.seed) return false;
  if (run.identity) return run.configHash === hashOf(identity);
  return (
    run.environmentId === wanted.environment &&
    run.preset === wanted.preset &&
    run.configHash === oldHashOf(wanted, version)
  );
}

/** In words, what a run has and what was asked for instead. */
export function differences(run: Run, wanted: Wanted, identity: RunIdentity): string[] {
  const found: string[] = [];
  const compare = (what: string, old: unknown, now: unknown) => {
    const [a, b] = [JSON.stringify(old), JSON.stringify(now)];
    if (a !== b) found.push(`${what} was ${a ?? 'not given'}, now ${b ?? 'not given'}`);
  };
  compare('environment', run.environmentId, wanted.environment);
  compare('preset', run.preset, wanted.preset);
  if (wanted.seed !== undefined) compare('seed', run.seed, wanted.seed);
  if (!run.identity) {
    if (found.length === 0) found.push('the options of the environment or the preset');
    return found;
  }
  const policyWords = ({ policy }: RunIdentity) => policy && `${policy.name} ${policy.hash}`;
  compare('policy', policyWords(run.identity), policyWords(identity));
  for (const part of ['options', 'overrides'] as const) {
    const names = new Set([...Object.keys(run.identity[part]), ...Object.keys(identity[part])]);
    const title = part === 'options' ? 'option' : 'setting';
    for (const name of names)
      compare(`${title} ${name}`, run.identity[part][name], identity[part][name]);
  }
  const hashes = (list: RunIdentity['files']) => list.map((f) => `${f.name} ${f.hash}`);
  const [old, now] = [hashes(run.identity.files), hashes(identity.files)];
  for (const { name, hash } of identity.files)
    if (!old.includes(`${name} ${hash}`)) found.push(`file ${name} has another content or is new`);
  for (const { name, hash } of run.identity.files)
    if (!now.includes(`${name} ${hash}`) && !identity.files.some((f) => f.name === name))
      found.push(`file ${name} is gone`);
  return found;
}
