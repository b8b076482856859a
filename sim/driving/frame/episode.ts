/**
 * The environment contract around a driving task: time steps, endings, saving, the agent's pose. A task
 * defines what happens, what the agent observes and what it earns.
 */
import type {
  BoxSpace,
  EndReason,
  Environment,
  EnvState,
  SceneDescription,
  StepInfo,
} from '../../contract.ts';
import { box, clipInto } from '../../spaces.ts';
import { createTimeStep, restart, termination, transition, truncation } from '../../time-step.ts';
import { V } from '../vehicle/vehicle.ts';
import { drivingMirror } from './mirror.ts';
import { writeGroundPose } from './poses.ts';
import type { Saved } from './saved.ts';

/** Seconds per action; the vehicle integrates ten times in it. */
export const CONTROL_DT = 0.1;
/** Height of the agent's position above the ground, metres. */
const AGENT_HEIGHT = 0.6;

/** What differs between tasks. `Saved` is the task's state without time step, reward terms and metrics. */
export interface DrivingTask extends Saved {
  readonly observationSpace: BoxSpace;
  readonly rewardTerms: readonly string[];
  readonly metrics: readonly string[];
  /** Why an episode ends, in the order in which saved states number the reasons; `horizon` is one of them. */
  readonly endReasons: readonly EndReason[];
  /** Steps until truncation. */
  readonly horizon: number;
  readonly scene: SceneDescription;
  /** The agent's vehicle; columns `V`. */
  readonly state: Float64Array;
  /** Seed of the episode; −1 before the first. */
  readonly seed: number;
  /** Start an episode and fill `info.metrics`. */
  reset(seed: number, info: StepInfo): void;
  /** Advance by one control step from time step `step` and fill `info` except its end reason. Returns that reason, '' for none. */
  step(action: Float32Array, info: StepInfo, step: number): string;
  /** Write the observation at time step `step`. */
  observe(out: Float32Array, step: number): void;
  /** Write the poses of all bodies but the agent, which is row 0 and stands on flat ground so far. */
  writePoses(out: Float32Array): void;
  /** Where the observation has the shares of a lidar's rays, ray i at heading + i · 2π/count, and their range, m. */
  readonly lidar?: { readonly first: number; readonly count: number; readonly range: number };
  /** Height of the ground under the agent, metres; absent: 0. */
  groundHeight?(): number;
}

type Lidar = NonNullable<DrivingTask['lidar']>;

export type TaskEnvironment<T extends DrivingTask> = Environment & {
  /** The true state, for experts, tests and reports. Read only. */
  readonly task: T;
};

const ACTIONS = ['steering', 'throttle'];
/** End reasons that several tasks have. */
export const HORIZON: EndReason = { id: 'horizon', label: 'the time limit', severity: 'neutral' };
export const CRASH: EndReason = { id: 'crash', label: 'a crash', severity: 'failure' };

const KINDS = ['first', 'mid', 'last'] as const;
const HEADER = 8;

