/**
 * Replay buffer in columns: a ring of transitions that knows which steps a person acted, can be
 * sampled from people's steps alone, and whose rewards can be replaced by a reward model's, in slices.
 */

import type { Random } from '../../sim/random.ts';
import {
  type Episode,
  isPersons,
  type RewardModel,
  SOURCE_CODE,
  type TransitionBatch,
} from '../contract.ts';
import type { SavedArrays } from '../nn/adam.ts';
import { release } from '../release.ts';
import {
  allocate,
  allocateSampled,
  bytesPerRow,
  type Columns,
  columnList,
  copy,
} from './columns.ts';
import { createLabels } from './labels.ts';
import { createNextObservations } from './next-observations.ts';
import { createObservationRows } from './observation-rows.ts';
import { createSlotSet } from './slot-set.ts';

export const REWARD_SOURCES = ['environment', 'model', 'none'] as const;
export type RewardSource = (typeof REWARD_SOURCES)[number];

/** What fills a batch beside people's share: every step, or the agent's own undisturbed steps. */
export const REST_FROM = ['all', 'undisturbed'] as const;
export type RestFrom = (typeof REST_FROM)[number];

export interface ReplayOptions {
  /** Transitions kept; the oldest are overwritten. */
  readonly capacity: number;
  /** Upper bounds of an observation, (d). */
  readonly observationHigh: Float32Array;
  readonly actionSize: number;
  /** environment: the environment's; model: the reward model's (0 until there is one); none: 0. */
  readonly rewardSource: RewardSource;
  /**
   * People react late: this many steps before a takeover imitate its first action as well, because it
   * would already have been right there (default 0).
   */
  readonly reactionSteps?: number;
  /** Where the rest of a batch comes from (default all). */
  readonly restFrom?: RestFrom;
  /** Transitions to make room for at first; beyond, room doubles. Default: as many as 256 MB hold. */
  readonly room?: number;
}

/** A sampled batch; the arrays belong to it and are overwritten by the next `sample` into it. */
export interface ReplayBatch extends TransitionBatch {
  readonly size: number;
  /** 1 where a person acted and the feedback was not retracted, (n). */
  readonly human: Uint8Array;
  /** 1 where there is an action to imitate: people's steps and the moments before they took over, (n). */
  readonly hasImitationTarget: Uint8Array;
  /** The action to imitate where there is one, the executed action elsewhere, (n, k). */
  readonly imitationTargets: Float32Array;
  /** 1 on the first step of a takeover, (n). */
  readonly takeoverStart: Uint8Array;
  /** 1 where the task counted as solved, (n). */
  readonly successes: Uint8Array;
  /** Slots they came from, (n). */
  readonly slots: Int32Array;
}

export interface Replay {
  readonly size: number;
  readonly humanSize: number;
  /** Transitions ever added. */
  readonly added: number;
  /** What it holds. It grows with the transitions up to its capacity, then stays. */
  readonly bytes: number;
  /** Allocated but not yet written to. */
  readonly spareBytes: number;
  /** Whether any step of this episode was ever added. */
  has(episodeId: string): boolean;
  /** Copy steps [from, to) of an episode. */
  add(episode: Episode, from: number, to: number): void;
  /**
   * Fill `batch`: `humanShare` of it from steps with an imitation target (when there are any), the rest from
   * `restFrom`; uniform, with replacement. `successShare` of it comes from solved steps alone.
   * Where either part has no steps yet the other fills the batch, as in the code of PVP.
   */
  sample(batch: ReplayBatch, random: Random, humanShare: number, successShare?: number): void;
  /** Mark steps as acted by a person (a demonstration), or no longer so (a retraction). */
  setHuman(episodeId: string, from: number, to: number, human: boolean): void;
  /** Give steps added since the last call the reward of the last model seen by `relabel`. */
  labelNew(): void;
  /** Label up to `budget` old rows with `model`, from now on the one for new rows; true when every row has its current version. */
  relabel(model: RewardModel, budget: number): boolean;
  /** `inPlace`: columns as they are, for who has read them before anything else happens; else copies (default). */
  save(into: SavedArrays, inPlace?: boolean): Record<string, unknown>;
  load(
    arrays: Readonly<Record<string, Float32Array>>,
    meta: Readonly<Record<string, unknown>>,
  ): void;
}

