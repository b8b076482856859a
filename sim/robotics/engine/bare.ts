import type { Environment } from '../../contract.ts';
import { isRobotics, roboticsOf } from './environment.ts';
import { createPhysics } from './mujoco.ts';

/** The engine alone, with the model and frame skip of an environment: what its speed is measured against. */
export interface BareEngine {
  /** Start where the environment stands now, with nothing to replay. */
  begin(): void;
  /** Keep the controls the environment has just stepped with. @throws RangeError beyond `capacity` steps. */
  record(): void;
  /** Back to where `begin` was, then all recorded controls, nothing else. Returns the steps. */
  replay(): number;
  /** Whether the positions are exactly the environment's. */
  agrees(): boolean;
  close(): void;
}

/** `undefined` for an environment that is no MuJoCo one. `capacity`: most steps of one replay. */
export async function createBareEngine(
  env: Environment,
  capacity: number,
): Promise<BareEngine | undefined> {
  if (!isRobotics(env)) return undefined;
  const { physics, task } = roboticsOf(env);
  const bare = await createPhysics(task.model);
  physics.sync();
  const start = new Float64Array(physics.stateSize);
  const inputs = ['ctrl', 'mocap_pos', 'mocap_quat'] as const;
  const sizes = inputs.map((name) => physics[name].length);
  const tapes = inputs.map((_, i) =>
    Array.from({ length: capacity }, () => new Float64Array(sizes[i]!)),
  );
  let steps = 0;
  return {
    begin() {
      physics.sync();
      physics.saveState(start, 0);
      steps = 0;
    },
    record() {
      if (steps >= capacity)
        throw new RangeError(`steps: ${steps + 1}, allowed 0 to ${capacity} per replay`);
      for (let i = 0; i < inputs.length; i++) tapes[i]![steps]!.set(physics[inputs[i]!]);
      steps++;
    },
    replay() {
      bare.loadState(start, 0);
      for (let t = 0; t < steps; t++) {
        bare.ctrl.set(tapes[0]![t]!);
        if (sizes[1]! > 0) {
          bare.mocap_pos.set(tapes[1]![t]!);
          bare.mocap_quat.set(tapes[2]![t]!);
        }
        bare.step(task.frameSkip);
      }
      return steps;
    },
    agrees: () => physics.qpos.every((value, i) => value === bare.qpos[i]),
    close: () => bare.close(),
  };
}
