/**
 * What another program recorded, as an environment: its spaces, and sliders to draw its numbers. There is nothing to
 * simulate: it is judged, its rewards are learned, and it goes back as a data set.
 */
import { z } from 'zod';
import {
  type Config,
  config,
  group,
  type Kind,
  list,
  number,
  optional,
  readOptions,
  required,
  text,
} from '../config.ts';
import type { BoxSpace, Environment, EnvironmentFactory, EnvironmentOptions } from '../contract.ts';
import { box } from '../spaces.ts';
import { createTimeStep, restart } from '../time-step.ts';
import { createSliders, type Sliders } from './sliders.ts';

/** Ids of such environments are `recorded:NAME`. */
export const RECORDED = 'recorded:';

export const isRecorded = (environmentId: string): boolean => environmentId.startsWith(RECORDED);

const MOST = 100_000;

/** JSON has no infinity: there it is a word. */
const bound: Kind<number> = {
  schema: z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]).transform(Number),
  name: 'number',
  allowed: 'numbers, "Infinity", "-Infinity"',
};
const bounds = {
  low: required(list(bound, 1, MOST), 'Least value of each number.'),
  high: required(list(bound, 1, MOST), 'Largest value of each number.'),
};
const space = config({
  ...bounds,
  names: optional(list(text('a name'), 1, MOST), 'What each number is called.'),
});
const schema = config({
  observation: required(group(space), 'The observation space.'),
  action: required(group(space), 'The action space.'),
  controlDt: required(number(1e-9, 1e6), 'Seconds between actions.'),
  seen: optional(group(config(bounds)), 'Least and largest observations that were recorded.'),
});
type Options = Config<typeof schema>;

export function recordedFactory(id: string): EnvironmentFactory {
  return {
    id,
    title: id.slice(RECORDED.length),
    description:
      'Recorded by another program. Each slider is a number: observations blue, actions orange.',
    better: 'What brings it further in its task.',
    family: 'robotics',
    controlHz: 20,
    horizon: 1_000_000,
    controls: [],
    safeAction: [],
    trainSeeds: { start: 0, count: 1 },
    evalSeeds: { start: 1, count: 1 },
    licence: "the data set's own",
    options: schema,
    create: async (given) => createRecorded(id, readOptions(schema, given)),
  };
}

/** @throws RangeError for options that are none. */
export function slidersOf(id: string, given: EnvironmentOptions): Sliders {
  return sliders(id, readOptions(schema, given));
}

function sliders(id: string, { observation, action, seen }: Options): Sliders {
  const shown = ({ low, high }: Pick<BoxSpace, 'low' | 'high'> | Options['action']) => ({
    low: Array.from(low, (v) => (Number.isFinite(v) ? v : -1)),
    high: Array.from(high, (v) => (Number.isFinite(v) ? v : 1)),
  });
  return createSliders(id.slice(RECORDED.length), shown(seen ?? observation), shown(action));
}

function createRecorded(id: string, options: Options): Environment {
  const { controlDt } = options;
  const observationSpace = toBox(options.observation);
  const actionSpace = toBox(options.action);
  const { scene, write } = sliders(id, options);
  const ts = createTimeStep(observationSpace, [], []);
  const still = new Float32Array(actionSpace.size);
  const noSteps = (): never => {
    throw new Error(`${id} was recorded: there is nothing to simulate`);
  };
  return {
    id,
    observationSpace,
    actionSpace,
    scene,
    controlDt,
    endReasons: [],
    info: { safeAction: [...still] },
    reset: () => restart(ts),
    step: noSteps,
    writePoses: (out) => write(ts.observation, still, out, 0),
    saveState: noSteps,
    loadState: noSteps,
    writeAgentPosition: (out) => void out.fill(0, 0, 3),
    close() {},
  };
}

function toBox({ low, high, names }: Options['action']): BoxSpace {
  return box(low, high, { size: low.length, ...(names ? { names } : {}) });
}
