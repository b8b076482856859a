import { describe, expect, it } from 'vitest';
import type { CameraDescription, SceneDescription } from '../../../sim/contract.ts';
import { createPhysics } from '../../../sim/robotics/engine/mujoco.ts';
import { createScene } from '../../../sim/robotics/engine/scene.ts';
import { createTendons } from '../../../sim/robotics/engine/tendons.ts';
import { roboticsEnvironments } from '../../../sim/robotics/index.ts';

const style = { title: '', cameras: [], light: 'studio', agentBody: '' } as const;

async function sceneOf(xml: string) {
  const physics = await createPhysics(`<mujoco>${xml}</mujoco>`);
  try {
    physics.forward();
    return createScene(physics, style, createTendons(physics));
  } finally {
    physics.close();
  }
}

const ball = '<body name="ball" pos="3 0 1"><freejoint/><geom size=".2"/></body>';

describe('[ROBOT-22] scenes from models', () => {
  it('draws sites in their own shape and colour, not clear or hidden ones', async () => {
    const { bodies } = await sceneOf(`<worldbody><body name="b"><freejoint/><geom size=".1"/>
      <site type="box" size=".1 .2 .3" rgba="1 0 0 1" pos="0 0 .5"/>
      <site rgba="0 0 0 0"/><site group="4"/></body></worldbody>`);
    const [, site, ...others] = bodies[0]!.geoms;
    expect(others).toEqual([]);
    expect(site).toMatchObject({ shape: 'box', colour: [1, 0, 0, 1], position: [0, 0, 0.5] });
    expect([...site!.size]).toEqual([0.1, 0.2, 0.3]);
  });

  it('gives a material with a cube texture the mean colour of it', async () => {
    const { bodies, textures } = await sceneOf(`<asset>
      <texture name="t" type="cube" builtin="flat" rgb1=".2 .4 .6" rgb2=".2 .4 .6" width="8" height="48"/>
      <material name="m" texture="t" rgba="1 .5 1 .8"/></asset>
      <worldbody><body><freejoint/><geom size=".1" material="m"/></body></worldbody>`);
    const [r, g, b, a] = bodies[0]!.geoms[0]!.colour;
    for (const [value, expected] of [
      [r, 0.2],
      [g, 0.2],
      [b, 0.6],
      [a, 0.8],
    ] as const)
      expect(value).toBeCloseTo(expected, 2);
    expect(textures).toEqual({});
  });

  it('frames what moves, however large the world is, and follows what travels', async () => {
    const { cameras } = await sceneOf(
      `<worldbody><geom type="plane" size="0 0 1"/><geom type="box" size="50 50 1" pos="0 0 -5"/>${ball}</worldbody>`,
    );
    expect(cameras.map((c) => c.id)).toEqual(['orbit', 'top']);
    const { body, position, target } = cameras[0]!;
    expect(body).toBe('ball');
    expect(Math.hypot(...target)).toBeCloseTo(0, 9);
    expect(Math.hypot(...position)).toBeLessThan(1.5);
  });

  it('keeps cameras on bodies: mounted where they tilt along, beside where they keep their direction', async () => {
    const camera = (name: string, mode: string) =>
      `<camera name="${name}" mode="${mode}" pos="0 0 .1" xyaxes="0 -1 0 0 0 1"/>`;
    const { cameras } = await sceneOf(`<worldbody>
      <body name="stand" pos="5 0 1" euler="0 0 90">${camera('still', 'fixed')}<geom size=".1"/></body>
      <body name="head" pos="3 0 1" euler="0 0 90"><freejoint/><geom size=".1"/>
        ${camera('eye', 'fixed')}${camera('beside', 'track')}</body></worldbody>`);
    const direction = (c: CameraDescription) =>
      c.target.map((t, k) => Math.sign(Math.round(1e3 * (t - c.position[k]!))) + 0);
    const of = (id: string) => cameras.find((c) => c.id === id)!;
    const near = (list: readonly number[]) => list.map((x) => Math.round(x * 1e6) / 1e6 + 0);
    expect(of('eye')).toMatchObject({ kind: 'mounted', body: 'head' });
    expect([near(of('eye').position), direction(of('eye')), near(of('eye').up!)]).toEqual([
      [0, 0, 0.1],
      [1, 0, 0],
      [0, 0, 1],
    ]);
    expect(of('beside')).toMatchObject({ kind: 'orbit', body: 'head' });
    expect(direction(of('beside'))).toEqual([0, 1, 0]);
    expect(of('still')).toMatchObject({ kind: 'fixed' });
    expect([near(of('still').position), direction(of('still'))]).toEqual([
      [5, 0, 1.1],
      [0, 1, 0],
    ]);
  });

  it('turns cameras towards the body that they are to show, from the world or a body', async () => {
    const { cameras } = await sceneOf(`<worldbody>
      <body name="post" pos="5 0 1"><geom size=".1"/></body>
      <camera name="spectator" mode="targetbody" target="ball" pos="1 2 3"/>
      <body name="drone" pos="0 0 4"><freejoint/><geom size=".1"/>
        <camera name="escort" mode="targetbodycom" target="ball" pos="0 0 -.1"/>
        <camera name="still" mode="targetbody" target="post"/></body>${ball}</worldbody>`);
    const of = (id: string) => cameras.find((c) => c.id === id)!;
    const aim = { body: 'ball', position: [0, 0, 0] };
    expect(of('spectator')).toMatchObject({ kind: 'mounted', position: [1, 2, 3], aim });
    expect(of('spectator')).not.toHaveProperty('body');
    expect(of('escort')).toMatchObject({ kind: 'mounted', body: 'drone', aim });
    expect(of('still').aim).toEqual({ position: [5, 0, 1] });
  });

  it('keeps the cameras of the model, looking the way they point', async () => {
    const { cameras } = await sceneOf(
      `<worldbody>${ball}<camera name="own" pos="1 2 3" xyaxes="0 1 0 0 0 1" fovy="30"/></worldbody>`,
    );
    const own = cameras.find((c) => c.id === 'own')!;
    expect(own).toMatchObject({ kind: 'fixed', position: [1, 2, 3], fov: 30 });
    const ahead = own.target.map((t, k) => t - own.position[k]!);
    const length = Math.hypot(...ahead);
    for (const [k, expected] of [-1, 0, 0].entries())
      expect(ahead[k]! / length).toBeCloseTo(expected, 9);
  });
});

