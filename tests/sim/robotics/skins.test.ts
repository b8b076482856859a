/** What bends: skins, flexes, and the sky behind them; tests/sim/robotics/fixtures/soft.xml has one of each. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import loadMujoco from '@mujoco/mujoco';
import { describe, expect, it } from 'vitest';
import { checkEnvironment } from '../../../sim/check.ts';
import { POSE_SIZE, type SceneDescription, type SkinDescription } from '../../../sim/contract.ts';
import { createPhysics } from '../../../sim/robotics/engine/mujoco.ts';
import { createScene } from '../../../sim/robotics/engine/scene.ts';
import { createTendons } from '../../../sim/robotics/engine/tendons.ts';
import { createMjcfEnvironment } from '../../../sim/robotics/mjcf/environment.ts';
import { placeVertices } from '../../../trainer-ui/scene/skin.ts';
import { createCubeSampler } from '../../../trainer-ui/scene/sky-texture.ts';

const soft = join(import.meta.dirname, 'fixtures/soft.xml');
const style = { title: '', cameras: [], light: 'studio', agentBody: '' } as const;

async function sceneOf(xml: string): Promise<SceneDescription> {
  const physics = await createPhysics(xml);
  try {
    physics.forward();
    return createScene(physics, style, createTendons(physics));
  } finally {
    physics.close();
  }
}

function vertices(skin: SkinDescription, poses: Float32Array): Float32Array {
  const out = new Float32Array(3 * (skin.starts.length - 1));
  placeVertices(skin, poses, out);
  return out;
}

/** MuJoCo's own positions of flex vertices after some steps, and the poses that a page would get. */
async function simulate(xml: string, scene: SceneDescription, steps: number) {
  const mj = await loadMujoco({ print() {}, printErr() {} });
  const model = mj.MjModel.from_xml_string(xml);
  const data = new mj.MjData(model);
  for (let i = 0; i < steps; i++) mj.mj_step(model, data);
  mj.mj_forward(model, data);
  const [xpos, xquat] = [data.xpos as Float64Array, data.xquat as Float64Array];
  const poses = new Float32Array(scene.bodies.length * POSE_SIZE);
  const bodies = Array.from({ length: model.nbody }, (_, b) => b);
  const moving = bodies.filter((b) => (model.body_weldid as Int32Array)[b] !== 0);
  moving.forEach((body, i) => {
    poses.set(xpos.slice(3 * body, 3 * body + 3), i * POSE_SIZE);
    poses.set(xquat.slice(4 * body, 4 * body + 4), i * POSE_SIZE + 3);
  });
  const seen = { poses, flex: (data.flexvert_xpos as Float64Array).slice() };
  data.delete();
  model.delete();
  return seen;
}

const flexOf = (dof: string, more = '') =>
  `<mujoco><worldbody><body name="base" pos="0 0 3"><joint axis="1 1 0"/><geom size=".05"/></body>
   <flexcomp name="f" type="grid" dim="3" count="4 5 3" spacing=".1 .1 .1" pos="0 0 1" euler="10 20 30" radius=".01" mass="1" ${dof}>
   ${more}<contact selfcollide="none" internal="false"/></flexcomp></worldbody></mujoco>`;

