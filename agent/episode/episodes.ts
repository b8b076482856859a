/**
 * Episodes as they grow (recorder), as they are kept (store), and as they are copied.
 * Columns are flat typed arrays that grow by doubling; `Episode` fields are views of them.
 */
import { type Environment, type EnvState, POSE_SIZE, type TimeStep } from '../../sim/contract.ts';
import {
  type ActionSource,
  type Episode,
  type EpisodeEnd,
  type EpisodeSource,
  type Segment,
  SOURCE_CODE,
} from '../contract.ts';
import { allocate, type Columns, copySteps, grow, type Sizes, views } from './columns.ts';

export interface RecorderOptions {
  readonly runId: string;
  readonly environmentId: string;
  readonly configHash: string;
  readonly observationSize: number;
  readonly actionSize: number;
  /** Bodies in the pose stream. */
  readonly bodies: number;
  /** Keep poses of every step; default false. */
  readonly keepPoses?: boolean;
  /** Save the environment's state every so many steps, step 0 included; 0 = never (default). */
  readonly stateEvery?: number;
  /** Steps to make room for at first; default 256. */
  readonly capacity?: number;
}

export interface EpisodeRecorder {
  /** Start an episode at `ts`, which is a `first` step (or the branching point of `branchOf`). */
  begin(
    id: string,
    seed: number,
    startedAt: number,
    env: Environment,
    ts: TimeStep,
    branchOf?: { readonly episodeId: string; readonly step: number },
  ): void;
  /** Record the step that led to `ts`. Allocates nothing except when columns double or a state is due. */
  step(
    env: Environment,
    ts: TimeStep,
    action: Float32Array,
    policyAction: Float32Array,
    source: ActionSource,
    policyVersion: number,
  ): void;
  /** Go on from another state, `ts`, in place of the last one recorded: another stretch begins. */
  jump(env: Environment, ts: TimeStep): void;
  /** Forget everything after `step`; the environment is expected to be back there. */
  rewindTo(step: number): void;
  end(end: EpisodeEnd): void;
  /** Steps recorded so far. */
  readonly length: number;
  /**
   * The episode so far, as views: they see later changes made by `rewindTo`, and the next `begin`
   * starts fresh columns, so a finished episode stays as it is.
   */
  episode(): Episode;
}

export function createEpisodeRecorder(options: RecorderOptions): EpisodeRecorder {
  const stateEvery = options.stateEvery ?? 0;
  const capacity = Math.max(1, options.capacity ?? 256);
  const sizes: Sizes = {
    d: options.observationSize,
    k: options.actionSize,
    p: options.keepPoses ? options.bodies * POSE_SIZE : 0,
    xyz: 3,
  };
  const pose = new Float32Array(sizes.p);
  const position = new Float32Array(3);
  const metrics: Record<string, number> = {};
  let columns = allocate(0, sizes);
  let states: { step: number; state: EnvState }[] = [];
  let length = 0;
  let end: EpisodeEnd = 'open';
  let head = { id: '', seed: 0, startedAt: 0 };
  let branch: Episode['branchOf'];

  function recordState(env: Environment, ts: TimeStep): void {
    columns.observations.set(ts.observation, length * sizes.d);
    if (sizes.p > 0) {
      env.writePoses(pose);
      columns.poses.set(pose, length * sizes.p);
    }
    env.writeAgentPosition(position);
    columns.positions.set(position, length * 3);
    for (const name in ts.info.metrics) metrics[name] = ts.info.metrics[name]!;
    if (stateEvery > 0 && length % stateEvery === 0) {
      states.push({ step: length, state: env.saveState() });
    }
  }

  return {
    begin(id, seed, startedAt, env, ts, branchOf) {
      checkLength('observation', ts.observation.length, sizes.d);
      head = { id, seed, startedAt };
      branch = branchOf;
      columns = allocate(capacity, sizes);
      states = [];
      length = 0;
      end = 'open';
      for (const name in metrics) delete metrics[name];
      recordState(env, ts);
    },
    step(env, ts, action, policyAction, source, policyVersion) {
      if (end !== 'open') throw new Error(`recorder.step: episode ${head.id} is ${end}`);
      checkLength('action', action.length, sizes.k);
      checkLength('policyAction', policyAction.length, sizes.k);
      if (length >= columns.sources.length) columns = grow(columns, length + 1, sizes);
      const t = length;
      columns.actions.set(action, t * sizes.k);
      columns.policyActions.set(policyAction, t * sizes.k);
      columns.sources[t] = SOURCE_CODE[source];
      columns.policyVersions[t] = policyVersion;
      columns.envRewards[t] = ts.reward;
      columns.costs[t] = ts.info.cost;
      columns.discounts[t] = ts.discount;
      columns.successes[t] = ts.info.success ? 1 : 0;
      length = t + 1;
      recordState(env, ts);
    },
    jump: recordState,
    rewindTo(step) {
      if (!Number.isInteger(step) || step < 0 || step > length)
        throw new RangeError(`recorder.rewindTo: step is ${step}, allowed 0 to ${length}`);
      length = step;
      end = 'open';
      states = states.filter((s) => s.step <= step);
    },
    end(how) {
      end = how;
    },
    get length() {
      return length;
    },
    episode() {
      return {
        ...head,
        runId: options.runId,
        environmentId: options.environmentId,
        configHash: options.configHash,
        observationSize: sizes.d,
        actionSize: sizes.k,
        bodies: options.bodies,
        length,
        end,
        ...views(columns, length, sizes),
        states: states.slice(),
        summary: { ...metrics, ...sums(columns, length) },
        ...(branch ? { branchOf: branch } : {}),
      };
    },
  };
}