/** Actions are steering (positive: left) and throttle. */
export function createTaskEnvironment<T extends DrivingTask>(
  id: string,
  task: T,
): TaskEnvironment<T> {
  const { observationSpace, rewardTerms, metrics, state: vehicle } = task;
  const actionSpace = box(-1, 1, { names: ACTIONS, mirror: drivingMirror(ACTIONS, false) });
  const ts = createTimeStep(observationSpace, rewardTerms, metrics);
  const { info } = ts;
  const reasons = ['', ...task.endReasons.map((reason) => reason.id)];
  const action = new Float32Array(2);
  const stateSize = HEADER + rewardTerms.length + metrics.length + task.size;
  let closed = false;

  function observe(): void {
    if (closed) throw new Error(`${id}: is closed`);
    task.observe(ts.observation, ts.step);
  }

  function finish(ended: string): void {
    let reward = 0;
    for (const key in info.rewardTerms) reward += info.rewardTerms[key]!;
    const reason = ended === '' && ts.step + 1 >= task.horizon ? 'horizon' : ended;
    info.endReason = reason;
    if (reason === '') transition(ts, reward, CONTROL_DT);
    else if (reason === 'horizon') truncation(ts, reward, CONTROL_DT);
    else termination(ts, reward, CONTROL_DT);
  }

  function save(state: EnvState): EnvState {
    state[0] = KINDS.indexOf(ts.kind);
    state[1] = ts.step;
    state[2] = ts.time;
    state[3] = ts.reward;
    state[4] = ts.discount;
    state[5] = info.cost;
    state[6] = info.success ? 1 : 0;
    state[7] = reasons.indexOf(info.endReason);
    let at = HEADER;
    for (const key of rewardTerms) state[at++] = info.rewardTerms[key]!;
    for (const key of metrics) state[at++] = info.metrics[key]!;
    task.save(state, at);
    return state;
  }

  function load(state: EnvState): void {
    let at = HEADER;
    for (const key of rewardTerms) info.rewardTerms[key] = state[at++]!;
    for (const key of metrics) info.metrics[key] = state[at++]!;
    task.load(state, at);
    ts.kind = KINDS[state[0]!]!;
    ts.step = state[1]!;
    ts.time = state[2]!;
    ts.reward = state[3]!;
    ts.discount = state[4]!;
    info.cost = state[5]!;
    info.success = state[6] === 1;
    info.endReason = reasons[state[7]!]!;
  }

  function height(): number {
    return AGENT_HEIGHT + (task.groundHeight?.() ?? 0);
  }

  /** From what is observed, noise and all. */
  function writeRays({ first, count, range }: Lidar, out: Float32Array): number {
    const [x, y, z] = [vehicle[V.x]!, vehicle[V.y]!, height()];
    const n = Math.min(count, Math.floor((out.length - 3) / 4));
    if (n < 1) return 0;
    out.set([x, y, z]);
    for (let i = 0; i < n; i++) {
      const share = ts.observation[first + i]!;
      const angle = vehicle[V.heading]! + (i * 2 * Math.PI) / count;
      const at = 3 + 4 * i;
      out[at] = x + share * range * Math.cos(angle);
      out[at + 1] = y + share * range * Math.sin(angle);
      out[at + 2] = z;
      out[at + 3] = share;
    }
    return n;
  }

  const { lidar } = task;
  return {
    ...(lidar && lidar.count > 0
      ? { writeRays: (out: Float32Array) => writeRays(lidar, out) }
      : {}),
    id,
    observationSpace,
    actionSpace,
    controlDt: CONTROL_DT,
    endReasons: task.endReasons,
    task,
    get scene() {
      return task.scene;
    },
    reset(seed) {
      if (!Number.isSafeInteger(seed) || seed < 0) {
        throw new RangeError(`seed: is ${seed}, allowed whole numbers from 0`);
      }
      restart(ts);
      task.reset(seed, info);
      observe();
      return ts;
    },
    step(given) {
      if (ts.kind === 'last') throw new Error('step: the episode is over; call reset');
      if (task.seed < 0) throw new Error('step: no episode yet; call reset');
      clipInto(actionSpace, given, action);
      finish(task.step(action, info, ts.step));
      observe();
      return ts;
    },
    writePoses(out) {
      writeGroundPose(out, 0, vehicle[V.x]!, vehicle[V.y]!, vehicle[V.heading]!);
      task.writePoses(out);
    },
    writeAgentPosition(out) {
      out[0] = vehicle[V.x]!;
      out[1] = vehicle[V.y]!;
      out[2] = height();
    },
    saveState: (out) => save(out?.length === stateSize ? out : new Float64Array(stateSize)),
    loadState(state) {
      if (state.length !== stateSize) {
        throw new RangeError(`state: has ${state.length} numbers, expected ${stateSize}`);
      }
      load(state);
      observe();
      return ts;
    },
    close() {
      closed = true;
    },
  };
}
