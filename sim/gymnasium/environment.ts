/**
 * An environment of Python's Gymnasium in the contract of ours: Python steps it, saves it and restores it; its MuJoCo model
 * is loaded here too, and set to Python's positions, so that it is drawn in 3D like any robot.
 */
import { config, optional, readOptions, required, text } from '../config.ts';
import {
  type Environment,
  type EnvironmentFactory,
  POSE_SIZE,
  type TimeStep,
} from '../contract.ts';
import { motorControls } from '../robotics/engine/fields.ts';
import { createPhysics, type Physics } from '../robotics/engine/mujoco.ts';
import { createScene, movingBodies } from '../robotics/engine/scene.ts';
import { createTendons } from '../robotics/engine/tendons.ts';
import { findModel } from '../robotics/mjcf/model-file.ts';
import { box, clipInto } from '../spaces.ts';
import { createTimeStep, restart, termination, transition, truncation } from '../time-step.ts';
import { bytesOf, stateOf } from './bytes.ts';
import { type Link, openLink } from './link.ts';

/** What Python says of its environment. */
interface About {
  readonly name: string;
  /** Path of its MuJoCo model. */
  readonly model: string;
  readonly nq: number;
  readonly nmocap: number;
  /** s */
  readonly dt: number;
  readonly horizon: number;
  readonly observationSize: number;
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly actionNames: readonly string[];
  readonly version: string;
}

const END_REASONS = [
  { id: 'terminated', label: 'an end of the task', severity: 'neutral' },
  { id: 'time-limit', label: 'the time limit', severity: 'neutral' },
] as const;

/** Numbers before the positions in an answer: reward, cost, steps since reset, flags. */
const HEAD = 4;
const FLAG = { terminated: 1, truncated: 2, success: 4, first: 8 } as const;

export async function createGymnasiumEnvironment(socket: string): Promise<Environment> {
  const link = await openLink(socket);
  try {
    const about = JSON.parse(new TextDecoder().decode(link.ask('H'))) as About;
    const physics = await createPhysics(await findModel(about.model));
    const { nq } = physics.sizes;
    if (nq !== about.nq)
      throw new RangeError(
        `gymnasium: ${about.name} has ${about.nq} positions and its file ${about.model} has ${nq}: it was changed after loading`,
      );
    return build(link, about, physics);
  } catch (error) {
    link.close();
    throw error;
  }
}

/** Takes answers over: into the time step, and into the model that is drawn. */
function createReader(about: About, physics: Physics, ts: TimeStep) {
  const { nq, nmocap, dt, observationSize } = about;
  return (answer: Uint8Array): TimeStep => {
    const numbers = new Float64Array(answer.buffer, 0, HEAD + nq + 7 * nmocap);
    const [reward, cost, step, flags] = numbers as unknown as [number, number, number, number];
    physics.sync();
    physics.qpos.set(numbers.subarray(HEAD, HEAD + nq));
    physics.mocap_pos.set(numbers.subarray(HEAD + nq, HEAD + nq + 3 * nmocap));
    physics.mocap_quat.set(numbers.subarray(HEAD + nq + 3 * nmocap));
    ts.observation.set(new Float32Array(answer.buffer, numbers.byteLength, observationSize));
    if (flags & FLAG.first) restart(ts);
    else {
      ts.step = step - 1;
      if (flags & FLAG.terminated) termination(ts, reward, dt);
      else if (flags & FLAG.truncated) truncation(ts, reward, dt);
      else transition(ts, reward, dt);
    }
    const { info } = ts;
    info.rewardTerms['reward'] = ts.reward;
    info.cost = cost;
    info.success = (flags & FLAG.success) !== 0;
    const isCut = ts.kind === 'last' && ts.discount === 1;
    info.endReason = ts.kind !== 'last' ? '' : isCut ? 'time-limit' : 'terminated';
    return ts;
  };
}

function build(link: Link, about: About, physics: Physics): Environment {
  const { low, high, actionNames: names } = about;
  const observationSpace = box(-Infinity, Infinity, { size: about.observationSize });
  const actionSpace = box(low, high, { names });
  const ts = createTimeStep(observationSpace, ['reward'], []);
  const read = createReader(about, physics, ts);
  const action = new Float32Array(actionSpace.size);
  const bodies = movingBodies(physics);
  physics.refreshPoses();
  const tendons = createTendons(physics);
  const style = { title: about.name, cameras: [], light: 'studio', agentBody: '' } as const;
  const safeAction = low.map((l, i) => Math.min(high[i]!, Math.max(l, 0)));
  const controls = motorControls(names).map((control) => {
    const speed = 8 * Math.max(Math.abs(low[control.axis]!), Math.abs(high[control.axis]!));
    return { ...control, attack: speed, release: speed, rest: safeAction[control.axis]! };
  });
  const writeBody = (body: number, out: Float32Array, at: number) => {
    for (let k = 0; k < 3; k++) out[at + k] = physics.xpos[body * 3 + k]!;
    for (let k = 0; k < 4; k++) out[at + 3 + k] = physics.xquat[body * 4 + k]!;
  };
  return {
    id: 'gymnasium',
    observationSpace,
    actionSpace,
    scene: createScene(physics, style, tendons),
    controlDt: about.dt,
    engine: `MuJoCo ${about.version}`,
    endReasons: END_REASONS,
    controls,
    info: {
      title: about.name,
      description: `${about.name} of Python's Gymnasium.`,
      horizon: about.horizon,
      safeAction,
    },
    reset(seed) {
      if (!Number.isSafeInteger(seed) || seed < 0)
        throw new RangeError(`seed: is ${seed}, allowed 0 to ${Number.MAX_SAFE_INTEGER}`);
      return read(link.ask('R', new Uint8Array(Float64Array.of(seed).buffer)));
    },
    step(input) {
      clipInto(actionSpace, input, action);
      return read(link.ask('S', new Uint8Array(action.buffer)));
    },
    writePoses(out) {
      physics.refreshPoses();
      for (const [i, body] of bodies.entries()) writeBody(body, out, i * POSE_SIZE);
      tendons.writePoses(out, bodies.length * POSE_SIZE);
    },
    saveState: (out) => stateOf(link.ask('G'), out),
    loadState: (state) => read(link.ask('L', bytesOf(state))),
    writeAgentPosition(out) {
      physics.refreshPoses();
      const body = bodies[0] ?? 0;
      for (let k = 0; k < 3; k++) out[k] = physics.xpos[body * 3 + k]!;
    },
    close() {
      link.close();
      physics.close();
    },
  };
}

const schema = config({
  socket: required(
    text('the path of a Unix socket'),
    'Where Python listens: reins.serve() says it.',
  ),
  of: optional(text('the id of an environment'), 'Which one it is, for telling runs apart.'),
});

/** Started by `reins.serve` of Python alone: it is not among those that are listed. */
export const gymnasiumFactory: EnvironmentFactory = {
  id: 'gymnasium',
  title: 'Gymnasium',
  description: "An environment of Python's Gymnasium.",
  better: 'What brings it further in its task.',
  family: 'robotics',
  controlHz: 50,
  horizon: 1000,
  controls: [],
  safeAction: [],
  trainSeeds: { start: 0, count: 1_000_000 },
  evalSeeds: { start: 1_000_000, count: 1000 },
  licence: "the environment's own",
  options: schema,
  create: async (given) => createGymnasiumEnvironment(readOptions(schema, given).socket),
  pathOptions: ['socket'],
};
