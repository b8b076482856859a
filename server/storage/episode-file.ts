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
type Meta = Omit<Episode, ColumnName | 'states' | 'origin' | 'pictures'> & {
  readonly origin?: Episode['origin'];
  readonly stateSteps: number[];
};

/** Columns of an episode's pictures: all of them in a row, and where each ends. */
const PICTURES = 'pictures';
const PICTURE_ENDS = 'picture-ends';

/** An episode as head and columns of a binary file. */
export function packEpisode(episode: Episode): {
  meta: Record<string, unknown>;
  columns: Record<string, Column>;
} {
  const columns: Record<string, Column> = {};
  const meta: Record<string, unknown> = { stateSteps: episode.states.map((s) => s.step) };
  for (const [key, value] of Object.entries(episode)) {
    if (
      key !== 'states' &&
      key !== 'pictures' &&
      !(COLUMN_NAMES as readonly string[]).includes(key)
    )
      meta[key] = value;
  }
  meta.summary = JSON.parse(plainJson(episode.summary));
  for (const name of COLUMN_NAMES) columns[name] = episode[name];
  for (const [i, { state }] of episode.states.entries()) columns[`state-${i}`] = state;
  if (episode.pictures) {
    let end = 0;
    columns[PICTURE_ENDS] = Uint32Array.from(
      episode.pictures,
      (picture) => (end += picture.length),
    );
    columns[PICTURES] = new Uint8Array(Buffer.concat(episode.pictures));
  }
  return { meta, columns };
}

function unpackPictures(columns: Readonly<Record<string, Column>>): Uint8Array[] | undefined {
  const all = columns[PICTURES] as Uint8Array | undefined;
  const ends = columns[PICTURE_ENDS] as Uint32Array | undefined;
  return all && ends && Array.from(ends, (end, i) => all.subarray(ends[i - 1] ?? 0, end));
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
  const pictures = unpackPictures(columns);
  const episode = {
    ...head,
    ...(pictures ? { pictures } : {}),
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
