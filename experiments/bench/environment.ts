/** `bench env`: steps per second of one environment on one core, start, resets, states, and the share that is the engine's. */
import type { Environment, EnvironmentFactory, EnvironmentOptions } from '../../sim/contract.ts';
import { createRandom } from '../../sim/random.ts';
import { type BareEngine, createBareEngine } from '../../sim/robotics/engine/bare.ts';
import { sampleInto } from '../../sim/spaces.ts';
import { createPause } from '../pause.ts';
import { type Measuring, repeat } from './measuring.ts';

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

export interface EnvironmentBenchOptions extends Measuring {
  readonly factory: EnvironmentFactory;
  readonly environmentOptions: EnvironmentOptions;
  readonly seconds: number;
  readonly seed: number;
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
  const scripts = await rehearse(env, options);
  const timed = await play(env, scripts, options);
  const stepSeconds = timed.stepMs / 1000;
  const saveRestoreMicros = await timeStates(env, scripts[0]!, options);
  const engine = await timeEngine(env, scripts, options);
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
async function rehearse(
  env: Environment,
  { factory, seed, clock, stop, onMeasured }: EnvironmentBenchOptions,
): Promise<Script[]> {
  const expert = factory.createExpert?.(env);
  const random = createRandom(seed, 41);
  const action = new Float32Array(env.actionSpace.size);
  const pause = createPause(clock);
  const scripts: Script[] = [];
  onMeasured?.(0, 'rehearsing');
  for (let i = 0; i < EPISODES; i++) {
    const episodeSeed = factory.trainSeeds.start + ((seed + i) % factory.trainSeeds.count);
    const actions: Float32Array[] = [];
    let ts = env.reset(episodeSeed);
    while (ts.kind !== 'last' && !stop?.aborted) {
      if (expert) expert.act(action);
      else sampleInto(env.actionSpace, random, action);
      actions.push(action.slice());
      ts = env.step(action);
      await pause();
    }
    scripts.push({ seed: episodeSeed, actions });
  }
  return scripts;
}

async function play(
  env: Environment,
  scripts: readonly Script[],
  options: EnvironmentBenchOptions,
): Promise<{ steps: number; resets: number; stepMs: number; resetMs: number }> {
  const { clock, seconds } = options;
  let steps = 0;
  let resets = 0;
  let resetMs = 0;
  const { ms: stepMs } = await repeat('stepping', seconds, options, () => {
    const script = scripts[resets++ % scripts.length]!;
    const start = clock();
    env.reset(script.seed);
    const ready = clock();
    for (const action of script.actions) env.step(action);
    resetMs += ready - start;
    steps += script.actions.length;
    return clock() - ready;
  });
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
  options: EnvironmentBenchOptions,
): Promise<Pick<EnvironmentBench, 'engineRatio' | 'engineStepsPerSecond'>> {
  const { clock, seconds } = options;
  const engine = await createBareEngine(env, SLICE);
  if (!engine) return { engineRatio: null, engineStepsPerSecond: null };
  const ratios: number[] = [];
  let engineMs = 0;
  let steps = 0;
  await repeat('against the engine', seconds, options, () => {
    const start = clock();
    const pair = timePair(env, engine, scripts[ratios.length % scripts.length]!, clock);
    ratios.push(pair.ratio);
    engineMs += pair.engineMs;
    steps += pair.steps;
    return clock() - start;
  });
  engine.close();
  ratios.sort((a, b) => a - b);
  const engineRatio = ratios[ratios.length >> 1] ?? Number.NaN;
  return { engineRatio, engineStepsPerSecond: (1000 * steps) / engineMs };
}

/** Microseconds of one saveState and loadState in the middle of an episode. */
async function timeStates(
  env: Environment,
  script: Script,
  options: EnvironmentBenchOptions,
): Promise<number> {
  const { clock, seconds } = options;
  env.reset(script.seed);
  const warm = script.actions.slice(0, Math.floor(script.actions.length / 2));
  for (const action of warm) env.step(action);
  const state = env.saveState();
  const { ms, times } = await repeat('states', Math.min(1, seconds / 4), options, () => {
    const start = clock();
    for (let i = 0; i < 100; i++) env.loadState(env.saveState(state));
    return clock() - start;
  });
  return (10 * ms) / times;
}
