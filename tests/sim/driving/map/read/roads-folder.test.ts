/** Real files, tried one by one: `REINS_ROADS_DIR=folder`. Each is driven, or refused with a line; there is no third. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { drivingEnvironments } from '../../../../../sim/driving/index.ts';
import { generateMap } from '../../../../../sim/driving/map/generate.ts';
import { writeOpenDrive } from '../../../../../sim/driving/map/write/open-drive.ts';

const driving = drivingEnvironments.find((f) => f.id === 'driving')!;
const { REINS_ROADS_DIR } = process.env;
const folder = REINS_ROADS_DIR ?? ours();
const files = readdirSync(folder).filter((name) => /\.(xodr|net\.xml)$/.test(name));
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

/** Where no folder is named: a road of ours, and the same with a geometry that does not exist. */
function ours(): string {
  const made = mkdtempSync(join(tmpdir(), 'reins-roads-'));
  const text = writeOpenDrive(
    generateMap(5, { blocks: 1, sequence: 'SC', lanes: 2, laneWidth: 3.5 }),
    'ours',
  );
  writeFileSync(join(made, 'driven.xodr'), text);
  writeFileSync(join(made, 'refused.xodr'), text.replace('<line', '<helix'));
  return made;
}

describe('[ROAD-9] every file of a folder is driven, or refused with a line', () => {
  afterAll(() => REINS_ROADS_DIR ?? rmSync(folder, { recursive: true }));
  it.each(files)('[ROAD-9] %s', async (name) => {
    const result = await drive(join(folder, name));
    if (REINS_ROADS_DIR) console.log(`${name}: ${result}`);
    if (name === 'refused.xodr') expect(result).toMatch(/refused\.xodr:\d+: .*helix/);
    else if (!REINS_ROADS_DIR) expect(result).toMatch(/^(\w+) 1\.00, \1 1\.00$/);
    else expect(result).toMatch(/:\d+: |^\S+ [01]\.\d\d, /);
  });
  it('[ROAD-9] there are such files', () => expect(files).not.toEqual([]));
});
