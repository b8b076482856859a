/** Keeps the episodes that learners, queries and feedback refer to. */
import type { Episode, EpisodeSource, Segment } from '../contract.ts';
import { release } from '../release.ts';
import {
  allocate,
  buffersOf,
  bytesOf,
  type Columns,
  copySteps,
  grow,
  keptSizes,
  type Sizes,
  sliceColumns,
  views,
} from './columns.ts';

export interface EpisodeStore extends EpisodeSource {
  /** Steps held in all. */
  readonly steps: number;
  /** Bytes of their columns. */
  readonly bytes: number;
  /** Oldest first. */
  ids(): string[];
  /** Ids of those that are experience, oldest first. */
  experienceIds(): string[];
  /**
   * Whether it was seen as it happened. Counterfactuals and predictions are not experience, nor are episodes
   * that were recalled for feedback about them, which come whole and without a new step.
   */
  isExperience(id: string): boolean;
  /** Keep a copy of a whole episode (replacing one of the same id). */
  add(episode: Episode): void;
  /**
   * Steps [from, to) of `episode` are new; its columns hold [0, to). Steps after `from` that are
   * already known are replaced.
   */
  append(episode: Episode, from: number, to: number): void;
  /** Never forget this episode: feedback refers to it. */
  pin(id: string): void;
  /** Not to forget these for now, in place of those that were held before: open questions are about them. */
  hold(ids: readonly string[]): void;
  /** Which steps of which episodes it holds, without the steps. */
  save(): SavedStore;
  /** `source` has the steps of all of them. @throws RangeError naming an episode that it lacks. */
  load(saved: SavedStore, source: EpisodeSource): void;
}

export interface SavedStore {
  /** Oldest first, as far as each was known. */
  readonly episodes: readonly (Pick<Episode, 'id' | 'length' | 'end' | 'summary'> & {
    readonly isExperience: boolean;
  })[];
  readonly pins: readonly string[];
}

interface Entry {
  columns: Columns;
  episode: Episode;
  readonly sizes: Sizes;
  pinned: boolean;
  isExperience: boolean;
}

/**
 * Keeps recent episodes, oldest forgotten first, and every one that is pinned, held, or goes on. What `get` returned
 * are views, valid until more is added: memory that is no longer needed is given back at once.
 * `maxSteps` and `maxBytes` bound the others (the one that was added last is always kept);
 * `poses`: keep poses and pictures too (default false).
 */
