/**
 * The judge of `hopper-backflip`, which has no reward: rotation. The judged environment gives the
 * angle turned backwards as reward, so that teachers, references and evaluation all use it;
 * learners that are given preferences do not see it.
 */
import type { Environment, EnvironmentFactory, TimeStep } from '../../../sim/contract.ts';

/** Where the hopper's observation has its pitch rate, rad/s, growing forward (clipped to ±10). */
const PITCH_RATE = 7;

/** The factory itself for every other task. */
export function judged(factory: EnvironmentFactory): EnvironmentFactory {
  if (factory.id !== 'hopper-backflip') return factory;
  return { ...factory, create: async (options) => withRotation(await factory.create(options)) };
}

/** Reward: radians turned backwards in this step, −pitch rate · controlDt. */
function withRotation(env: Environment): Environment {
  const judge = (ts: TimeStep): TimeStep => {
    if (ts.kind === 'first') return ts;
    const turned = -ts.observation[PITCH_RATE]! * env.controlDt;
    ts.info.rewardTerms.rotation = turned;
    ts.reward = turned;
    return ts;
  };
  return new Proxy(env, {
    get(target, name) {
      if (name === 'step') return (action: Float32Array) => judge(target.step(action));
      if (name === 'loadState') return (state: Float64Array) => judge(target.loadState(state));
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
