import type { EnvState, TimeStep } from '../../contract.ts';
import { RANDOM_STATE_SIZE, type Random } from '../../random.ts';
import type { Physics } from './physics.ts';
import type { TaskProgram } from './task.ts';

const kinds = ['first', 'mid', 'last'] as const;

/** How the numbers of an `EnvState` lie: physics, random, memory, time step, observation. */
function createLayout(physics: Physics, program: TaskProgram, ts: TimeStep) {
  const random = physics.stateSize;
  const memory = random + RANDOM_STATE_SIZE;
  const step = memory + program.memory.length;
  const terms = step + 7;
  const metrics = terms + program.rewards.length;
  const observation = metrics + program.metrics.length;
  return {
    random,
    memory,
    step,
    terms,
    metrics,
    observation,
    size: observation + ts.observation.length,
  };
}

/** Write the time step (not its observation) into a state. */
function saveTimeStep(
  ts: TimeStep,
  endReasons: readonly string[],
  out: EnvState,
  at: number,
): void {
  out[at] = kinds.indexOf(ts.kind);
  out[at + 1] = ts.step;
  out[at + 2] = ts.reward;
  out[at + 3] = ts.discount;
  out[at + 4] = ts.info.cost;
  out[at + 5] = ts.info.success ? 1 : 0;
  out[at + 6] = endReasons.indexOf(ts.info.endReason);
}

function loadTimeStep(
  ts: TimeStep,
  endReasons: readonly string[],
  from: EnvState,
  at: number,
  dt: number,
): void {
  ts.kind = kinds[from[at]!]!;
  ts.step = from[at + 1]!;
  ts.time = ts.step * dt;
  ts.reward = from[at + 2]!;
  ts.discount = from[at + 3]!;
  ts.info.cost = from[at + 4]!;
  ts.info.success = from[at + 5] === 1;
  ts.info.endReason = endReasons[from[at + 6]!]!;
}

/** What of an environment is saved and restored. */
export interface Saved {
  readonly physics: Physics;
  readonly program: TaskProgram;
  readonly ts: TimeStep;
  readonly random: Random;
  readonly endReasons: readonly string[];
  readonly dt: number;
}

/** Copy named numbers out of or into a state. */
function saveTable(
  table: Record<string, number>,
  names: readonly string[],
  out: EnvState,
  at: number,
) {
  for (let i = 0; i < names.length; i++) out[at + i] = table[names[i]!]!;
}
function loadTable(
  table: Record<string, number>,
  names: readonly string[],
  from: EnvState,
  at: number,
) {
  for (let i = 0; i < names.length; i++) table[names[i]!] = from[at + i]!;
}

/**
 * Saving and restoring as flat doubles. The observation is part of it: some numbers (contact forces,
 * frames that lag by one substep) cannot be computed again from positions and velocities.
 */
export function createStateCodec({ physics, program, ts, random, endReasons, dt }: Saved) {
  const layout = createLayout(physics, program, ts);
  const rewards = program.rewards.map((r) => r.name);
  const metrics = program.metrics.map((m) => m.name);
  return {
    save(out?: EnvState): EnvState {
      const state = out && out.length === layout.size ? out : new Float64Array(layout.size);
      physics.saveState(state, 0);
      random.save(state, layout.random);
      state.set(program.memory, layout.memory);
      saveTimeStep(ts, endReasons, state, layout.step);
      saveTable(ts.info.rewardTerms, rewards, state, layout.terms);
      saveTable(ts.info.metrics, metrics, state, layout.metrics);
      state.set(ts.observation, layout.observation);
      return state;
    },
    load(state: EnvState): void {
      if (state.length !== layout.size)
        throw new RangeError(`state: has ${state.length} numbers, expected ${layout.size}`);
      physics.loadState(state, 0);
      random.load(state, layout.random);
      const { memory } = program;
      for (let i = 0; i < memory.length; i++) memory[i] = state[layout.memory + i]!;
      loadTimeStep(ts, endReasons, state, layout.step, dt);
      loadTable(ts.info.rewardTerms, rewards, state, layout.terms);
      loadTable(ts.info.metrics, metrics, state, layout.metrics);
      const { observation } = ts;
      for (let i = 0; i < observation.length; i++) observation[i] = state[layout.observation + i]!;
    },
  };
}