function checkLength(field: string, is: number, expected: number): void {
  if (is !== expected)
    throw new RangeError(`recorder.${field}: has ${is} numbers, expected ${expected}`);
}

function sums(c: Columns, n: number): { return: number; cost: number; success: number } {
  let total = 0;
  let cost = 0;
  let success = 0;
  for (let t = 0; t < n; t++) {
    total += c.envRewards[t]!;
    cost += c.costs[t]!;
    if (c.successes[t] === 1) success = 1;
  }
  return { return: total, cost, success };
}

/** A copy with arrays of its own, trimmed to its length; without poses if `poses` is false. */
export function copyEpisode(episode: Episode, options: { poses?: boolean } = {}): Episode {
  const sizes = sizesOf(episode, options.poses !== false);
  const v = views(episode, episode.length, sizes);
  return {
    ...episode,
    observations: v.observations.slice(),
    actions: v.actions.slice(),
    policyActions: v.policyActions.slice(),
    sources: v.sources.slice(),
    policyVersions: v.policyVersions.slice(),
    envRewards: v.envRewards.slice(),
    costs: v.costs.slice(),
    discounts: v.discounts.slice(),
    successes: v.successes.slice(),
    poses: v.poses.slice(),
    positions: v.positions.slice(),
    states: episode.states.map((s) => ({ step: s.step, state: s.state.slice() })),
    summary: { ...episode.summary },
  };
}

function sizesOf(episode: Episode, poses: boolean): Sizes {
  return {
    d: episode.observationSize,
    k: episode.actionSize,
    p: poses && episode.poses.length > 0 ? episode.bodies * POSE_SIZE : 0,
    xyz: episode.positions.length > 0 ? 3 : 0,
  };
}

export interface EpisodeStore extends EpisodeSource {
  /** Steps held in all. */
  readonly steps: number;
  /** Oldest first. */
  ids(): string[];
  /**
   * Those of them that were seen as they happened: not counterfactuals, which nobody lived, nor what was
   * only called to mind for feedback about it (both come whole, without a new step).
   */
  lived(): string[];
  isLived(id: string): boolean;
  /** Keep a copy of a whole episode (replacing one of the same id). */
  add(episode: Episode): void;
  /**
   * Steps [from, to) of `episode` are new; its columns hold [0, to). Steps after `from` that are
   * already known are replaced: the episode was rewound.
   */
  append(episode: Episode, from: number, to: number): void;
  /** Never forget this episode: feedback refers to it. */
  pin(id: string): void;
}

interface Entry {
  columns: Columns;
  episode: Episode;
  readonly sizes: Sizes;
  pinned: boolean;
  readonly lived: boolean;
}

/**
 * Keeps recent episodes, oldest forgotten first, and every pinned one.
 * `maxSteps` bounds the steps of episodes that are not pinned; `poses`: keep poses too (default false).
 */
export function createEpisodeStore(options: {
  readonly maxSteps: number;
  readonly poses?: boolean;
}): EpisodeStore {
  const entries = new Map<string, Entry>();
  /** Pins may arrive before their episode does. */
  const pins = new Set<string>();
  let steps = 0;
  let pinnedSteps = 0;

  function account(entry: Entry, sign: 1 | -1): void {
    steps += sign * entry.episode.length;
    if (entry.pinned) pinnedSteps += sign * entry.episode.length;
  }

  function forgetOld(except: string): void {
    for (const [id, entry] of entries) {
      if (steps - pinnedSteps <= options.maxSteps) return;
      if (entry.pinned || id === except) continue;
      account(entry, -1);
      entries.delete(id);
    }
  }

  function open(episode: Episode, lived: boolean): Entry {
    const sizes = sizesOf(episode, options.poses === true);
    const columns = allocate(episode.length, sizes);
    const entry = { columns, episode, sizes, pinned: pins.has(episode.id), lived };
    entries.set(episode.id, entry);
    return entry;
  }

  const store: EpisodeStore = {
    get steps() {
      return steps;
    },
    ids: () => [...entries.keys()],
    isLived: (id) => entries.get(id)?.lived === true,
    lived: () => [...entries].filter(([, entry]) => entry.lived).map(([id]) => id),
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
      if (to > entry.columns.sources.length) entry.columns = grow(entry.columns, to, entry.sizes);
      copySteps(episode, start, to, entry.columns, entry.sizes);
      entry.episode = {
        ...episode,
        length: to,
        ...views(entry.columns, to, entry.sizes),
        states: episode.states.filter((s) => s.step <= to),
        summary: { ...episode.summary },
      };
      account(entry, 1);
      forgetOld(episode.id);
    },
    pin(id) {
      if (pins.has(id)) return;
      pins.add(id);
      const entry = entries.get(id);
      if (!entry) return;
      entry.pinned = true;
      pinnedSteps += entry.episode.length;
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
