import type { StepInfo } from '../../contract.ts';
import { actuatorSpace, addNoise, sumOfSquares } from '../engine/fields.ts';
import type { Physics } from '../engine/physics.ts';
import type { ObservationField, TaskProgram } from '../engine/task.ts';

/** Numbers a task remembers: x (and y) before the step. */
const MEMORY = 2;

/** A task of running: what it measures and pays. */
export interface Runner {
  /** Weight of the velocity along x. */
  readonly forward: number;
  readonly controlCost: number;
  readonly healthy?: { readonly reward: number; is(physics: Physics): boolean };
  readonly contact?: { readonly weight: number; readonly clip: number; readonly most: number };
  readonly noise: number;
  readonly velocityNoise: 'uniform' | 'normal';
  /** Where the runner is along x and y: written into `out`. */
  locate(physics: Physics, out: Float64Array): void;
  fields(physics: Physics): readonly ObservationField[];
}

/** x from the root joint: planar runners. */
export function locateRoot(physics: Physics, out: Float64Array): void {
  out[0] = physics.qpos[0]!;
  out[1] = 0;
}

function runnerRewards(runner: Runner, physics: Physics, velocity: () => number) {
  const { healthy, contact } = runner;
  const terms = [
    { name: 'forward', value: () => runner.forward * velocity() },
    { name: 'control', value: () => -runner.controlCost * sumOfSquares(physics.ctrl) },
  ];
  if (healthy)
    terms.unshift({ name: 'healthy', value: () => (healthy.is(physics) ? healthy.reward : 0) });
  if (contact)
    terms.push({
      name: 'contact',
      value: () =>
        -Math.min(contact.most, contact.weight * sumOfSquares(physics.cfrc_ext, contact.clip)),
    });
  return terms;
}

export function createRunner(runner: Runner, physics: Physics, dt: number): TaskProgram {
  const memory = new Float64Array(MEMORY);
  const now = new Float64Array(MEMORY);
  const torso = physics.id('body', 'torso');
  const velocity = () => (now[0]! - memory[0]!) / dt;
  return {
    actionSpace: actuatorSpace(physics),
    fields: runner.fields(physics),
    rewards: runnerRewards(runner, physics, velocity),
    metrics: [
      { name: 'speed', value: velocity },
      { name: 'distance', value: () => now[0]! },
      { name: 'height', value: () => physics.xpos[torso * 3 + 2]! },
    ],
    endReasons: [{ id: 'unhealthy', label: 'a fall', severity: 'failure' }],
    memory,
    reset(random) {
      addNoise(physics, random, runner.noise, runner.velocityNoise);
      physics.forward();
      runner.locate(physics, memory);
    },
    act: (action) => physics.ctrl.set(action),
    observe() {
      if (runner.contact) physics.refreshForces();
      runner.locate(physics, now);
    },
    remember: () => memory.set(now),
    judge: (_info: StepInfo) => (runner.healthy && !runner.healthy.is(physics) ? 'unhealthy' : ''),
    writeAgentPosition(out) {
      for (let k = 0; k < 3; k++) out[k] = physics.xpos[torso * 3 + k]!;
    },
  };
}