describe('[ROBOT-36] what bends is drawn where MuJoCo has it', () => {
  it.each([
    ['cloth, jelly and rope', readFileSync(soft, 'utf8'), 40],
    ['a solid with a body per vertex', flexOf('', '<pin id="0 3"/>'), 30],
    ['a solid in a box of 8 nodes', flexOf('dof="trilinear"'), 30],
    ['a solid in a box of 27 nodes', flexOf('dof="quadratic"'), 30],
  ])('%s', async (_name, xml, steps) => {
    const scene = await sceneOf(xml);
    const { poses, flex } = await simulate(xml, scene, steps);
    const drawn = scene.skins!.filter((skin) => skin.id !== 'sleeve');
    const all = drawn.flatMap((skin) => [...vertices(skin, poses)]);
    expect(all).toHaveLength(flex.length);
    const worst = Math.max(...all.map((value, i) => Math.abs(value - flex[i]!)));
    expect(worst).toBeLessThan(1e-5);
  });

  it('a skin bends with its bones', async () => {
    const { skins, bodies } = await sceneOf(readFileSync(soft, 'utf8'));
    const sleeve = skins!.find((skin) => skin.id === 'sleeve')!;
    const poses = new Float32Array(bodies.length * POSE_SIZE);
    const of = (id: string) => bodies.findIndex((body) => body.id === id) * POSE_SIZE;
    poses.set([0, 0, 0, 1, 0, 0, 0], of('lower'));
    // The elbow bent by a quarter turn about y: z goes to x.
    poses.set([0, 0, 0.5, Math.SQRT1_2, 0, Math.SQRT1_2, 0], of('upper'));
    const at = (v: number) => [...vertices(sleeve, poses).slice(3 * v, 3 * v + 3)];
    const near = (v: number, expected: readonly number[]) =>
      expect(at(v).map((value, k) => Math.round(1e6 * (value - expected[k]!)) + 0)).toEqual([
        0, 0, 0,
      ]);
    near(0, [0.06, 0.06, 0]);
    near(8, [0.5, 0.06, 0.44]);
    near(4, [0.03, 0.06, 0.47]);
  });

  it('cables are threads, cloths and solids surfaces; hidden groups are not drawn', async () => {
    const xml = readFileSync(soft, 'utf8');
    const { skins } = await sceneOf(xml.replace('name="rope"', 'name="rope" group="4"'));
    expect(skins!.map(({ id }) => id)).toEqual(['sleeve', 'cloth', 'jelly']);
    const of = async (id: string) => (await sceneOf(xml)).skins!.find((s) => s.id === id)!;
    expect(await of('rope')).toMatchObject({ threadRadius: 0.02 });
    expect((await of('rope')).indices).toHaveLength(2 * 8);
    expect((await of('cloth')).indices).toHaveLength(3 * 2 * 36);
    expect((await of('cloth')).texture).toBeDefined();
    // Six sides of nine squares.
    expect((await of('jelly')).indices).toHaveLength(3 * 2 * 9 * 6);
  });

  it('the first camera stands still and has all of them in view', async () => {
    const scene = await sceneOf(readFileSync(soft, 'utf8'));
    const [camera] = scene.cameras;
    expect(camera).not.toHaveProperty('body');
    const { poses } = await simulate(readFileSync(soft, 'utf8'), scene, 0);
    const away = (point: ArrayLike<number>) =>
      Math.hypot(...camera!.target.map((t, k) => t - point[k]!));
    const reach = away(camera!.position) * Math.sin((camera!.fov * Math.PI) / 360);
    for (const skin of scene.skins!) {
      const all = vertices(skin, poses);
      for (let v = 0; v < all.length; v += 3)
        expect(away(all.subarray(v, v + 3))).toBeLessThanOrEqual(reach);
    }
  });

  it('a model with all of them passes the contract', async () => {
    const create = () => createMjcfEnvironment({ mjcf: soft });
    const report = await checkEnvironment(create, { seeds: [1], steps: 20 });
    expect(report.id).toBe('mjcf');
  });
});

it('[ROBOT-37] a sky of six squares is seen in their directions, made small', async () => {
  const { sky, textures } = await sceneOf(`<mujoco><asset>
    <texture type="skybox" builtin="gradient" rgb1="0 0 1" rgb2="1 0 0" width="400" height="2400"/>
    </asset><worldbody><body><freejoint/><geom size=".1"/></body></worldbody></mujoco>`);
  const texture = textures[sky!]!;
  expect([texture.width, texture.height]).toEqual([133, 6 * 133]);
  const sample = createCubeSampler(texture);
  const out = new Float64Array(3);
  const colour = (x: number, y: number, z: number) => {
    sample(x, y, z, out);
    return [...out];
  };
  // A gradient runs from above to below, the same all around.
  const [red, , blue] = colour(0.01, 0.01, 1);
  expect(blue).toBeGreaterThan(0.9);
  expect(red).toBeLessThan(0.1);
  expect(colour(0.01, 0.01, -1)[0]).toBeGreaterThan(0.9);
  const around = [
    colour(1, 0.1, 0.1),
    colour(-1, 0.1, 0.1),
    colour(0.1, 1, 0.1),
    colour(0.1, -1, 0.1),
  ];
  for (const side of around) expect(side[2]).toBeCloseTo(around[0]![2]!, 2);
  expect(around[0]![2]).toBeLessThan(blue!);
  // Faces by number: +x, −x, up, down, −y, +y.
  const pixels = new Uint8Array(6 * 4).map((_, i) => (i % 4 === 0 ? Math.floor(i / 4) : 0));
  const faces = createCubeSampler({ width: 1, height: 6, pixels });
  const face = (...[x, y, z]: [number, number, number]) => {
    faces(x, y, z, out);
    return Math.round(255 * out[0]!);
  };
  expect([face(1, 0, 0), face(-1, 0, 0), face(0, 0, 1)]).toEqual([0, 1, 2]);
  expect([face(0, 0, -1), face(0, -1, 0), face(0, 1, 0)]).toEqual([3, 4, 5]);
});
