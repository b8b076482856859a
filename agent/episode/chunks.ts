/**
 * How episodes travel between threads: only the new steps, in arrays of their own that are transferred,
 * not copied (`buffersOf`); put together again on the other side.
 */
import { type Episode, isPersons } from '../contract.ts';
import { release } from '../release.ts';
import {
  allocate,
  buffersOf,
  COLUMN_NAMES,
  type ColumnName,
  type Columns,
  grow,
  type Sizes,
  sizesOf,
  sliceColumns,
  span,
  views,
} from './columns.ts';

/**
 * Steps [from, to) of an episode, with the state after each and the one before the first. No poses, no pictures, no saved
 * states.
 */
export interface EpisodeChunk extends Omit<Episode, 'length' | 'states' | 'pictures'> {
  readonly from: number;
  readonly to: number;
}

/** What chunks leave out of an episode that has ended. */
export type EpisodeRest = Omit<Episode, Exclude<ColumnName, 'poses'>>;

export function restOf(episode: Episode): EpisodeRest {
  const rest: Partial<Episode> & EpisodeRest = { ...episode };
  for (const name of COLUMN_NAMES) if (name !== 'poses') delete rest[name];
  return rest;
}

/** Poses stay with the recorder: learners do not see them. */
const sizesOfChunk = (of: Episode | EpisodeChunk): Sizes => sizesOf(of, { poses: false });

/** A copy of steps [from, to), with arrays of its own. */
export function sliceEpisode(episode: Episode, from: number, to: number): EpisodeChunk {
  const { length: _length, states: _states, pictures: _pictures, ...head } = episode;
  const sizes = sizesOfChunk(episode);
  return {
    ...head,
    bodies: 0,
    summary: { ...episode.summary },
    from,
    to,
    ...sliceColumns(episode, from, to, sizes),
  };
}

/** How an episode ends of which nothing comes after this chunk: without a step more. */
export function abortAfter(chunk: EpisodeChunk): EpisodeChunk {
  const steps = chunk.to - chunk.from;
  const none = sliceColumns(chunk, steps, steps, sizesOfChunk(chunk));
  return { ...chunk, summary: { ...chunk.summary }, from: chunk.to, end: 'aborted', ...none };
}

/** Two chunks of an episode, the second of which goes on where the first ends, as one. */
export function joinChunks(first: EpisodeChunk, second: EpisodeChunk): EpisodeChunk {
  const sizes = sizesOfChunk(second);
  const { from } = first;
  const columns = allocate(second.to - from, sizes);
  for (const name of COLUMN_NAMES) {
    columns[name].set(first[name]);
    columns[name].set(second[name], span(name, second.from - from, second.to - from, sizes)[0]);
  }
  return { ...second, from, ...columns };
}

export interface Assembler {
  /**
   * Views that are valid until the next `add`; undefined when the beginning of the episode went to a thread that died.
   * An episode that ended is forgotten then.
   */
  add(chunk: EpisodeChunk): Episode | undefined;
  /** Nothing more comes of it. */
  forget(episodeId: string): void;
}

/** Puts chunks together again. */
export function createAssembler(): Assembler {
  const open = new Map<string, Columns>();
  let ended: Columns | undefined;
  return {
    forget(episodeId) {
      const columns = open.get(episodeId);
      if (columns) release(buffersOf(columns));
      open.delete(episodeId);
    },
    add(chunk) {
      if (ended) release(buffersOf(ended));
      ended = undefined;
      const old = open.get(chunk.id);
      if (!old && chunk.from > 0) return undefined;
      const sizes = sizesOfChunk(chunk);
      const columns = withRoom(old, chunk.to, sizes);
      for (const name of COLUMN_NAMES)
        columns[name].set(chunk[name], span(name, chunk.from, chunk.to, sizes)[0]);
      if (old && columns !== old) release(buffersOf(old));
      if (chunk.end === 'open') open.set(chunk.id, columns);
      else {
        open.delete(chunk.id);
        ended = columns;
      }
      const { from: _from, to, ...head } = chunk;
      return { ...head, length: to, ...views(columns, to, sizes), states: [] };
    },
  };
}

function withRoom(columns: Columns | undefined, rows: number, sizes: Sizes): Columns {
  if (!columns) return allocate(Math.max(256, rows), sizes);
  return rows > columns.sources.length ? grow(columns, rows, sizes) : columns;
}

/** Steps of an episode in which a person held control, alone or with a share of the action. */
export function countHumanSteps(sources: Uint8Array): number {
  let n = 0;
  for (const source of sources) if (isPersons(source)) n++;
  return n;
}
