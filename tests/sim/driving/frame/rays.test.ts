/** What viewers see of the lidar is what the agent observes. */
import { expect, it } from 'vitest';
import { getEnvironment } from '../../../../sim/registry.ts';

it.each([
  ['driving', {}, 240, 50],
  ['driving', { rays: 60, range: 30, noise: 0.05, dropout: 0.1 }, 60, 30],
  ['parking', {}, undefined, undefined],
])(
  '[DRIVE-71] rays of %s %o end where the observation says, and looking changes nothing',
  async (id, options, rays, range) => {
    const env = await getEnvironment(id).create(options);
    const names = env.observationSpace.names!;
    const first = names.indexOf('lidar0');
    const count = names.filter((name) => name.startsWith('lidar')).length;
    if (rays !== undefined) expect(count).toBe(rays);
    const out = new Float32Array(3 + 4 * count);
    const position = new Float32Array(3);
    let ts = env.reset(100);
    for (let t = 0; t < 20 && ts.kind !== 'last'; t++) ts = env.step(Float32Array.of(0.1, 0.4));
    const before = [...env.saveState()];
    expect(env.writeRays!(out)).toBe(count);
    env.writeAgentPosition(position);
    expect([...out.subarray(0, 3)]).toEqual([...position]);
    let reach = 0;
    for (let i = 0; i < count; i++) {
      const [x, y, z, share] = out.subarray(3 + 4 * i, 7 + 4 * i) as unknown as number[];
      expect(share).toBe(ts.observation[first + i]);
      expect(z).toBe(position[2]);
      const length = Math.hypot(x! - position[0]!, y! - position[1]!);
      if (range !== undefined) expect(length).toBeCloseTo(share! * range, 3);
      reach = Math.max(reach, length);
    }
    expect(reach).toBeGreaterThan(1);
    expect([...env.saveState()]).toEqual(before);
    // As many as fit.
    expect(env.writeRays!(out.subarray(0, 3 + 4 * 7 + 2))).toBe(7);
    env.close();
  },
);
