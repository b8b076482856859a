/** `bench env`: steps per second of one environment on one core, start, resets, states, and the share that is the engine's. */
import type { Environment, EnvironmentFactory, EnvironmentOptions } from '../../sim/contract.ts';
import { createRandom } from '../../sim/random.ts';
import { type BareEngine, createBareEngine } from '../../sim/robotics/engine/bare.ts';
import { sampleInto } from '../../sim/spaces.ts';

export interface EnvironmentBench {
  readonly env: string;
  readonly seconds: number;
  readonly steps: number;
  /** Steps per second of `step` alone, without resets. */
  readonly stepsPerSecond: number;
  /** Simulated seconds per second. */
  readonly realTimeFactor: number;
  /** Milliseconds to create it, scene included: the first in this process, which loads its engine, and another. */
  readonly createMillis: number;
  readonly createAgainMillis: number;
  /** Milliseconds from nothing to the first observation: the first creation and its first reset. */
  readonly startMillis: number;
  /**
   * Speed as a share of the bare physics engine's with the same model, frame skip and controls; null
   * without one. Median over pairs of slices taken in turn, so that a busy machine slows both alike.
   */
  readonly engineRatio: number | null;
  readonly engineStepsPerSecond: number | null;
  /** Microseconds of one saveState and one loadState. */
  readonly saveRestoreMicros: number;
  /** Milliseconds of one reset, and how many there were. */
  readonly resetMillis: number;
  readonly resets: number;
  /** Steps per second with resets, as a learner sees it. */
  readonly stepsPerSecondWithResets: number;
  /** Whose actions were replayed. */
  readonly actions: 'expert' | 'random';
}

export interface EnvironmentBenchOptions {
  readonly factory: EnvironmentFactory;
  readonly environmentOptions: EnvironmentOptions;
  readonly seconds: number;
  readonly seed: number;
  /** Wall clock in ms. */
  readonly clock: () => number;
}

/** Actions of whole episodes, so that deciding costs nothing while the clock runs. */
interface Script {
  readonly seed: number;
  readonly actions: readonly Float32Array[];
}

const EPISODES = 8;

export async function benchEnvironment(
  options: EnvironmentBenchOptions,
): Promise<EnvironmentBench> {
  const { factory, clock, seconds } = options;
  const begun = clock();
  const env = await factory.create(options.environmentOptions);
  const created = clock();
  env.reset(factory.trainSeeds.start);
  const started = clock();
  (await factory.create(options.environmentOptions)).close();
  const createAgainMillis = clock() - started;
  const scripts = rehearse(env, factory, options.seed);
  const timed = play(env, scripts, seconds, clock);
  const stepSeconds = timed.stepMs / 1000;
  const saveRestoreMicros = timeStates(env, scripts[0]!, Math.min(1, seconds / 4), clock);
  const engine = await timeEngine(env, scripts, seconds, clock);
  env.close();
  return {
    env: factory.id,
    seconds,
    createMillis: created - begun,
    createAgainMillis,
    startMillis: started - begun,
    ...engine,
    steps: timed.steps,
    stepsPerSecond: timed.steps / stepSeconds,
    realTimeFactor: (timed.steps * env.controlDt) / stepSeconds,
    saveRestoreMicros,
    resetMillis: timed.resetMs / timed.resets,
    resets: timed.resets,
    stepsPerSecondWithResets: (1000 * timed.steps) / (timed.stepMs + timed.resetMs),
    actions: factory.createExpert ? 'expert' : 'random',
  };
}

/** Episodes of the expert where there is one: random actions would end most tasks at once. */
function rehearse(env: Environment, factory: EnvironmentFactory, seed: number): Script[] {
  const expert = factory.createExpert?.(env);
  const random = createRandom(seed, 41);
  const action = new Float32Array(env.actionSpace.size);
  return Array.from({ length: EPISODES }, (_, i) => {
    const episodeSeed = factory.trainSeeds.start + ((seed + i) % factory.trainSeeds.count);
    const actions: Float32Array[] = [];
    let ts = env.reset(episodeSeed);
    while (ts.kind !== 'last') {
      if (expert) expert.act(action);
      else sampleInto(env.actionSpace, random, action);
      actions.push(action.slice());
      ts = env.step(action);
    }
    return { seed: episodeSeed, actions };
  });
}

function play(
  env: Environment,
  scripts: readonly Script[],
  seconds: number,
  clock: () => number,
): { steps: number; resets: number; stepMs: number; resetMs: number } {
  let steps = 0;
  let resets = 0;
  let stepMs = 0;
  let resetMs = 0;
  while (stepMs < seconds * 1000) {
    const script = scripts[resets % scripts.length]!;
    const start = clock();
    env.reset(script.seed);
    const ready = clock();
    for (const action of script.actions) env.step(action);
    stepMs += clock() - ready;
    resetMs += ready - start;
    steps += script.actions.length;
    resets++;
  }
  return { steps, resets, stepMs, resetMs };
}

/** Steps of one slice of the comparison with the engine. */
const SLICE = 200;

/** One slice of an episode: the environment's time, then the engine's for the same states. */
function timePair(
  env: Environment,
  engine: BareEngine,
  script: Script,
  clock: () => number,
): { ratio: number; engineMs: number; steps: number } {
  const actions = script.actions.slice(0, SLICE);
  env.reset(script.seed);
  engine.begin();
  for (const action of actions) {
    env.step(action);
    engine.record();
  }
  env.reset(script.seed);
  const start = clock();
  for (const action of actions) env.step(action);
  const middle = clock();
  engine.replay();
  const end = clock();
  if (!engine.agrees()) throw new Error(`${env.id}: the bare engine came to another state`);
  return {
    ratio: (end - middle) / (middle - start),
    engineMs: end - middle,
    steps: actions.length,
  };
}

async function timeEngine(
  env: Environment,
  scripts: readonly Script[],
  seconds: number,
  clock: () => number,
): Promise<Pick<EnvironmentBench, 'engineRatio' | 'engineStepsPerSecond'>> {
  const engine = await createBareEngine(env, SLICE);
  if (!engine) return { engineRatio: null, engineStepsPerSecond: null };
  const ratios: number[] = [];
  let engineMs = 0;
  let steps = 0;
  const until = clock() + seconds * 1000;
  while (ratios.length === 0 || clock() < until) {
    const pair = timePair(env, engine, scripts[ratios.length % scripts.length]!, clock);
    ratios.push(pair.ratio);
    engineMs += pair.engineMs;
    steps += pair.steps;
  }
  engine.close();
  ratios.sort((a, b) => a - b);
  const engineRatio = ratios[ratios.length >> 1]!;
  return { engineRatio, engineStepsPerSecond: (1000 * steps) / engineMs };
}

function timeStates(
  env: Environment,
  script: Script,
  seconds: number,
  clock: () => number,
): number {
  env.reset(script.seed);
  const warm = script.actions.slice(0, Math.floor(script.actions.length / 2));
  for (const action of warm) env.step(action);
  const state = env.saveState();
  let count = 0;
  const start = clock();
  while (clock() - start < seconds * 1000) {
    for (let i = 0; i < 100; i++) env.loadState(env.saveState(state));
    count += 100;
  }
  return ((clock() - start) * 1000) / count;
}
