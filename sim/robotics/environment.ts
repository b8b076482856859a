import { type Environment, type EnvState, POSE_SIZE, type TimeStep } from '../contract.ts';
import { createRandom, RANDOM_STATE_SIZE } from '../random.ts';
import { box, clipInto } from '../spaces.ts';
import { createTimeStep, restart, termination, transition, truncation } from '../time-step.ts';
import { createPhysics, type Physics } from './mujoco.ts';
import { createScene, movingBodies } from './scene.ts';
import type { MujocoTask, TaskProgram } from './task.ts';

/** Random stream of resets. */
const RESET_STREAM = 0x0b07;
const kinds = ['first', 'mid', 'last'] as const;

/** A robotics environment: the contract plus what only physics has. */
export interface RoboticsEnvironment extends Environment {
  readonly physics: Physics;
  readonly program: TaskProgram;
}

/** Environments by identity, for experts that look into the true state. */
const programs = new WeakMap<Environment, RoboticsEnvironment>();

/** @throws TypeError when `env` was not made by `createMujocoEnvironment`. */
export function roboticsOf(env: Environment): RoboticsEnvironment {
  const known = programs.get(env);
  if (!known) throw new TypeError(`env: "${env.id}" is no robotics environment`);
  return known;
}

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

function checkSeed(seed: number): void {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new RangeError(`seed: is ${seed}, allowed 0 to ${Number.MAX_SAFE_INTEGER}`);
}

/** Observation and information of the current state, written into `ts`. */
function createReader(program: TaskProgram, ts: TimeStep) {
  const { fields, rewards, metrics } = program;
  return {
    /** Returns whether every number is finite. */
    observation(): boolean {
      let offset = 0;
      for (let i = 0; i < fields.length; i++) {
        fields[i]!.write(ts.observation, offset);
        offset += fields[i]!.names.length;
      }
      // x − x is 0 for a number and NaN for NaN and ±Infinity: one comparison for all.
      let sum = 0;
      for (let i = 0; i < offset; i++) sum += ts.observation[i]! - ts.observation[i]!;
      return sum === 0;
    },
    reward(): number {
      let sum = 0;
      for (let i = 0; i < rewards.length; i++) {
        const value = rewards[i]!.value();
        ts.info.rewardTerms[rewards[i]!.name] = value;
        sum += value;
      }
      return sum;
    },
    metrics(): void {
      for (let i = 0; i < metrics.length; i++)
        ts.info.metrics[metrics[i]!.name] = metrics[i]!.value();
    },
  };
}

/**
 * Create a MuJoCo environment from a task.
 * @throws MjcfError when the model does not compile.
 */
export async function createMujocoEnvironment(task: MujocoTask): Promise<RoboticsEnvironment> {
  const physics = await createPhysics(task.xml, task.files);
  try {
    return build(task, physics);
  } catch (error) {
    physics.close();
    throw error;
  }
}

