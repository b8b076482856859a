/** One file per episode. */
import { readFileSync } from 'node:fs';
import type { Episode } from '../../agent/contract.ts';
import type { EnvState } from '../../sim/contract.ts';
import { type Column, parseBinary, writeBinary } from './binary.ts';

const COLUMNS = [
  'observations',
  'actions',
  'policyActions',
  'sources',
  'policyVersions',
  'envRewards',
  'costs',
  'discounts',
  'successes',
  'poses',
  'positions',
] as const satisfies readonly (keyof Episode)[];

type Meta = Omit<Episode, (typeof COLUMNS)[number] | 'states'> & { readonly stateSteps: number[] };

export function writeEpisodeFile(path: string, episode: Episode): void {
  const columns: Record<string, Column> = {};
  const meta: Record<string, unknown> = { stateSteps: episode.states.map((s) => s.step) };
  for (const [key, value] of Object.entries(episode)) {
    if ((COLUMNS as readonly string[]).includes(key)) columns[key] = value as Column;
    else if (key !== 'states') meta[key] = value;
  }
  for (const [i, { state }] of episode.states.entries()) columns[`state-${i}`] = state;
  writeBinary(path, meta, columns);
}

/** @throws Error naming what is wrong: checksum, a missing column, lengths that do not fit. */
export function readEpisodeFile(path: string): Episode {
  return parseEpisode(readFileSync(path));
}

/** The same for bytes already read. */
export function parseEpisode(bytes: Buffer): Episode {
  const { meta, columns } = parseBinary(bytes);
  const { stateSteps, ...head } = meta as Meta;
  for (const name of COLUMNS) if (!columns[name]) throw new Error(`column ${name} is missing`);
  const episode = {
    ...head,
    ...Object.fromEntries(COLUMNS.map((name) => [name, columns[name]])),
    states: stateSteps.map((step, i) => ({ step, state: columns[`state-${i}`] as EnvState })),
  } as unknown as Episode;
  const observations = (episode.length + 1) * episode.observationSize;
  if (episode.observations.length !== observations) {
    throw new Error(
      `expected one more observation than actions: ${episode.observations.length} numbers, expected ${observations}`,
    );
  }
  return episode;
}
