import { describe, expect, it } from 'vitest';
import { BOX_KIND, type Overlap, overlaps } from '../../../../sim/driving/frame/boxes.ts';
import { drivingEnvironments } from '../../../../sim/driving/index.ts';
import type { DrivingEnvironment } from '../../../../sim/driving/road/task.ts';
import { peopleCount, personSpeed } from '../../../../sim/driving/traffic/people.ts';
import { V } from '../../../../sim/driving/vehicle/vehicle.ts';

const driving = drivingEnvironments.find((f) => f.id === 'driving')!;
const create = async (options = {}) => (await driving.create(options)) as DrivingEnvironment;
const BRAKE = Float32Array.of(0, -1);
const CROWDED = { pedestrians: 1, cyclists: 1, accidentProb: 0 };

/** Rows of people who are there. */
function present({ task: { world } }: DrivingEnvironment): number[] {
  const { people, boxes } = world;
  const rows = Array.from({ length: peopleCount(people) }, (_, i) => people.start + i);
  return rows.filter((row) => boxes.kind[row] !== BOX_KIND.none);
}

describe('pedestrians and cyclists', () => {
  it('[DRIVE-60] there are none by default, and the default task does not mention them', async () => {
    const env = await create();
    const ts = env.reset(1);
    expect(peopleCount(env.task.world.people)).toBe(0);
    expect(ts.info.metrics).not.toHaveProperty('crashPedestrian');
    expect(ts.info.rewardTerms).not.toHaveProperty('crashPedestrian');
    expect(env.scene.bodies.some((body) => body.role === 'pedestrian')).toBe(false);
  });

  it('[DRIVE-60] densities say how many; each is drawn; they cross and come back', async () => {
    const env = await create({ pedestrians: 1, cyclists: 0.5, density: 0, accidentProb: 0 });
    let pedestrians = 0;
    let cyclists = 0;
    let crossing = 0;
    for (let seed = 0; seed < 20; seed++) {
      env.reset(seed);
      for (const row of present(env)) {
        if (env.task.world.boxes.kind[row] === BOX_KIND.pedestrian) pedestrians++;
        else cyclists++;
      }
      for (let i = 0; i < 100; i++) {
        env.step(BRAKE);
        for (const row of present(env)) if (personSpeed(env.task.world.people, row) > 0) crossing++;
      }
    }
    expect(pedestrians).toBe(20 * 12);
    expect(cyclists).toBeGreaterThan(20 * 3);
    expect(cyclists).toBeLessThan(20 * 9);
    expect(crossing).toBeGreaterThan(1000);
    expect(env.scene.bodies.filter((body) => body.role === 'pedestrian')).toHaveLength(24);
  });

  it('[DRIVE-61] the lidar sees them; hitting one costs 1 and −5, once, and counts', async () => {
    const env = await create({ ...CROWDED, density: 0 });
    env.reset(2);
    const { world } = env.task;
    const row = present(env)[0]!;
    const { boxes, state } = world;
    // Stand the car three metres before somebody, facing them.
    state[V.heading] = 0;
    state[V.x] = boxes.x[row]! - world.vehicle.length / 2 - 3;
    state[V.y] = boxes.y[row]!;
    let ts = env.loadState(env.saveState());
    const ahead = env.observationSpace.names!.indexOf('lidar0');
    expect(ts.observation[ahead]! * 50).toBeLessThan(world.vehicle.length / 2 + 3.1);
    state[V.x] = boxes.x[row]! - world.vehicle.length / 2;
    // The car is beside the road there; the reward for that is not what is tested.
    ts = env.step(BRAKE);
    expect(ts.info.cost).toBe(1);
    expect(ts.info.metrics['crashPedestrian']).toBe(1);
    expect(boxes.kind[row]).toBe(BOX_KIND.none);
  });

  it('[DRIVE-61] on the road a hit is −5, ends with crashEnds, and is a full infraction', async () => {
    const env = await create({ ...CROWDED, density: 0, crashEnds: true });
    for (let seed = 0; seed < 40; seed++) {
      let ts = env.reset(seed);
      // Drive straight ahead without looking.
      const expert = driving.createExpert!(env);
      const action = new Float32Array(2);
      while (ts.kind !== 'last') {
        expert.act(action);
        action[1] = 0.5;
        ts = env.step(action);
      }
      if (ts.info.endReason !== 'crash') continue;
      expect(ts.info.rewardTerms['crashPedestrian']).toBe(-5);
      expect(ts.reward).toBe(-5);
      expect(ts.info.cost).toBe(1);
      const { drivingScore, routeCompletion } = ts.info.metrics;
      expect(drivingScore).toBeCloseTo((100 * routeCompletion!) / 2, 6);
      return;
    }
    throw new Error('nobody was hit on 40 roads');
  });

  it('[DRIVE-62] traffic and people rarely collide', async () => {
    const env = await create({ ...CROWDED, density: 0.3, traffic: 'respawn' });
    const { boxes, people, traffic } = env.task.world;
    const out: Overlap = { depth: 0, nx: 0, ny: 0 };
    let crossing = 0;
    let hits = 0;
    for (let seed = 0; seed < 4; seed++) {
      env.reset(seed);
      for (let k = 0; k < 300; k++) {
        env.step(BRAKE);
        for (const r of present(env)) {
          if (personSpeed(people, r) > 0) crossing++;
          const [cos, sin] = [boxes.cos[r]!, boxes.sin[r]!];
          const [l, w] = [boxes.halfLength[r]!, boxes.halfWidth[r]!];
          for (let i = 0; i < traffic.capacity; i++) {
            if (boxes.kind[i] === BOX_KIND.none) continue;
            if (overlaps(boxes, i, boxes.x[r]!, boxes.y[r]!, cos, sin, l, w, out)) hits++;
          }
        }
      }
    }
    expect(crossing).toBeGreaterThan(2000);
    expect(hits / crossing).toBeLessThan(0.03);
  });
});
