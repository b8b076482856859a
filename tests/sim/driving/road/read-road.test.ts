import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { drivingEnvironments } from '../../../../sim/driving/index.ts';
import { worldOf } from '../../../../sim/driving/road/task.ts';
import { V } from '../../../../sim/driving/vehicle/vehicle.ts';
import { environmentContract } from '../../../contracts/environment.ts';
import { fileText, forkText, roadText, straightText } from '../map/read/xodr.ts';

const folder = mkdtempSync(join(tmpdir(), 'reins-road-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const driving = drivingEnvironments.find((f) => f.id === 'driving')!;
const fork = file('fork.xodr', forkText());
const left = file('left.xodr', forkText('LHT'));
const hill = (grade: number, lean = 0) =>
  file(
    `hill${grade}-${lean}.xodr`,
    straightText(300, {
      elevation: `<elevation s="0" a="0" b="${grade}" c="0" d="0"/>`,
      lateral: `<superelevation s="0" a="${lean}" b="0" c="0" d="0"/>`,
    }),
  );

environmentContract(driving, { road: fork, horizon: 60, density: 0.2, pedestrians: 1 });
environmentContract(driving, { road: hill(0.06, 0.05), horizon: 60, density: 0.1 });

const quiet = { density: 0, accidentProb: 0 };

describe('[ROAD-7] a road of a file is an environment like any other', () => {
  it.each([
    ['on the right', fork],
    ['on the left', left],
  ])('[ROAD-7] the planner arrives, %s', async (_, road) => {
    for (const route of ['1,2', '1,3']) {
      const env = await driving.create({ road, route, ...quiet });
      const planner = driving.createPlanner!(env);
      const action = new Float32Array(2);
      let ts = env.reset(1);
      while (ts.kind !== 'last') {
        planner.act(action);
        ts = env.step(action);
      }
      expect(ts.info.endReason).toBe('success');
    }
  });

  it('[ROAD-7] a bend of half a turn to either side stays within the observation’s range', async () => {
    for (const side of [1, -1]) {
      const shape = `<arc curvature="${side * 0.02}"/>`;
      const text = fileText(roadText({ pieces: [{ length: 50 * Math.PI, shape }] }));
      const env = await driving.create({
        road: file(`turn${side}.xodr`, text),
        route: '1',
        ...quiet,
      });
      const { observation } = env.reset(0);
      expect(observation.every((x) => x >= 0 && x <= 1)).toBe(true);
      expect(observation[13]).toBe(side > 0 ? 1 : 0);
    }
  });

  it('[ROAD-7] a route without a road, and a file that is not there, are refused by name', async () => {
    await expect(driving.create({ route: '1' })).rejects.toThrow('route: is "1" without a road');
    await expect(driving.create({ road: 'nowhere.xodr' })).rejects.toThrow(
      'road: "nowhere.xodr" cannot be read',
    );
  });
});

describe('[ROAD-8] hills are driven and drawn', () => {
  async function speedAfter(grade: number, throttle: number, steps: number): Promise<number> {
    const env = await driving.create({ road: hill(grade), route: '1', ...quiet });
    env.reset(0);
    for (let k = 0; k < steps; k++) env.step(Float32Array.of(0, throttle));
    return worldOf(env, 'test').state[V.vx]!;
  }

  it('[ROAD-8] a car climbs more slowly, and rolls downhill as gravity less its resistance pulls it', async () => {
    const [up, level, down] = [
      await speedAfter(0.1, 0.5, 30),
      await speedAfter(0, 0.5, 30),
      await speedAfter(-0.1, 0.5, 30),
    ];
    const pull = (9.81 * 0.1) / Math.hypot(1, 0.1);
    expect(level - up).toBeCloseTo(3 * pull, 0);
    expect(down - level).toBeCloseTo(3 * pull, 0);
    const rolled = await speedAfter(-0.1, 0, 10);
    expect(rolled).toBeGreaterThan(0.9 * (pull - 0.015 * 9.81));
    expect(rolled).toBeLessThan(pull);
    expect(await speedAfter(-0.1, -1, 10)).toBe(0);
  });

  it('[ROAD-8] a leaning road pulls a car to its lower side', async () => {
    const env = await driving.create({ road: hill(0, 0.1), route: '1', ...quiet });
    env.reset(0);
    const { state } = worldOf(env, 'test');
    const y = state[V.y]!;
    for (let k = 0; k < 60; k++) env.step(Float32Array.of(0, 0.8));
    // Positive superelevation: the right side, towards -y, is lower.
    expect(state[V.y]!).toBeLessThan(y - 0.05);
  });

  it('[ROAD-8] bodies stand on the ground and lean with it', async () => {
    const env = await driving.create({ road: hill(0.1, 0.05), route: '1', ...quiet });
    env.reset(0);
    const poses = new Float32Array(7 * env.scene.bodies.length);
    env.writePoses(poses);
    const [x, y, z, w, a, b, c] = poses as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    expect(z).toBeCloseTo(0.1 * x + (y / Math.cos(0.05)) * Math.sin(0.05), 2);
    expect(Math.hypot(w, a, b, c)).toBeCloseTo(1, 5);
    // The body's own x axis points up the hill, its y axis up to the left.
    const forward = 2 * (a * c - w * b);
    const leftward = 2 * (b * c + w * a);
    expect(forward).toBeCloseTo(0.1 / Math.hypot(1, 0.1), 2);
    expect(leftward).toBeCloseTo(Math.sin(0.05), 2);
    const place = new Float32Array(3);
    env.writeAgentPosition(place);
    expect(place[2]).toBeCloseTo(z + 0.6, 5);
  });

  it('[ROAD-8] the scene’s road lies on the hill', async () => {
    const env = await driving.create({ road: hill(0.1), route: '1', ...quiet });
    env.reset(0);
    const { positions } = env.scene.meshes['road']!;
    for (let i = 0; i < positions.length; i += 3) {
      expect(positions[i + 2]! - 0.1 * positions[i]!).toBeCloseTo(0, 3);
    }
  });
});
