/** One file per episode. */
import { readFileSync } from 'node:fs';
import type { Episode } from '../../agent/contract.ts';
import { COLUMN_NAMES, type ColumnName } from '../../agent/episode/columns.ts';
import { originOfOldId } from '../../agent/episode/origin.ts';
import type { EnvState } from '../../sim/contract.ts';
import { type Column, parseBinary, writeBinary } from './binary.ts';
import { numbersOf, plainJson } from './plain-numbers.ts';
import type { WriteOptions } from './write-file.ts';

/** `origin` is absent in files of older versions. */
type Meta = Omit<Episode, ColumnName | 'states' | 'origin'> & {
  readonly origin?: Episode['origin'];
  readonly stateSteps: number[];
};

/** An episode as head and columns of a binary file. */
export function packEpisode(episode: Episode): {
  meta: Record<string, unknown>;
  columns: Record<string, Column>;
} {
  const columns: Record<string, Column> = {};
  const meta: Record<string, unknown> = { stateSteps: episode.states.map((s) => s.step) };
  for (const [key, value] of Object.entries(episode)) {
    if (key !== 'states' && !(COLUMN_NAMES as readonly string[]).includes(key)) meta[key] = value;
  }
  meta.summary = JSON.parse(plainJson(episode.summary));
  for (const name of COLUMN_NAMES) columns[name] = episode[name];
  for (const [i, { state }] of episode.states.entries()) columns[`state-${i}`] = state;
  return { meta, columns };
}

export function writeEpisodeFile(path: string, episode: Episode, options?: WriteOptions): void {
  const { meta, columns } = packEpisode(episode);
  writeBinary(path, meta, columns, options);
}

/** @throws Error naming what is wrong: checksum, a missing column, lengths that do not fit. */
export function readEpisodeFile(path: string): Episode {
  return parseEpisode(readFileSync(path));
}

/** The same for bytes already read. */
export function parseEpisode(bytes: Buffer): Episode {
  const { meta, columns } = parseBinary(bytes);
  const { stateSteps, ...head } = meta as Meta;
  for (const name of COLUMN_NAMES) if (!columns[name]) throw new Error(`column ${name} is missing`);
  const episode = {
    ...head,
    summary: numbersOf(head.summary),
    origin: head.origin ?? originOfOldId(head.id),
    ...Object.fromEntries(COLUMN_NAMES.map((name) => [name, columns[name]])),
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
