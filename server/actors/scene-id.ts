import type { Environment } from '../../sim/contract.ts';

/**
 * Numbers scenes alike in every thread: 1 when all seeds share one scene, else 2 + seed (mod 2³¹).
 * Resets the environment.
 */
export function hasOneScene(env: Environment, firstSeed: number): boolean {
  env.reset(firstSeed);
  const { scene } = env;
  env.reset(firstSeed + 1);
  return env.scene === scene;
}

export function sceneIdOf(seed: number, oneScene: boolean): number {
  return oneScene ? 1 : 2 + (seed % 0x80000000);
}
