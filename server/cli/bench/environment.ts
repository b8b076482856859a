/** `bench env`: steps per second of one environment on one core, resets and states. */
import type { Environment, EnvironmentFactory, EnvironmentOptions } from '../../../sim/contract.ts';
import { createRandom } from '../../../sim/random.ts';
import { sampleInto } from '../../../sim/spaces.ts';

export interface EnvironmentBench {
  readonly env: string;
  readonly seconds: number;
  readonly steps: number;
  /** Steps per second of `step` alone, without resets. */
  readonly stepsPerSecond: number;
  /** Simulated seconds per second. */
  readonly realTimeFactor: number;
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
  const env = await factory.create(options.environmentOptions);
  const scripts = rehearse(env, factory, options.seed);
  const timed = play(env, scripts, seconds, clock);
  const stepSeconds = timed.stepMs / 1000;
  const saveRestoreMicros = timeStates(env, scripts[0]!, Math.min(1, seconds / 4), clock);
  env.close();
  return {
    env: factory.id,
    seconds,
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