describe('[ROBOT-22] tendons', () => {
  const model = `<worldbody><site name="top" pos="0 0 1"/><body name="arm" pos="0 0 .5">
    <joint name="j" axis="0 1 0"/><geom name="drum" type="cylinder" size=".05 .1" euler="90 0 0"/>
    <geom size=".05" pos=".3 0 0"/><site name="end" pos=".3 0 0"/><site name="side" pos="0 0 .2"/></body></worldbody>
    <tendon><spatial name="rope" width=".01" rgba="1 0 0 1"><site site="top"/>
    <geom geom="drum" sidesite="side"/><site site="end"/></spatial>
    <fixed><joint joint="j" coef="1"/></fixed></tendon>`;

  it('are rods from end to end, two a piece; pieces that are not there are hidden', async () => {
    const physics = await createPhysics(`<mujoco>${model}</mujoco>`);
    for (const angle of [0, -0.5, 1.4]) {
      physics.reset();
      physics.forward();
      const tendons = createTendons(physics);
      expect(tendons.bodies).toHaveLength(6);
      physics.qpos[0] = angle;
      physics.refreshPoses();
      const poses = new Float32Array(6 * 7);
      tendons.writePoses(poses, 0);
      const path = new Float64Array(12);
      const points = physics.tendonPath(0, path);
      // Around the drum there are four points, past it two.
      expect(points).toBe(angle === 1.4 ? 4 : 2);
      for (let piece = 0; piece < 3; piece++) {
        const rod = poses.slice(piece * 14, piece * 14 + 7);
        const back = poses.slice(piece * 14 + 7, piece * 14 + 14);
        if (piece + 1 >= points) {
          expect([...rod, ...back]).toEqual(new Array(14).fill(0));
          continue;
        }
        const ends = [
          path.slice(piece * 3, piece * 3 + 3),
          path.slice(piece * 3 + 3, piece * 3 + 6),
        ];
        for (const [pose, from, to] of [
          [rod, ends[0]!, ends[1]!],
          [back, ends[1]!, ends[0]!],
        ] as const) {
          const [w, x, y, z] = [pose[3]!, pose[4]!, pose[5]!, pose[6]!];
          const up = [2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)];
          const length = Math.hypot(...[0, 1, 2].map((k) => to[k]! - from[k]!));
          for (let k = 0; k < 3; k++) {
            expect(pose[k]).toBeCloseTo(from[k]!, 6);
            expect(up[k]).toBeCloseTo((to[k]! - from[k]!) / length, 5);
          }
        }
      }
    }
    physics.close();
  });

  it('have their colour and width, and drawing them changes nothing', async () => {
    const { bodies } = await sceneOf(model);
    const rope = bodies.filter((b) => b.id.startsWith('rope'));
    expect(rope).toHaveLength(6);
    expect(rope[0]!.geoms[0]).toMatchObject({ shape: 'capsule', colour: [1, 0, 0, 1] });
    expect(rope[0]!.geoms[0]!.size[0]).toBeCloseTo(0.01, 12);
    const [seen, unseen] = [
      await createPhysics(`<mujoco>${model}</mujoco>`),
      await createPhysics(`<mujoco>${model}</mujoco>`),
    ];
    const out = new Float64Array(12);
    for (const p of [seen, unseen]) p.sync();
    for (let i = 0; i < 50; i++) {
      seen.step(1);
      seen.refreshPoses();
      seen.tendonPath(0, out);
      unseen.step(1);
    }
    expect([...seen.qpos, ...seen.qvel]).toEqual([...unseen.qpos, ...unseen.qvel]);
    seen.close();
    unseen.close();
  });
});

