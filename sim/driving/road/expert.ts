/** The hand-written driver (driver.ts) for an environment. */
import type { Environment, Expert } from '../../contract.ts';
import { createDriver } from './driver.ts';
import { worldOf } from './task.ts';

export function createDrivingExpert(env: Environment): Expert {
  return createDriver(worldOf(env, 'expert'));
}
