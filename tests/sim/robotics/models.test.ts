/** Models as other people write them: a small one of each kind, with the numbers that MuJoCo 3.14 gives. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEnvironment } from '../../../sim/registry.ts';
import { createPhysics } from '../../../sim/robotics/engine/mujoco.ts';
import { createMjcfEnvironment, type MjcfOptions } from '../../../sim/robotics/mjcf/environment.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reins-models-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const tetrahedron = (height = 0.3) =>
  `v 0 0 0\nv .3 0 0\nv 0 .3 0\nv 0 0 ${height}\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n`;
const asciiStl = `solid t
${[
  [1, 3, 2],
  [1, 2, 4],
  [1, 4, 3],
  [2, 3, 4],
]
  .map((face) => {
    const points = ['0 0 0', '.3 0 0', '0 .3 0', '0 0 .3'];
    const vertices = face.map((i) => `vertex ${points[i - 1]}`).join('\n');
    return `facet normal 0 0 0\nouter loop\n${vertices}\nendloop\nendfacet`;
  })
  .join('\n')}
endsolid t
`;

type Files = Readonly<Record<string, string>>;

async function write(files: Files): Promise<string> {
  const home = await mkdtemp(join(folder, 'm-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(home, name)), { recursive: true });
    await writeFile(join(home, name), text);
  }
  return home;
}

async function load(files: Files, options: Partial<MjcfOptions> = {}) {
  const home = await write(files);
  return createMjcfEnvironment({ mjcf: join(home, Object.keys(files)[0]!), ...options });
}

const meshed = (file: string, before = '') =>
  `<mujoco>${before}<asset><mesh name="tet" file="${file}"/></asset><worldbody><body name="a"><joint name="h"/><geom type="mesh" mesh="tet"/></body></worldbody><actuator><motor name="m" joint="h"/></actuator></mujoco>`;
const urdf = (mesh: string) =>
  `<robot name="r"><link name="a"/><link name="b"><inertial><mass value="1"/><inertia ixx="1" iyy="1" izz="1" ixy="0" ixz="0" iyz="0"/></inertial><collision><geometry><mesh filename="${mesh}"/></geometry></collision></link><joint name="j" type="continuous"><parent link="a"/><child link="b"/><axis xyz="0 0 1"/></joint></robot>`;
const link =
  '<mujoco><worldbody><body name="b"><joint name="h"/><geom size=".1"/></body></worldbody><actuator><motor name="m" joint="h"/></actuator></mujoco>';

describe('[ROBOT-29] files are found as MuJoCo finds them', () => {
  const obj = tetrahedron();
  it.each<[string, Files, { nq: number; nmesh: number }]>([
    [
      './ before a path',
      { 'm.xml': meshed('./parts/t.obj'), 'parts/t.obj': obj },
      { nq: 1, nmesh: 1 },
    ],
    [
      'a path through a folder and back',
      { 'm.xml': meshed('a/../t.obj'), 't.obj': obj, 'a/x': '' },
      { nq: 1, nmesh: 1 },
    ],
    [
      'a backslash in meshdir',
      { 'm.xml': meshed('t.obj', '<compiler meshdir="meshes\\"/>'), 'meshes/t.obj': obj },
      { nq: 1, nmesh: 1 },
    ],
    [
      'a backslash in a file',
      { 'm.xml': meshed('meshes\\t.obj'), 'meshes/t.obj': obj },
      { nq: 1, nmesh: 1 },
    ],
    [
      'strippath',
      { 'm.xml': meshed('C:\\cad\\t.obj', '<compiler strippath="true"/>'), 't.obj': obj },
      { nq: 1, nmesh: 1 },
    ],
    [
      'an entity in a path',
      { 'm.xml': meshed('a&amp;b.obj'), 'a&b.obj': obj },
      { nq: 1, nmesh: 1 },
    ],
    ['a text STL', { 'm.xml': meshed('t.stl'), 't.stl': asciiStl }, { nq: 1, nmesh: 1 }],
    [
      'a mesh relative to the included file',
      {
        'm.xml': '<mujoco><include file="arm/arm.xml"/></mujoco>',
        'arm/arm.xml': meshed('meshes/t.obj'),
        'arm/meshes/t.obj': obj,
      },
      { nq: 1, nmesh: 1 },
    ],
    [
      'an include relative to the included file',
      {
        'm.xml': '<mujoco><include file="arm/arm.xml"/></mujoco>',
        'arm/arm.xml': '<mujoco><include file="link.xml"/></mujoco>',
        'arm/link.xml': link,
      },
      { nq: 1, nmesh: 0 },
    ],
    [
      'a model attached with its meshes',
      {
        'scene.xml':
          '<mujoco><asset><model name="gripper" file="gripper/gripper.xml"/></asset><worldbody><body name="base" pos="0 0 .5"><joint name="z" type="slide" axis="0 0 1"/><geom size=".05"/><attach model="gripper" body="hand" prefix="g_"/></body></worldbody></mujoco>',
        'gripper/gripper.xml':
          '<mujoco><compiler meshdir="assets"/><asset><mesh name="tet" file="tet.obj"/></asset><worldbody><body name="hand"><joint name="turn" axis="0 0 1"/><geom type="mesh" mesh="tet"/></body></worldbody></mujoco>',
        'gripper/assets/tet.obj': obj,
      },
      { nq: 2, nmesh: 1 },
    ],
    [
      'a package:// mesh beside the URDF',
      {
        'r.urdf': urdf('package://r/meshes/t.obj'),
        't.obj': obj,
      },
      { nq: 1, nmesh: 1 },
    ],
  ])('%s', async (_name, files, sizes) => {
    const env = await load(files);
    expect(env.physics.sizes).toMatchObject(sizes);
    env.close();
  });

  it('a package:// mesh in the package around the URDF', async () => {
    const home = await write({
      'r/urdf/r.urdf': urdf('package://r/meshes/t.obj'),
      'r/meshes/t.obj': obj,
    });
    const env = await createMjcfEnvironment({ mjcf: join(home, 'r/urdf/r.urdf'), mjcfRoot: home });
    expect(env.physics.sizes).toMatchObject({ nq: 1, nmesh: 1 });
    env.close();
  });

  it('an include counts whatever its root is called', async () => {
    const env = await load({
      'm.xml':
        '<mujoco><include file="shared.xml"/><worldbody><body name="a"><joint name="h"/><geom size=".1"/></body></worldbody></mujoco>',
      'shared.xml':
        '<shared><option timestep="0.001"/><default><joint damping="7"/></default></shared>',
    });
    expect([env.physics.timestep, env.physics.model('dof_damping')[0]]).toEqual([0.001, 7]);
    env.close();
  });

  it('an edited mesh of the same name and length is compiled anew', async () => {
    const home = await write({ 'm.xml': meshed('t.obj'), 't.obj': tetrahedron(0.3) });
    const size = async () => {
      const env = await createMjcfEnvironment({ mjcf: join(home, 'm.xml') });
      const radius = env.physics.model('geom_rbound')[0]!;
      env.close();
      return radius;
    };
    const first = await size();
    await writeFile(join(home, 't.obj'), tetrahedron(0.9));
    expect(await size()).toBeGreaterThan(1.5 * first);
    await writeFile(join(home, 't.obj'), tetrahedron(0.3));
    expect(await size()).toBe(first);
  });
});

describe('[ROBOT-21] nothing is read outside the root', () => {
  const files = { 'robot/m.xml': meshed('../meshes/t.obj'), 'meshes/t.obj': tetrahedron() };

  it('a path out of the folder is refused, and --mjcf-root allows it', async () => {
    const home = await write(files);
    const mjcf = join(home, 'robot/m.xml');
    await expect(createMjcfEnvironment({ mjcf })).rejects.toThrow(
      /^m\.xml:1: file "\.\.\/meshes\/t\.obj" lies outside .*--mjcf-root/,
    );
    const env = await createMjcfEnvironment({ mjcf, mjcfRoot: home });
    expect(env.physics.sizes.nmesh).toBe(1);
    env.close();
    await expect(createMjcfEnvironment({ mjcf, mjcfRoot: join(home, 'meshes') })).rejects.toThrow(
      /^mjcfRoot: is .*allowed folders that/,
    );
  });

  it('a link to a folder outside is refused too', async () => {
    const home = await write({ 'robot/m.xml': meshed('in/t.obj'), 'meshes/t.obj': tetrahedron() });
    await symlink(join(home, 'meshes'), join(home, 'robot/in'));
    await expect(createMjcfEnvironment({ mjcf: join(home, 'robot/m.xml') })).rejects.toThrow(
      /file "in\/t\.obj" leads outside .* link/,
    );
  });
});

describe('[ROBOT-30] elements without a name go by their index', () => {
  const two =
    '<mujoco><worldbody><camera pos="0 -3 1" xyaxes="1 0 0 0 0 1"/><camera pos="3 0 1" xyaxes="0 1 0 0 0 1"/><body name="base" pos="0 0 1"><joint axis="0 1 0"/><geom size=".1"/><body pos="0 0 -.3"><joint name="k" axis="0 1 0"/><geom size=".1"/></body></body><body pos="1 0 .5"><freejoint/><geom type="box" size=".1 .1 .1"/></body></worldbody><actuator><motor joint="k"/><position joint="k" kp="1"/></actuator></mujoco>';

  it('bodies, actuators and cameras, each with its own', async () => {
    const env = await load(
      { 'm.xml': two },
      { task: { ...(await emptyTask()), reward: { height: 'body("body-3").z' } } },
    );
    expect(env.actionSpace.names).toEqual(['actuator-0', 'actuator-1']);
    expect(env.scene.bodies.map((b) => b.id)).toEqual(['base', 'body-2', 'body-3']);
    expect(env.scene.cameras.map((c) => c.id)).toEqual(['orbit', 'top', 'camera-0', 'camera-1']);
    env.reset(1);
    expect(env.step(new Float32Array(2)).reward).toBeCloseTo(env.physics.xpos[3 * 3 + 2]!, 3);
    env.close();
  });

  it('a made-up name never takes the place of a real one', async () => {
    const env = await load({ 'm.xml': two.replace('name="base"', 'name="body-2"') });
    expect(env.scene.bodies.map((b) => b.id)).toEqual(['body-2', "body-2'", 'body-3']);
    env.close();
  });

  async function emptyTask() {
    return (await import('../../../sim/robotics/mjcf/task-file.ts')).emptyTask;
  }
});

describe('[ROBOT-31] an actuator may have several controls', () => {
  it('each control is an axis at its own address', async () => {
    const env = await load({
      'm.xml':
        '<mujoco><worldbody><body name="b"><joint name="j" damping="1"/><geom name="g" size=".1"/><body name="c" pos="1 0 0"><joint name="k" damping="1"/><geom name="h" size=".1"/></body></body></worldbody><actuator><pid name="servo" joint="j" kp="3" ki="1"/><motor name="motor" joint="k" ctrlrange="-0.5 0.5"/></actuator></mujoco>',
    });
    expect(env.actionSpace.names).toEqual(['servo[0]', 'servo[1]', 'motor']);
    expect([...env.actionSpace.high]).toEqual([1, 1, 0.5]);
    expect(env.controls!.map((c) => [c.axis, c.name])).toEqual([
      [0, 'servo[0]'],
      [1, 'servo[1]'],
      [2, 'motor'],
    ]);
    env.reset(1);
    env.step(Float32Array.of(0, 0, 0.5));
    expect(env.physics.actuator_force.at(-1)).toBeCloseTo(0.5, 9);
    env.close();
  });
});

describe('[ROBOT-4] a divergence inside a step', () => {
  it('is noticed in the first substep of an episode, and again after its state was restored', async () => {
    const home = await write({
      'm.xml':
        '<mujoco><worldbody><body name="a" pos="0 0 1"><joint name="x" type="slide" axis="1 0 0" stiffness="1e9"/><geom size=".1" mass="1e-3"/></body></worldbody><actuator><motor name="m" joint="x" ctrlrange="-1 1" gear="1e-3"/></actuator><keyframe><key name="start" qpos="1"/></keyframe></mujoco>',
      'task.json': '{"keyframe":"start","horizon":50}',
    });
    const env = await createMjcfEnvironment({
      mjcf: join(home, 'm.xml'),
      task: join(home, 'task.json'),
    });
    env.reset(1);
    const start = env.saveState();
    for (let round = 0; round < 2; round++) {
      const ts = env.step(new Float32Array(1));
      expect([ts.kind, ts.step, ts.info.endReason]).toEqual(['last', 1, 'unstable']);
      env.loadState(start);
    }
    env.close();
  });
});

describe('[ROBOT-32] what cannot be loaded is explained', () => {
  it.each<[string, Files, RegExp]>([
    [
      'a plugin',
      {
        'm.xml':
          '<mujoco><extension><plugin plugin="mujoco.pid"><instance name="p"/></plugin></extension></mujoco>',
      },
      /no plugins.*<pid joint/s,
    ],
    ['a COLLADA mesh', { 'm.xml': meshed('a.dae'), 'a.dae': '<x/>' }, /m\.xml:1: .*OBJ.*assimp/s],
    [
      'a JPG texture',
      {
        'm.xml': '<mujoco><asset><texture name="t" type="2d" file="a.jpg"/></asset></mujoco>',
        'a.jpg': 'x',
      },
      /PNG.*magick/s,
    ],
    ['a size in terabytes', { 'm.xml': '<mujoco><size memory="100G"/></mujoco>' }, /2 GB.*njmax/s],
    ['a part', { 'm.xml': '<part/>' }, /root of an MJCF file is <mujoco>/],
  ])('%s', async (_name, files, words) => {
    await expect(load(files)).rejects.toThrow(words);
  });
});

describe('[ROBOT-33] actuators on request', () => {
  const arm = (limit: string) =>
    urdf('t.obj').replace('type="continuous"', 'type="revolute"').replace('<axis', `${limit}<axis`);
  const files = {
    'r.urdf': arm('<limit lower="-1" upper="2" effort="30" velocity="3"/>'),
    't.obj': tetrahedron(),
  };

  it('position: within the limits of the joint, and it gets there', async () => {
    const env = await load(files, { actuate: 'position' });
    expect(env.actionSpace.names).toEqual(['j']);
    expect([env.actionSpace.low[0], env.actionSpace.high[0]]).toEqual([-1, 2]);
    env.reset(1);
    for (let i = 0; i < 50; i++) env.step(Float32Array.of(1.5));
    expect(env.physics.qpos[0]).toBeCloseTo(1.5, 2);
    env.close();
  });

  it('motor: within its effort', async () => {
    const env = await load(files, { actuate: 'motor' });
    expect([env.actionSpace.low[0], env.actionSpace.high[0]]).toEqual([-30, 30]);
    env.close();
  });

  it('is refused for a model that has actuators', async () => {
    const files = { 'm.xml': meshed('t.obj'), 't.obj': tetrahedron() };
    await expect(load(files, { actuate: 'position' })).rejects.toThrow(/without actuators/);
  });
});

describe('[ROBOT-32] models that nobody can act on', () => {
  it.each([
    [
      'no actuators',
      '<body><freejoint/><geom size=".1"/></body>',
      /no actuators.*--actuate position/,
    ],
    ['nothing that moves', '<geom size=".1"/>', /nothing in the model moves/],
  ])(
    '%s: they load, and are refused in words where somebody is to act',
    async (_name, inner, words) => {
      const home = await write({ 'm.xml': `<mujoco><worldbody>${inner}</worldbody></mujoco>` });
      const mjcf = join(home, 'm.xml');
      const env = await createMjcfEnvironment({ mjcf });
      expect(env.reset(1).kind).toBe('first');
      env.close();
      await expect(createEnvironment('mjcf', { mjcf })).rejects.toThrow(words);
    },
  );
});

it('[ROBOT-34] a file that asks for gigabytes by njmax gets what MuJoCo thinks right', async () => {
  const text = link.replace('<worldbody>', '<size njmax="20000" nconmax="4000"/><worldbody>');
  // A text has no second try: this is what MuJoCo itself says.
  await expect(createPhysics(text)).rejects.toThrow(/allocate memory/);
  const env = await load({ 'm.xml': text });
  expect(env.physics.sizes.nu).toBe(1);
  env.reset(1);
  expect(env.step(Float32Array.of(1)).kind).toBe('mid');
  env.close();
});
