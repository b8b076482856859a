import type { Environment, EnvironmentFactory, EnvironmentOptions } from './contract.ts';
import { drivingEnvironments } from './driving/index.ts';
import { gymnasiumFactory } from './gymnasium/environment.ts';
import { isRecorded, recordedFactory } from './recorded/environment.ts';
import { refuseIdle } from './robotics/engine/idle.ts';
import { roboticsEnvironments } from './robotics/index.ts';

const factories = new Map<string, EnvironmentFactory>(
  [...drivingEnvironments, ...roboticsEnvironments].map((f) => [f.id, f]),
);

/** Known, but not listed: only `reins.serve` of Python can start it. */
const unlisted = new Map([[gymnasiumFactory.id, gymnasiumFactory]]);

/** Every environment that can be started by its id, in the order of listing. */
export function listEnvironments(): EnvironmentFactory[] {
  return [...factories.values()];
}

/** @throws RangeError that lists the known ids. */
export function getEnvironment(id: string): EnvironmentFactory {
  if (isRecorded(id)) return recordedFactory(id);
  const factory = factories.get(id) ?? unlisted.get(id);
  if (!factory) {
    throw new RangeError(`env: unknown id "${id}", allowed ${[...factories.keys()].join(', ')}`);
  }
  return factory;
}

/** The factory with the facts that only a created environment knows: rate, controls, horizon of a user's model. */
export function withCreated(factory: EnvironmentFactory, env: Environment): EnvironmentFactory {
  const { controlHz, controls } = factory;
  const isSame = Math.abs(controlHz * env.controlDt - 1) < 1e-6;
  return {
    ...factory,
    ...env.info,
    controlHz: isSame ? controlHz : 1 / env.controlDt,
    controls: env.controls ?? controls,
  };
}

/** An environment to act in. @throws RangeError for one that has no actions, and as its factory does. */
export async function createEnvironment(
  id: string,
  options?: EnvironmentOptions,
): Promise<Environment> {
  const env = await getEnvironment(id).create(options);
  refuseIdle(env);
  return env;
}