function build(task: MujocoTask, physics: Physics): RoboticsEnvironment {
  const dt = physics.timestep * task.frameSkip;
  const program = task.createProgram(physics, dt);
  const names = program.fields.flatMap((f) => f.names);
  const observationSpace = box(-Infinity, Infinity, { names });
  const ts = createTimeStep(
    observationSpace,
    program.rewards.map((r) => r.name),
    program.metrics.map((m) => m.name),
  );
  const endReasons = ['', 'time-limit', 'unstable', ...program.endReasons];
  const layout = createLayout(physics, program, ts);
  const reader = createReader(program, ts);
  const random = createRandom(0, RESET_STREAM);
  const action = new Float32Array(program.actionSpace.size);
  const scene = createScene(physics, task.style);
  const bodies = movingBodies(physics);
  let started = false;

  /** The simulation diverged: end the episode with the last good observation and no reward. */
  function endUnstable(): TimeStep {
    for (const r of program.rewards) ts.info.rewardTerms[r.name] = 0;
    for (let i = 0; i < ts.observation.length; i++)
      if (!Number.isFinite(ts.observation[i])) ts.observation[i] = 0;
    ts.info.endReason = 'unstable';
    return termination(ts, 0, dt);
  }

  function finish(): TimeStep {
    program.observe?.();
    const reward = reader.reward();
    if (!reader.observation() || !Number.isFinite(reward)) return endUnstable();
    reader.metrics();
    const reason = program.judge(ts.info);
    program.remember?.();
    if (reason !== '') {
      ts.info.endReason = reason;
      return termination(ts, reward, dt);
    }
    if (ts.step + 1 < task.horizon) return transition(ts, reward, dt);
    ts.info.endReason = 'time-limit';
    return truncation(ts, reward, dt);
  }

  const env: RoboticsEnvironment = {
    id: task.id,
    observationSpace,
    actionSpace: program.actionSpace,
    scene,
    controlDt: dt,
    physics,
    program,
    reset(seed) {
      checkSeed(seed);
      random.reseed(seed, RESET_STREAM);
      physics.reset();
      program.memory.fill(0);
      program.reset(random);
      physics.forward();
      restart(ts);
      program.observe?.();
      reader.observation();
      reader.metrics();
      program.judge(ts.info);
      program.remember?.();
      started = true;
      return ts;
    },
    step(input) {
      clipInto(program.actionSpace, input, action);
      if (!started) throw new Error('step: the environment was never reset, call reset first');
      if (ts.kind === 'last') throw new Error('step: the episode is over, call reset first');
      physics.sync();
      program.act(action);
      return physics.step(task.frameSkip) ? finish() : endUnstable();
    },
    writePoses(out) {
      physics.refreshPoses();
      const { xpos, xquat } = physics;
      for (let i = 0; i < bodies.length; i++) {
        const at = i * POSE_SIZE;
        const body = bodies[i]!;
        for (let k = 0; k < 3; k++) out[at + k] = xpos[body * 3 + k]!;
        for (let k = 0; k < 4; k++) out[at + 3 + k] = xquat[body * 4 + k]!;
      }
    },
    saveState(out) {
      const state = out && out.length === layout.size ? out : new Float64Array(layout.size);
      physics.saveState(state, 0);
      random.save(state, layout.random);
      state.set(program.memory, layout.memory);
      saveTimeStep(ts, endReasons, state, layout.step);
      for (let i = 0; i < program.rewards.length; i++)
        state[layout.terms + i] = ts.info.rewardTerms[program.rewards[i]!.name]!;
      for (let i = 0; i < program.metrics.length; i++)
        state[layout.metrics + i] = ts.info.metrics[program.metrics[i]!.name]!;
      for (let i = 0; i < ts.observation.length; i++)
        state[layout.observation + i] = ts.observation[i]!;
      return state;
    },
    loadState(state) {
      if (state.length !== layout.size)
        throw new RangeError(`state: has ${state.length} numbers, expected ${layout.size}`);
      physics.loadState(state, 0);
      random.load(state, layout.random);
      for (let i = 0; i < program.memory.length; i++) program.memory[i] = state[layout.memory + i]!;
      loadTimeStep(ts, endReasons, state, layout.step, dt);
      for (let i = 0; i < program.rewards.length; i++)
        ts.info.rewardTerms[program.rewards[i]!.name] = state[layout.terms + i]!;
      for (let i = 0; i < program.metrics.length; i++)
        ts.info.metrics[program.metrics[i]!.name] = state[layout.metrics + i]!;
      for (let i = 0; i < ts.observation.length; i++)
        ts.observation[i] = state[layout.observation + i]!;
      started = true;
      return ts;
    },
    writeAgentPosition(out) {
      physics.refreshPoses();
      program.writeAgentPosition(out);
    },
    writeContacts: (out) => physics.writeContacts(out),
    writeJoints: (out) => writeJoints(physics, out),
    close: () => physics.close(),
  };
  programs.set(env, env);
  return env;
}

/** Joint overlay; see `Environment.writeJoints`. Force is the sum of actuator and applied force. */
function writeJoints(physics: Physics, out: Float32Array): number {
  physics.inspect();
  const qposOf = physics.model('jnt_qposadr');
  const dofOf = physics.model('jnt_dofadr');
  const count = Math.min(physics.sizes.njnt, Math.floor(out.length / 8));
  for (let j = 0; j < count; j++) {
    for (let k = 0; k < 3; k++) {
      out[j * 8 + k] = physics.xanchor[j * 3 + k]!;
      out[j * 8 + 3 + k] = physics.xaxis[j * 3 + k]!;
    }
    const dof = dofOf[j]!;
    out[j * 8 + 6] = physics.qpos[qposOf[j]!]!;
    out[j * 8 + 7] = physics.qfrc_actuator[dof]! + physics.qfrc_applied[dof]!;
  }
  return count;
}
