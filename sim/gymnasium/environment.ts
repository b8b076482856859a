/**
 * An environment of Python's Gymnasium in the contract of ours: Python steps it, saves it and restores it. Its MuJoCo model
 * is loaded here too, and set to Python's positions, so that it is drawn in 3D like any robot; without one, Python sends
 * pictures.
 */
import { config, optional, readOptions, required, text } from '../config.ts';
import type { Environment, EnvironmentFactory, TimeStep } from '../contract.ts';
import { motorControls } from '../robotics/engine/fields.ts';
import { box, clipInto } from '../spaces.ts';
import { createTimeStep, restart, termination, transition, truncation } from '../time-step.ts';
import { bytesOf, stateOf } from './bytes.ts';
import { type About, createModelDrawing, createPictureDrawing, type Drawing } from './drawing.ts';
import { type Link, openLink } from './link.ts';

const END_REASONS = [
  { id: 'terminated', label: 'an end of the task', severity: 'neutral' },
  { id: 'time-limit', label: 'the time limit', severity: 'neutral' },
] as const;

/** Numbers before those of what is drawn in an answer: reward, cost, steps since reset, flags. */
const HEAD = 4;
const FLAG = { terminated: 1, truncated: 2, success: 4, first: 8 } as const;

export async function createGymnasiumEnvironment(socket: string): Promise<Environment> {
  const link = await openLink(socket);
  try {
    const about = JSON.parse(new TextDecoder().decode(link.ask('H'))) as About;
    const { model } = about;
    const drawing = await (model
      ? createModelDrawing(about, model)
      : createPictureDrawing(about, link));
    return build(link, about, drawing);
  } catch (error) {
    link.close();
    throw error;
  }
}

/** Takes answers over: into the time step, and into what is drawn. */
function createReader({ dt, observationSize }: About, drawing: Drawing, ts: TimeStep) {
  return (answer: Uint8Array): TimeStep => {
    const numbers = new Float64Array(answer.buffer, 0, HEAD + drawing.size);
    const [reward, cost, step, flags] = numbers as unknown as [number, number, number, number];
    drawing.set(numbers.subarray(HEAD));
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

function build(link: Link, about: About, drawing: Drawing): Environment {
  const { low, high, actionNames: names } = about;
  const observationSpace = box(-Infinity, Infinity, { size: about.observationSize });
  const actionSpace = box(low, high, { names });
  const ts = createTimeStep(observationSpace, ['reward'], []);
  const read = createReader(about, drawing, ts);
  const action = new Float32Array(actionSpace.size);
  const safeAction = low.map((l, i) => Math.min(high[i]!, Math.max(l, 0)));
  const controls = motorControls(names).map((control) => {
    const speed = 8 * Math.max(Math.abs(low[control.axis]!), Math.abs(high[control.axis]!));
    return { ...control, attack: speed, release: speed, rest: safeAction[control.axis]! };
  });
  return {
    id: 'gymnasium',
    observationSpace,
    actionSpace,
    scene: drawing.scene,
    controlDt: about.dt,
    ...(about.engine ? { engine: about.engine } : {}),
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
    writePoses: drawing.writePoses,
    writeAgentPosition: drawing.writeAgentPosition,
    ...(drawing.picture ? { picture: drawing.picture } : {}),
    saveState: (out) => stateOf(link.ask('G'), out),
    loadState(state) {
      const bytes = bytesOf(state);
      if (bytes.length === 0) throw new RangeError('state: is empty, expected one of saveState');
      return read(link.ask('L', bytes));
    },
    close() {
      link.close();
      drawing.close();
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
