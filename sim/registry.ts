import type { Environment, EnvironmentFactory, EnvironmentOptions } from './contract.ts';
import { drivingEnvironments } from './driving/index.ts';
import { roboticsEnvironments } from './robotics/index.ts';

const factories = new Map<string, EnvironmentFactory>(
  [...drivingEnvironments, ...roboticsEnvironments].map((f) => [f.id, f]),
);

/** Every environment, in the order it should be listed. */
export function listEnvironments(): EnvironmentFactory[] {
  return [...factories.values()];
}

/** @throws RangeError that lists the known ids. */
export function getEnvironment(id: string): EnvironmentFactory {
  const factory = factories.get(id);
  if (!factory) {
    throw new RangeError(`env: unknown id "${id}", allowed ${[...factories.keys()].join(', ')}`);
  }
  return factory;
}

export function createEnvironment(id: string, options?: EnvironmentOptions): Promise<Environment> {
  return getEnvironment(id).create(options);
}
