import type { Environment } from '../../contract.ts';
import { isRobotics, roboticsOf } from './environment.ts';

/** @throws RangeError with the way out for a model that cannot be acted on: there is nothing to drive or to learn. */
export function refuseIdle(env: Environment): void {
  if (env.actionSpace.size > 0 || !isRobotics(env)) return;
  const moves = roboticsOf(env).physics.sizes.njnt > 0;
  env.close();
  throw new RangeError(
    moves
      ? 'mjcf: the model has no actuators, so nothing can be driven or learned. Add <actuator><motor joint="NAME"/></actuator> with its joints, or start with --actuate position (or motor), which makes one for each hinge and slide'
      : 'mjcf: nothing in the model moves: it has neither joints nor actuators. Give the file of a whole robot or scene; this may be a part that others include',
  );
}
