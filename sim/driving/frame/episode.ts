/**
 * The environment contract around a driving task that is not the road task: time steps, endings,
 * saving. A task only says what happens, what is seen and what it is worth.
 */
import type {
  BoxSpace,
  Environment,
  EnvState,
  SceneDescription,
  StepInfo,
} from '../../contract.ts';
import { box, clipInto } from '../../spaces.ts';
import { createTimeStep, restart, termination, transition, truncation } from '../../time-step.ts';

export interface DrivingTask {
  readonly observationSpace: BoxSpace;
  readonly rewardTerms: readonly string[];
  readonly metrics: readonly string[];
  /** Reasons to terminate; `horizon` (truncation) is added. */
  readonly endReasons: readonly string[];
  readonly horizon: number;
  /** Numbers that `save` writes. */
  readonly size: number;
  readonly scene: SceneDescription;
  /** Start an episode and fill `info.metrics`. */
  reset(seed: number, info: StepInfo): void;
  /** Advance by one control step, fill `info` but its end reason; returns that, '' while it goes on. */
  step(action: Float32Array, info: StepInfo): string;
  observe(out: Float32Array): void;
  writePoses(out: Float32Array): void;
  writeAgentPosition(out: Float32Array): void;
  save(out: Float64Array, offset: number): void;
  load(from: Float64Array, offset: number): void;
}

const KINDS = ['first', 'mid', 'last'] as const;
const HEADER = 8;

/** Steering (positive: left) and throttle, as in the road task. */
export function createTaskEnvironment<T extends DrivingTask>(
  id: string,
  controlDt: number,
  task: T,
): Environment & { readonly task: T } {
  const { observationSpace, rewardTerms, metrics } = task;
  const actionSpace = box(-1, 1, { names: ['steering', 'throttle'] });
  const ts = createTimeStep(observationSpace, rewardTerms, metrics);
  const { info } = ts;
  const endReasons = ['', 'horizon', ...task.endReasons];
  const action = new Float32Array(2);
  const stateSize = HEADER + rewardTerms.length + metrics.length + task.size;
  let started = false;
  let closed = false;

  function observe(): void {
    if (closed) throw new Error(`${id}: is closed`);
    task.observe(ts.observation);
  }

  function finish(ended: string): void {
    let reward = 0;
    for (const key of rewardTerms) reward += info.rewardTerms[key]!;
    const reason = ended === '' && ts.step + 1 >= task.horizon ? 'horizon' : ended;
    info.endReason = reason;
    if (reason === '') transition(ts, reward, controlDt);
    else if (reason === 'horizon') truncation(ts, reward, controlDt);
    else termination(ts, reward, controlDt);
  }

  function save(state: EnvState): EnvState {
    state[0] = KINDS.indexOf(ts.kind);
    state[1] = ts.step;
    state[2] = ts.time;
    state[3] = ts.reward;
    state[4] = ts.discount;
    state[5] = info.cost;
    state[6] = info.success ? 1 : 0;
    state[7] = endReasons.indexOf(info.endReason);
    let at = HEADER;
    for (const key of rewardTerms) state[at++] = info.rewardTerms[key]!;
    for (const key of metrics) state[at++] = info.metrics[key]!;
    task.save(state, at);
    return state;
  }

  return {
    id,
    observationSpace,
    actionSpace,
    controlDt,
    task,
    get scene() {
      return task.scene;
    },
    reset(seed) {
      if (!Number.isSafeInteger(seed) || seed < 0) {
        throw new RangeError(`seed: is ${seed}, allowed whole numbers from 0`);
      }
      restart(ts);
      started = true;
      task.reset(seed, info);
      observe();
      return ts;
    },
    step(given) {
      if (ts.kind === 'last') throw new Error('step: the episode is over; call reset');
      if (!started) throw new Error('step: no episode yet; call reset');
      clipInto(actionSpace, given, action);
      finish(task.step(action, info));
      observe();
      return ts;
    },
    writePoses: (out) => task.writePoses(out),
    writeAgentPosition: (out) => task.writeAgentPosition(out),
    saveState: (out) => save(out?.length === stateSize ? out : new Float64Array(stateSize)),
    loadState(state) {
      if (state.length !== stateSize) {
        throw new RangeError(`state: has ${state.length} numbers, expected ${stateSize}`);
      }
      started = true;
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
      info.endReason = endReasons[state[7]!]!;
      observe();
      return ts;
    },
    close() {
      closed = true;
    },
  };
}

/** Write row `row` of a pose array: a body standing on the ground. */
export function writeGroundPose(
  out: Float32Array,
  row: number,
  x: number,
  y: number,
  heading: number,
): void {
  const at = 7 * row;
  out[at] = x;
  out[at + 1] = y;
  out[at + 2] = 0;
  out[at + 3] = Math.cos(heading / 2);
  out[at + 4] = 0;
  out[at + 5] = 0;
  out[at + 6] = Math.sin(heading / 2);
}

/** An all-zero quaternion hides the body. */
export function hidePose(out: Float32Array, row: number): void {
  out.fill(0, 7 * row, 7 * row + 7);
}