/** Share of the picture's height that the moving bodies' origins span. */
function seen(camera: CameraDescription, points: readonly (readonly number[])[]): number[] {
  const ahead = camera.target.map((t, k) => t - camera.position[k]!);
  const length = Math.hypot(...ahead);
  const limit = Math.tan((camera.fov * Math.PI) / 360);
  return points.map((p) => {
    const offset = p.map((v, k) => v - camera.position[k]!);
    const depth = offset.reduce((sum, v, k) => sum + (v * ahead[k]!) / length, 0);
    const across = Math.sqrt(Math.max(0, Math.hypot(...offset) ** 2 - depth ** 2));
    return depth > 0 ? across / depth / limit : Infinity;
  });
}

/** An arm may reach out of the picture at its base; its hand and what it handles may not. */
function matters({ bodies, agentBody }: SceneDescription, i: number): boolean {
  const { id, role, geoms } = bodies[i]!;
  const handles = bodies.some((b) => b.role === 'object' || b.role === 'goal');
  if (geoms.length === 0) return false;
  return !handles || role !== 'robot' || id === agentBody;
}

it.each(roboticsEnvironments.filter((f) => f.id !== 'mjcf').map((f) => [f.id, f] as const))(
  '[ROBOT-22] %s starts with everything that matters in the picture',
  async (_id, factory) => {
    const env = await factory.create();
    for (let seed = 0; seed < 5; seed++) {
      env.reset(seed);
      const poses = new Float32Array(env.scene.bodies.length * 7);
      env.writePoses(poses);
      const camera = env.scene.cameras[0]!;
      const followed = env.scene.bodies.findIndex((b) => b.id === camera.body) * 7;
      const origin = followed < 0 ? [0, 0, 0] : [...poses.slice(followed, followed + 3)];
      const points = env.scene.bodies
        .map((_, i) => [0, 1, 2].map((k) => poses[i * 7 + k]! - origin[k]!))
        .filter((_, i) => matters(env.scene, i));
      // 1 is the nearest edge of the picture; the page widens the angle in narrow windows.
      expect(Math.max(...seen(camera, points))).toBeLessThan(1);
    }
    env.close();
  },
);
