/**
 * What makes more situations of the same minutes: episodes that begin anywhere on the way, and gusts that push the
 * steering, so that cars come near the edge of the road at speed and somebody has to bring them back. Both follow from
 * the seed and the step alone, so that a saved state has nothing to add.
 */
import { createRandom } from '../../random.ts';
import { CONTROL_DT } from '../frame/episode.ts';
import { createDriver } from './driver.ts';
import type { DrivingWorld } from './world.ts';

/** Random sub-streams of a seed. */
const STREAM = { start: 0x73746172, gusts: 0x67757374 } as const;
/** One gust in so many steps, and how long it lasts. */
const GUST_EVERY = 20;
const GUST_STEPS = 6;

/** Share of the episodes that begin at the start of the road, at rest: without them nobody learns to set off. */
const FROM_REST = 0.2;

/** What is added to the steering at time step `step`, in [−gusts, gusts]. */
export type Gusts = (seed: number, step: number) => number;

/** @param size share of the whole steering that a gust has at most */
export function createGusts(size: number): Gusts {
  const random = createRandom(0, STREAM.gusts);
  return (seed, step) => {
    if (size === 0) return 0;
    const period = Math.floor(step / GUST_EVERY);
    random.reseed(seed, STREAM.gusts + period);
    const from = random.integer(GUST_EVERY - GUST_STEPS + 1);
    const push = random.uniform(-size, size);
    const at = step - period * GUST_EVERY;
    return at >= from && at < from + GUST_STEPS ? push : 0;
  };
}

/**
 * Let the hand-written driver drive the world, which is at the start of its road, up to `most` steps, or none: how many
 * follows from the seed. Where the way ends before, a third as many. Writes the last action.
 * @param ends whether an episode would be over
 */
export function driveAhead(
  world: DrivingWorld,
  most: number,
  ends: () => boolean,
  action: Float32Array,
): void {
  const { seed } = world;
  const random = createRandom(seed, STREAM.start);
  let steps = random.next() < FROM_REST ? 0 : random.integer(most + 1);
  while (!drive(world, steps, ends, action)) {
    world.reset(seed);
    action.fill(0);
    steps = Math.floor(steps / 3);
  }
}

function drive(
  world: DrivingWorld,
  steps: number,
  ends: () => boolean,
  action: Float32Array,
): boolean {
  const driver = createDriver(world);
  for (let i = 0; i < steps; i++) {
    driver.act(action);
    world.step(action, CONTROL_DT);
    if (ends()) return false;
  }
  return true;
}