export function createEpisodeStore(options: {
  readonly maxSteps: number;
  readonly maxBytes?: number;
  readonly poses?: boolean;
}): EpisodeStore {
  const entries = new Map<string, Entry>();
  /** Pins may arrive before their episode does. */
  const pins = new Set<string>();
  let held: ReadonlySet<string> = new Set();
  const { maxSteps, maxBytes = Number.POSITIVE_INFINITY } = options;
  let steps = 0;
  let bytes = 0;
  let pinnedSteps = 0;
  let pinnedBytes = 0;

  function account(entry: Entry, sign: 1 | -1): void {
    steps += sign * entry.episode.length;
    bytes += sign * bytesOf(entry.columns, entry.episode.pictures);
    if (entry.pinned) countPinned(entry, sign);
  }

  function countPinned(entry: Entry, sign: 1 | -1): void {
    pinnedSteps += sign * entry.episode.length;
    pinnedBytes += sign * bytesOf(entry.columns, entry.episode.pictures);
  }

  const isKept = (id: string) => pins.has(id) || held.has(id);

  function mark(id: string): void {
    const entry = entries.get(id);
    if (!entry || entry.pinned === isKept(id)) return;
    if (entry.pinned) countPinned(entry, -1);
    entry.pinned = !entry.pinned;
    if (entry.pinned) countPinned(entry, 1);
  }

  function replace(entry: Entry, columns: Columns): void {
    release(buffersOf(entry.columns));
    entry.columns = columns;
  }

  function forgetOld(except: string): void {
    for (const [id, entry] of entries) {
      if (steps - pinnedSteps <= maxSteps && bytes - pinnedBytes <= maxBytes) return;
      if (entry.pinned || id === except || entry.episode.end === 'open') continue;
      account(entry, -1);
      entries.delete(id);
      release(buffersOf(entry.columns));
    }
  }

  function open(episode: Episode, isNew: boolean): Entry {
    const kept = keptSizes(episode);
    const sizes = options.poses ? kept : { ...kept, pose: 0 };
    const columns = allocate(episode.length, sizes);
    const isExperience = isNew && episode.origin === 'experience';
    const entry = { columns, episode, sizes, pinned: isKept(episode.id), isExperience };
    entries.set(episode.id, entry);
    return entry;
  }

  const store: EpisodeStore = {
    get steps() {
      return steps;
    },
    get bytes() {
      return bytes;
    },
    ids: () => [...entries.keys()],
    isExperience: (id) => entries.get(id)?.isExperience === true,
    experienceIds: () => [...entries].filter(([, e]) => e.isExperience).map(([id]) => id),
    get: (id) => entries.get(id)?.episode,
    add(episode) {
      const old = entries.get(episode.id);
      if (old) account(old, -1);
      entries.delete(episode.id);
      store.append(episode, 0, episode.length);
    },
    append(episode, from, to) {
      if (from < 0 || from > to || to > episode.length)
        throw new RangeError(
          `episodes.append: steps [${from}, ${to}) of ${episode.id}, which has ${episode.length}`,
        );
      let entry = entries.get(episode.id);
      let start = from;
      if (entry) account(entry, -1);
      if (!entry || from > entry.episode.length) start = 0; // also fills a gap from the columns
      entry ??= open(episode, to > from);
      if (to > entry.columns.sources.length) replace(entry, grow(entry.columns, to, entry.sizes));
      copySteps(episode, start, to, entry.columns, entry.sizes);
      // Nothing more comes: the room to grow in is given back.
      if (episode.end !== 'open' && entry.columns.sources.length > to)
        replace(entry, sliceColumns(entry.columns, 0, to, entry.sizes));
      const { pictures, ...head } = episode;
      entry.episode = {
        ...head,
        ...(options.poses && pictures ? { pictures } : {}),
        length: to,
        ...views(entry.columns, to, entry.sizes),
        states: episode.states.filter((s) => s.step <= to),
        summary: { ...episode.summary },
      };
      account(entry, 1);
      forgetOld(episode.id);
    },
    pin(id) {
      pins.add(id);
      mark(id);
    },
    hold(ids) {
      const before = held;
      held = new Set(ids);
      for (const id of [...before, ...held]) mark(id);
    },
    save: () => ({
      episodes: [...entries.values()].map(({ episode, isExperience }) => {
        const { id, length, end, summary } = episode;
        return { id, length, end, summary, isExperience };
      }),
      pins: [...pins],
    }),
    load(saved, source) {
      entries.clear();
      pins.clear();
      steps = 0;
      pinnedSteps = 0;
      for (const id of saved.pins) pins.add(id);
      for (const { id, length, end, summary, isExperience } of saved.episodes) {
        const known = source.get(id);
        if (!known || known.length < length)
          throw new RangeError(
            `episodes.load: ${id} has ${known?.length ?? 'no'} steps, expected ${length}`,
          );
        store.append({ ...known, end, summary }, 0, length);
        entries.get(id)!.isExperience = isExperience;
      }
    },
  };
  return store;
}

/** Observations (n, d) and actions (n, k) of a segment as views, or undefined when it is not all there. */
export function segmentRows(
  segment: Segment,
  episodes: EpisodeSource,
): { observations: Float32Array; actions: Float32Array; n: number } | undefined {
  const episode = episodes.get(segment.episodeId);
  if (!episode || segment.from < 0 || segment.to > episode.length || segment.from >= segment.to)
    return undefined;
  const { observationSize: d, actionSize: k } = episode;
  return {
    observations: episode.observations.subarray(segment.from * d, segment.to * d),
    actions: episode.actions.subarray(segment.from * k, segment.to * k),
    n: segment.to - segment.from,
  };
}
