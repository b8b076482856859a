/** Real files, tried one by one: `REINS_ROADS_DIR=folder`. Each is driven, or refused with a line; there is no third. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drivingEnvironments } from '../../../../../sim/driving/index.ts';

const { REINS_ROADS_DIR: folder } = process.env;
const driving = drivingEnvironments.find((f) => f.id === 'driving')!;
const files = folder ? readdirSync(folder).filter((name) => /\.(xodr|net\.xml)$/.test(name)) : [];
const STEPS = 1500;

/** How far the planner comes on the roads of two seeds, or the line that is not supported. */
async function drive(road: string): Promise<string> {
  const env = await driving
    .create({ road, density: 0.03, accidentProb: 0 })
    .catch((error: unknown) => {
      if (error instanceof RangeError && /:\d+: /.test(error.message)) return error.message;
      throw error;
    });
  if (typeof env === 'string') return env;
  const planner = driving.createPlanner!(env);
  const action = new Float32Array(2);
  const ends: string[] = [];
  for (let seed = 0; seed < 2; seed++) {
    let ts = env.reset(seed);
    expect(env.scene.bodies.length).toBeGreaterThan(0);
    for (let k = 0; k < STEPS && ts.kind !== 'last'; k++) {
      planner.act(action);
      ts = env.step(action);
      expect(ts.observation.every((x) => x >= 0 && x <= 1)).toBe(true);
    }
    ends.push(`${ts.info.endReason} ${ts.info.metrics['routeCompletion']!.toFixed(2)}`);
  }
  return ends.join(', ');
}

describe.runIf(folder)('[ROAD-9] files of a folder', () => {
  it.each(files)('[ROAD-9] %s', async (name) => {
    console.log(`${name}: ${await drive(join(folder!, name))}`);
  });
});

it.skipIf(folder)('[ROAD-9] without a folder there is nothing to try', () => {
  expect(files).toEqual([]);
});
