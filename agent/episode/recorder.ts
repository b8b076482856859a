/** Records an episode as it grows. Columns double when they are full; `Episode` fields are views of them. */
import type { Environment, EnvState, Memory, TimeStep } from '../../sim/contract.ts';
import {
  type ActionSource,
  type Episode,
  type EpisodeEnd,
  type EpisodeOrigin,
  SOURCE_CODE,
} from '../contract.ts';
import { release } from '../release.ts';
import { allocate, buffersOf, type Columns, grow, mapColumns, sizesOf, views } from './columns.ts';

export interface RecorderOptions {
  readonly runId: string;
  readonly environmentId: string;
  readonly configHash: string;
  readonly observationSize: number;
  readonly actionSize: number;
  /** Bodies in the pose stream. */
  readonly bodies: number;
  /** Default: experience. */
  readonly origin?: EpisodeOrigin;
  /** Keep poses of every step; default false. */
  readonly keepPoses?: boolean;
  /** Steps between two saved states of the environment, the first at step 0; 0: none is saved (default). */
  readonly stateEvery?: number;
  /** Steps to make room for at first; default 256. */
  readonly capacity?: number;
  /** One set of columns serves all episodes: whoever keeps one copies it before the next step (default false). */
  readonly reuse?: boolean;
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
  end(end: EpisodeEnd): void;
  /** Steps recorded so far. */
  readonly length: number;
  /**
   * The episode so far, as views. Unless columns are reused, the next `begin` starts fresh ones, so a finished
   * episode stays as it is.
   */
  episode(): Episode;
  /** The open episode, to go on with it; steps as long as nothing more is recorded. */
  readonly memory: Memory;
}

export function createEpisodeRecorder(options: RecorderOptions): EpisodeRecorder {
  const stateEvery = options.stateEvery ?? 0;
  const capacity = Math.max(1, options.capacity ?? 256);
  const sizes = sizesOf(options, { poses: options.keepPoses === true });
  const pose = new Float32Array(sizes.pose);
  const position = new Float32Array(3);
  const metrics: Record<string, number> = {};
  const totals = { return: 0, cost: 0, success: 0 };
  let columns = allocate(0, sizes);
  let states: { step: number; state: EnvState }[] = [];
  let pictures: Uint8Array[] = [];
  let length = 0;
  let end: EpisodeEnd = 'open';
  let head = { id: '', seed: 0, startedAt: 0 };
  let branch: Episode['branchOf'];

  function makeRoom(): void {
    const before = columns;
    columns = grow(before, length + 1, sizes);
    if (options.reuse) release(buffersOf(before));
  }

  function recordState(env: Environment, ts: TimeStep): void {
    columns.observations.set(ts.observation, length * sizes.observation);
    if (sizes.pose > 0) {
      env.writePoses(pose);
      columns.poses.set(pose, length * sizes.pose);
      if (env.picture) pictures[length] = env.picture();
    }
    env.writeAgentPosition(position);
    columns.positions.set(position, length * 3);
    for (const name in ts.info.metrics) metrics[name] = ts.info.metrics[name]!;
    if (stateEvery > 0 && length % stateEvery === 0) {
      states.push({ step: length, state: env.saveState() });
    }
  }

  /** What step `t` adds to the summary. */
  function count(t: number): void {
    totals.return += columns.envRewards[t]!;
    totals.cost += columns.costs[t]!;
    if (columns.successes[t] === 1) totals.success = 1;
  }

  function countFrom0(): void {
    Object.assign(totals, { return: 0, cost: 0, success: 0 });
    for (let t = 0; t < length; t++) count(t);
  }

  return {
    begin(id, seed, startedAt, env, ts, branchOf) {
      checkLength('observation', ts.observation.length, sizes.observation);
      head = { id, seed, startedAt };
      branch = branchOf;
      if (!options.reuse || columns.sources.length < capacity) columns = allocate(capacity, sizes);
      states = [];
      pictures = [];
      length = 0;
      end = 'open';
      countFrom0();
      for (const name in metrics) delete metrics[name];
      recordState(env, ts);
    },
    step(env, ts, action, policyAction, source, policyVersion) {
      if (end !== 'open') throw new Error(`recorder.step: episode ${head.id} is ${end}`);
      checkLength('action', action.length, sizes.action);
      checkLength('policyAction', policyAction.length, sizes.action);
      if (length >= columns.sources.length) makeRoom();
      const t = length;
      columns.actions.set(action, t * sizes.action);
      columns.policyActions.set(policyAction, t * sizes.action);
      columns.sources[t] = SOURCE_CODE[source];
      columns.policyVersions[t] = policyVersion;
      columns.envRewards[t] = ts.reward;
      columns.costs[t] = ts.info.cost;
      columns.discounts[t] = ts.discount;
      columns.successes[t] = ts.info.success ? 1 : 0;
      length = t + 1;
      count(t);
      recordState(env, ts);
    },
    jump: recordState,
    end(how) {
      end = how;
    },
    get length() {
      return length;
    },
    memory: {
      save: () => ({
        head,
        branch,
        end,
        length,
        states,
        pictures,
        metrics,
        columns: views(columns, length, sizes),
      }),
      load(saved) {
        const told = saved as RecorderMemory;
        ({ head, branch, end, length, states, pictures = [] } = told);
        columns = mapColumns((name) => told.columns[name].slice());
        countFrom0();
        for (const name in metrics) delete metrics[name];
        Object.assign(metrics, told.metrics);
      },
    },
    episode() {
      return {
        ...head,
        runId: options.runId,
        environmentId: options.environmentId,
        configHash: options.configHash,
        observationSize: options.observationSize,
        actionSize: options.actionSize,
        bodies: options.bodies,
        length,
        end,
        origin: options.origin ?? 'experience',
        ...views(columns, length, sizes),
        states: states.slice(),
        ...(pictures.length > 0 ? { pictures: pictures.slice(0, length + 1) } : {}),
        summary: { ...metrics, ...totals },
        ...(branch ? { branchOf: branch } : {}),
      };
    },
  };
}

interface RecorderMemory {
  readonly head: { id: string; seed: number; startedAt: number };
  readonly branch: Episode['branchOf'];
  readonly end: EpisodeEnd;
  readonly length: number;
  readonly states: { step: number; state: EnvState }[];
  /** Absent in old ones. */
  readonly pictures?: Uint8Array[];
  readonly metrics: Readonly<Record<string, number>>;
  readonly columns: Columns;
}

function checkLength(field: string, is: number, expected: number): void {
  if (is !== expected)
    throw new RangeError(`recorder.${field}: has ${is} numbers, expected ${expected}`);
}
