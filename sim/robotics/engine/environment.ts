import { type EndReason, type Environment, POSE_SIZE, type TimeStep } from '../../contract.ts';
import { createRandom, type Random } from '../../random.ts';
import { box, clipInto } from '../../spaces.ts';
import { createTimeStep, restart, termination, transition, truncation } from '../../time-step.ts';
import { createPhysics, type Physics } from './mujoco.ts';
import { createScene, movingBodies } from './scene.ts';
import { createStateCodec } from './state.ts';
import type { MujocoTask, TaskProgram } from './task.ts';
import { createTendons, type Tendons } from './tendons.ts';

/** Random stream of resets. */
const RESET_STREAM = 0x0b07;

/** A robotics environment: the contract plus what only physics has. */
export interface RoboticsEnvironment extends Environment {
  readonly physics: Physics;
  readonly program: TaskProgram;
  readonly task: MujocoTask;
}

/** Environments by identity, for experts that look into the true state. */
const programs = new WeakMap<Environment, RoboticsEnvironment>();

export function isRobotics(env: Environment): boolean {
  return programs.has(env);
}

/** @throws TypeError when `env` was not made by `createMujocoEnvironment`. */
export function roboticsOf(env: Environment): RoboticsEnvironment {
  const known = programs.get(env);
  if (!known) throw new TypeError(`env: "${env.id}" is no robotics environment`);
  return known;
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
  const physics = await createPhysics(task.model);
  try {
    return build(task, physics);
  } catch (error) {
    physics.close();
    throw error;
  }
}

/** The loop around a task: everything that changes the time step. */
function createLoop(task: MujocoTask, physics: Physics, program: TaskProgram, dt: number) {
  const names = program.fields.flatMap((f) => f.names);
  const observationSpace = box(-Infinity, Infinity, { names });
  const rewardNames = program.rewards.map((r) => r.name);
  const metricNames = program.metrics.map((m) => m.name);
  const ts = createTimeStep(observationSpace, rewardNames, metricNames);
  const reader = createReader(program, ts);

  /** The simulation diverged: end the episode with finite numbers and no reward. */
  function endUnstable(): TimeStep {
    for (const name of rewardNames) ts.info.rewardTerms[name] = 0;
    for (const name of metricNames)
      if (!Number.isFinite(ts.info.metrics[name])) ts.info.metrics[name] = 0;
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

  return {
    ts,
    observationSpace,
    begin(random: Random): void {
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
    },
    advance(action: Float32Array): TimeStep {
      physics.sync();
      program.act(action);
      return physics.step(task.frameSkip) ? finish() : endUnstable();
    },
  };
}

/** Poses of the moving bodies, then of the tendons, at the current positions. */
function writeBodyPoses(
  physics: Physics,
  bodies: readonly number[],
  tendons: Tendons,
  out: Float32Array,
): void {
  physics.refreshPoses();
  const { xpos, xquat } = physics;
  for (let i = 0; i < bodies.length; i++) {
    const at = i * POSE_SIZE;
    const body = bodies[i]!;
    for (let k = 0; k < 3; k++) out[at + k] = xpos[body * 3 + k]!;
    for (let k = 0; k < 4; k++) out[at + 3 + k] = xquat[body * 4 + k]!;
  }
  tendons.writePoses(out, bodies.length * POSE_SIZE);
}

/** Of every model. */
const END_REASONS: readonly EndReason[] = [
  { id: 'time-limit', label: 'the time limit', severity: 'neutral' },
  { id: 'unstable', label: 'an unstable simulation', severity: 'failure' },
];

function build(task: MujocoTask, physics: Physics): RoboticsEnvironment {
  const dt = physics.timestep * task.frameSkip;
  const program = task.createProgram(physics, dt);
  const { ts, observationSpace, begin, advance } = createLoop(task, physics, program, dt);
  const { actionSpace } = program;
  const endReasons = [...END_REASONS, ...program.endReasons];
  const reasons = ['', ...endReasons.map((reason) => reason.id)];
  const random = createRandom(0, RESET_STREAM);
  const codec = createStateCodec({ physics, program, ts, random, endReasons: reasons, dt });
  const action = new Float32Array(actionSpace.size);
  const bodies = movingBodies(physics);
  physics.refreshPoses();
  const tendons = createTendons(physics);
  let started = false;
  const env: RoboticsEnvironment = {
    id: task.id,
    observationSpace,
    actionSpace,
    scene: createScene(physics, task.style, tendons),
    controlDt: dt,
    engine: `MuJoCo ${physics.version}`,
    endReasons,
    physics,
    program,
    task,
    reset(seed) {
      checkSeed(seed);
      random.reseed(seed, RESET_STREAM);
      begin(random);
      started = true;
      return ts;
    },
    step(input) {
      clipInto(actionSpace, input, action);
      if (!started) throw new Error('step: the environment was never reset, call reset first');
      if (ts.kind === 'last') throw new Error('step: the episode is over, call reset first');
      return advance(action);
    },
    writePoses: (out) => writeBodyPoses(physics, bodies, tendons, out),
    saveState: (out) => codec.save(out),
    loadState(state) {
      codec.load(state);
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
