import type { BoxSpace, StepInfo, TimeStep } from './contract.ts';

/** A reusable time step with its own observation array. `rewardTerms` and `metrics` name every key once. */
export function createTimeStep(
  observationSpace: BoxSpace,
  rewardTerms: readonly string[],
  metrics: readonly string[],
): TimeStep {
  const zeros = (keys: readonly string[]) => Object.fromEntries(keys.map((k) => [k, 0]));
  const info: StepInfo = {
    rewardTerms: zeros(rewardTerms),
    cost: 0,
    success: false,
    metrics: zeros(metrics),
    endReason: '',
  };
  return {
    kind: 'first',
    step: 0,
    time: 0,
    observation: new Float32Array(observationSpace.size),
    reward: 0,
    discount: 1,
    info,
  };
}

/** The first step of an episode. */
export function restart(ts: TimeStep): TimeStep {
  ts.kind = 'first';
  ts.step = 0;
  ts.time = 0;
  ts.reward = 0;
  ts.discount = 1;
  ts.info.cost = 0;
  ts.info.success = false;
  ts.info.endReason = '';
  for (const key in ts.info.rewardTerms) ts.info.rewardTerms[key] = 0;
  return ts;
}

function advance(
  ts: TimeStep,
  kind: 'mid' | 'last',
  reward: number,
  discount: number,
  dt: number,
): TimeStep {
  ts.kind = kind;
  ts.step += 1;
  ts.time = ts.step * dt;
  ts.reward = reward;
  ts.discount = discount;
  return ts;
}

/** A step inside an episode. */
export function transition(ts: TimeStep, reward: number, dt: number): TimeStep {
  return advance(ts, 'mid', reward, 1, dt);
}

/** The task itself ended: nothing follows, so the value there is 0. */
export function termination(ts: TimeStep, reward: number, dt: number): TimeStep {
  return advance(ts, 'last', reward, 0, dt);
}

/** A time limit cut the episode: its value there must be bootstrapped. */
export function truncation(ts: TimeStep, reward: number, dt: number): TimeStep {
  return advance(ts, 'last', reward, 1, dt);
}