/**
 * Room that is taken at once: it costs memory only as far as it is written to. Growing step by step would leave a
 * hole behind at each step, which the allocator keeps.
 */
const FIRST_ROOM = 256e6;
/** Episodes whose last steps are remembered: more than actors drive at once. */
const MOST_TAILS = 64;

/** `size` transitions of `d` observation and `k` action numbers. */
export function createBatch(size: number, d: number, k: number): ReplayBatch {
  return { size, ...allocateSampled(size, d, k), slots: new Int32Array(size) };
}

export function createReplay(options: ReplayOptions): Replay {
  const {
    capacity,
    observationHigh,
    actionSize: k,
    rewardSource,
    reactionSteps = 0,
    restFrom = 'all',
  } = options;
  if (!Number.isInteger(capacity) || capacity < 1)
    throw new RangeError(`replay.capacity: is ${capacity}, needs an integer of at least 1`);
  if (!Number.isInteger(reactionSteps) || reactionSteps < 0)
    throw new RangeError(
      `replay.reactionSteps: is ${reactionSteps}, needs an integer of at least 0`,
    );
  const d = observationHigh.length;
  const rowBytes = bytesPerRow(d, k);
  let allocated = Math.min(capacity, options.room ?? Math.ceil(FIRST_ROOM / rowBytes));
  let columns = allocate(allocated, d, k);
  let size = 0;
  let added = 0;
  const observations = createObservationRows(observationHigh);
  const next = createNextObservations(capacity, d);
  const humans = createSlotSet();
  const withTarget = createSlotSet();
  /** The agent's own steps without an imitation target; steps of a retracted takeover are not among them. */
  const undisturbed = createSlotSet();
  /** Slots of the last steps of each recent episode, oldest first. */
  const tails = new Map<number, number[]>();
  const solved = createSlotSet();
  const episodeNumbers = new Map<string, number>();
  const labels = createLabels(observations, { d, k, capacity });

  const slotOf = (index: number) => index % capacity;

  function grow(): void {
    const wider = allocate(Math.min(capacity, allocated * 2), d, k);
    for (const name of Object.keys(columns) as (keyof Columns)[]) wider[name].set(columns[name]);
    allocated = Math.min(capacity, allocated * 2);
    release(Object.values(columns).map((column) => column.buffer as ArrayBuffer));
    columns = wider;
  }

  function numberOf(episodeId: string): number {
    let number = episodeNumbers.get(episodeId);
    if (number === undefined) {
      number = episodeNumbers.size;
      episodeNumbers.set(episodeId, number);
    }
    return number;
  }

  function setTarget(slot: number, from: number): void {
    columns.hasImitationTarget[slot] = 1;
    copy(columns.actions, from * k, columns.imitationTargets, slot * k, k);
    withTarget.set(slot, true);
    undisturbed.set(slot, false);
  }

  function clearTarget(slot: number): void {
    columns.hasImitationTarget[slot] = 0;
    copy(columns.actions, slot * k, columns.imitationTargets, slot * k, k);
    withTarget.set(slot, false);
    undisturbed.set(slot, columns.sources[slot] === SOURCE_CODE.policy);
  }

  /** Remember the step in `slot`; at the first step of a takeover those just before it get its action as target. */
  function follow(slot: number, isTakeover: boolean): void {
    if (reactionSteps === 0) return;
    const number = columns.episodes[slot]!;
    const step = columns.steps[slot]!;
    const tail = tails.get(number) ?? [];
    for (const before of isTakeover ? tail : []) {
      const isOverwritten = columns.episodes[before] !== number || columns.steps[before]! >= step;
      if (isOverwritten || columns.human[before] === 1) continue;
      if (columns.steps[before]! >= step - reactionSteps) setTarget(before, slot);
    }
    tail.push(slot);
    if (tail.length > reactionSteps) tail.shift();
    tails.delete(number); // to the end of the map: the oldest is forgotten first
    tails.set(number, tail);
    if (tails.size > MOST_TAILS) tails.delete(tails.keys().next().value!);
  }

  const replay: Replay = {
    get size() {
      return size;
    },
    get humanSize() {
      return humans.size;
    },
    get added() {
      return added;
    },
    get bytes() {
      return size * rowBytes + observations.bytes + next.bytes;
    },
    get spareBytes() {
      return (allocated - size) * rowBytes;
    },
    has: (episodeId) => episodeNumbers.has(episodeId),
    add(episode, from, to) {
      if (from < 0 || to > episode.length || from > to) {
        throw new RangeError(
          `replay.add: steps [${from}, ${to}) of episode ${episode.id}, which has ${episode.length}`,
        );
      }
      const number = numberOf(episode.id);
      for (let t = from; t < to; t++) {
        const slot = slotOf(added);
        if (slot >= allocated) grow();
        const c = columns;
        observations.write(slot, episode.observations, t);
        const previous = added > 0 ? slotOf(added - 1) : undefined;
        next.set(observations, slot, previous, episode.observations, t + 1);
        copy(episode.actions, t * k, c.actions, slot * k, k);
        copy(episode.policyActions, t * k, c.policyActions, slot * k, k);
        c.rewards[slot] = rewardSource === 'environment' ? episode.envRewards[t]! : 0;
        c.discounts[slot] = episode.discounts[t]!;
        c.sources[slot] = episode.sources[t]!;
        c.episodes[slot] = number;
        c.steps[slot] = t;
        const human = episode.sources[t] === SOURCE_CODE.human;
        c.human[slot] = human ? 1 : 0;
        c.takeoverStart[slot] = human && t > 0 && !isPersons(episode.sources[t - 1]) ? 1 : 0;
        humans.set(slot, human);
        if (human) setTarget(slot, slot);
        else clearTarget(slot);
        follow(slot, c.takeoverStart[slot] === 1);
        c.successes[slot] = episode.successes[t]!;
        solved.set(slot, episode.successes[t] === 1);
        added++;
        if (size < capacity) size++;
      }
    },
    sample(batch, random, humanShare, successShare = 0) {
      if (size === 0) throw new Error('replay.sample: the buffer is empty');
      const isMixed = restFrom === 'undisturbed' && humanShare > 0;
      const rest = isMixed ? undisturbed.size : size;
      const share = rest > 0 ? Math.round(batch.size * humanShare) : batch.size;
      const forced = withTarget.size > 0 ? share : 0;
      const drawRest = () =>
        isMixed && rest > 0 ? undisturbed.at(random.integer(rest)) : random.integer(size);
      const forcedSolved = solved.size > 0 ? Math.round(batch.size * successShare) : 0;
      const c = columns;
      for (let i = 0; i < batch.size; i++) {
        const slot =
          i < forced
            ? withTarget.at(random.integer(withTarget.size))
            : i < forced + forcedSolved
              ? solved.at(random.integer(solved.size))
              : drawRest();
        batch.slots[i] = slot;
        observations.read(slot, batch.observations, i);
        next.read(observations, slot, batch.nextObservations, i);
        copy(c.actions, slot * k, batch.actions, i * k, k);
        copy(c.policyActions, slot * k, batch.policyActions, i * k, k);
        batch.rewards[i] = c.rewards[slot]!;
        batch.discounts[i] = c.discounts[slot]!;
        batch.sources[i] = c.sources[slot]!;
        batch.human[i] = c.human[slot]!;
        batch.hasImitationTarget[i] = c.hasImitationTarget[slot]!;
        copy(c.imitationTargets, slot * k, batch.imitationTargets, i * k, k);
        batch.takeoverStart[i] = c.takeoverStart[slot]!;
        batch.successes[i] = c.successes[slot]!;
      }
    },
    setHuman(episodeId, from, to, human) {
      const number = episodeNumbers.get(episodeId);
      if (number === undefined) return;
      for (let slot = 0; slot < size; slot++) {
        const step = columns.steps[slot]!;
        if (columns.episodes[slot] !== number || step >= to) continue;
        if (step < from) {
          // Its target came from the takeover that is now retracted.
          const isReaction = step >= from - reactionSteps && columns.human[slot] === 0;
          if (!human && isReaction && columns.hasImitationTarget[slot] === 1) clearTarget(slot);
          continue;
        }
        if (columns.sources[slot]! >= SOURCE_CODE.blend) continue; // nobody did it alone, whatever is said of it
        columns.human[slot] = human ? 1 : 0;
        if (!human) columns.takeoverStart[slot] = 0;
        humans.set(slot, human);
        if (human) setTarget(slot, slot);
        else clearTarget(slot);
      }
    },
    labelNew() {
      if (rewardSource === 'model') labels.fresh({ columns, size, added });
    },
    relabel(model, budget) {
      return rewardSource !== 'model' || labels.all(model, budget, { columns, size, added });
    },
    save(into, inPlace = false) {
      for (const { name, savedAs, width } of columnList(d, k)) {
        const column = columns[name].subarray(0, size * width);
        const isAsSaved = inPlace && column instanceof Float32Array;
        into[`replay/${savedAs}`] = isAsSaved ? column : Float32Array.from(column);
      }
      const held: SavedArrays = {};
      observations.save(held);
      for (const [name, array] of Object.entries(held))
        into[name] = inPlace ? array : array.slice();
      next.save(into);
      into['replay/taughtSlots'] = Float32Array.from(withTarget.members());
      into['replay/undisturbedSlots'] = Float32Array.from(undisturbed.members());
      into['replay/humanSlots'] = Float32Array.from(humans.members());
      into['replay/solvedSlots'] = Float32Array.from(solved.members());
      const episodes = [...episodeNumbers.keys()];
      return { capacity, added, episodes, labelled: labels.save() };
    },
    load(arrays, meta) {
      const rows = arrays['replay/rewards']?.length ?? 0;
      if (meta.capacity !== capacity) {
        throw new RangeError(
          `checkpoint.replay.capacity: is ${meta.capacity}, expected ${capacity}`,
        );
      }
      while (allocated < rows) grow();
      for (const { name, savedAs, width } of columnList(d, k)) {
        const saved = arrays[`replay/${savedAs}`];
        if (saved?.length !== rows * width) {
          throw new RangeError(
            `checkpoint.replay/${savedAs}: has ${saved?.length} numbers, expected ${rows * width}`,
          );
        }
        columns[name].set(saved);
      }
      observations.load(arrays, rows);
      size = rows;
      added = meta.added as number;
      next.load(arrays, observations, rows, slotOf(added - 1));
      labels.load(meta.labelled as Parameters<typeof labels.load>[0], added);
      episodeNumbers.clear();
      for (const [number, id] of (meta.episodes as string[]).entries())
        episodeNumbers.set(id, number);
      withTarget.clear();
      for (const slot of arrays['replay/taughtSlots'] ?? []) withTarget.set(slot, true);
      undisturbed.clear();
      for (const slot of arrays['replay/undisturbedSlots'] ?? []) undisturbed.set(slot, true);
      tails.clear();
      for (let index = added - size; index < added; index++) follow(slotOf(index), false);
      humans.clear();
      for (const slot of arrays['replay/humanSlots'] ?? []) humans.set(slot, true);
      solved.clear();
      for (const slot of arrays['replay/solvedSlots'] ?? []) solved.set(slot, true);
    },
  };
  return replay;
}
