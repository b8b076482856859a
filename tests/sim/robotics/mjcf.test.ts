import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkEnvironment } from '../../../sim/check.ts';
import type { Geom } from '../../../sim/contract.ts';
import { getEnvironment, withCreated } from '../../../sim/registry.ts';
import { createPhysics } from '../../../sim/robotics/engine/mujoco.ts';
import { createMjcfEnvironment, mjcfFactory } from '../../../sim/robotics/mjcf/environment.ts';
import { compileExpression, type Scope } from '../../../sim/robotics/mjcf/expression.ts';
import { findModel } from '../../../sim/robotics/mjcf/model-file.ts';
import { humanoidXml } from '../../../sim/robotics/models/legged.ts';

const fixtures = new URL('./fixtures', import.meta.url).pathname;
const cart = join(fixtures, 'cart.xml');
const task = join(fixtures, 'cart.task.json');
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reins-mjcf-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fails(files: Record<string, string>, options: Record<string, unknown> = {}) {
  const home = await mkdtemp(join(folder, 'model-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(home, name, '..'), { recursive: true });
    await writeFile(join(home, name), text);
  }
  const created = mjcfFactory.create({ mjcf: join(home, 'model.xml'), ...options });
  return created.then(
    (env) => {
      env.close();
      return '(no error)';
    },
    (error: Error) => error.message,
  );
}

const world = (inner: string) => `<mujoco>\n<worldbody>\n${inner}\n</worldbody>\n</mujoco>`;

describe('[ROBOT-20] a model brought along', () => {
  it('keeps the environment contract', async () => {
    const report = await checkEnvironment(() => mjcfFactory.create({ mjcf: cart, task }));
    expect(report.bodies).toBe(2);
  });

  it('rewards what its expressions say', async () => {
    const env = await createMjcfEnvironment({ mjcf: cart, task });
    const before = env.reset(1);
    expect([...env.observationSpace.names!]).toEqual([
      'qpos[1]',
      'qvel[0]',
      'qvel[1]',
      'tip height',
    ]);
    expect(before.observation[3]).toBeCloseTo(1.15, 2);
    const x0 = env.physics.qpos[0]!;
    const ts = env.step(Float32Array.of(1.5));
    expect(env.controlDt).toBeCloseTo(0.02, 12);
    expect(ts.info.rewardTerms.forward).toBeCloseTo((env.physics.qpos[0]! - x0) / 0.02, 9);
    expect(ts.info.rewardTerms.control).toBeCloseTo(-0.1 * 2.25, 9);
    expect(ts.reward).toBe(ts.info.rewardTerms.forward! + ts.info.rewardTerms.control!);
    expect(ts.info.metrics.lean).toBeCloseTo(Math.abs(env.physics.qpos[1]!), 12);
    expect(env.controls).toEqual([
      {
        axis: 0,
        name: 'push',
        positiveKeys: ['KeyD'],
        negativeKeys: ['KeyA'],
        attack: 16,
        release: 16,
        rest: 0,
      },
    ]);
    env.close();
  });

  it("[ROBOT-20] rate, horizon, controls and safe action are the model's own", async () => {
    const env = await createMjcfEnvironment({ mjcf: cart, task });
    const info = withCreated(getEnvironment('mjcf'), env);
    expect(info.controlHz).toBeCloseTo(1 / env.controlDt, 9);
    expect(info.controls).toBe(env.controls);
    expect(info.safeAction).toEqual([0]);
    expect(info).toMatchObject(env.info!);
    const cheetah = getEnvironment('half-cheetah');
    const other = await cheetah.create();
    expect(withCreated(cheetah, other)).toEqual(cheetah);
    other.close();
    env.close();
  });

  it('ends for the reason the task names', async () => {
    const env = await createMjcfEnvironment({ mjcf: cart, task });
    let ts = env.reset(1);
    while (ts.kind !== 'last') ts = env.step(Float32Array.of(2));
    expect([ts.info.endReason, ts.discount]).toEqual(['fell', 0]);
    env.close();
  });

  it('[ROBOT-22] draws every shape, with materials and textures, and hides collision groups', async () => {
    const env = await createMjcfEnvironment({ mjcf: cart, task });
    const geoms = [...env.scene.bodies, ...env.scene.statics].flatMap(
      (b): readonly Geom[] => b.geoms,
    );
    const shapes = geoms.map((g) => g.shape).sort();
    expect(shapes).toEqual([
      'box',
      'capsule',
      'cylinder',
      'ellipsoid',
      'heightfield',
      'mesh',
      'plane',
      'sphere', // bob
      'sphere', // site
    ]);
    const floor = geoms.find((g) => g.shape === 'plane')!;
    const texture = env.scene.textures[floor.texture!]!;
    expect([texture.width, texture.height, texture.repeat]).toEqual([8, 8, [3, 4]]);
    expect([...texture.pixels.slice(0, 4)]).toEqual([255, 0, 0, 255]);
    const mesh = env.scene.meshes[geoms.find((g) => g.shape === 'mesh')!.mesh!]!;
    expect(mesh.indices.length).toBe(12);
    const hill = env.scene.meshes[geoms.find((g) => g.shape === 'heightfield')!.mesh!]!;
    expect([...hill.positions.slice(12, 15)]).toEqual([0, 0, 0.5]);
    env.close();
  });
});

describe('[ROBOT-21] errors name file and line', () => {
  it.each([
    ['an unknown word', { 'model.xml': world('<geom type="foo"/>') }, /^model\.xml:3: .*foo/s],
    ['broken XML', { 'model.xml': world('<body>\n</geom>') }, /^model\.xml:\d: .*Line number/s],
    [
      'an error inside an include',
      {
        'model.xml': '<mujoco>\n\n<include file="sub/part.xml"/>\n</mujoco>',
        'sub/part.xml': '<mujoco>\n<worldbody>\n\n<geom foo="1"/>\n</worldbody>\n</mujoco>',
      },
      /^sub\/part\.xml:4: .*foo/s,
    ],
    [
      'a missing mesh',
      { 'model.xml': '<mujoco>\n<asset>\n<mesh name="a" file="a.obj"/>\n</asset></mujoco>' },
      /^model\.xml:3: file "a\.obj" does not exist/,
    ],
    [
      'a missing include',
      { 'model.xml': '<mujoco>\n<include file="b.xml"/></mujoco>' },
      /^model\.xml:2: file "b\.xml" does not exist/,
    ],
    [
      'an include of itself',
      { 'model.xml': '<mujoco>\n<include file="model.xml"/></mujoco>' },
      /^model\.xml:2: .*'model\.xml' already included/,
    ],
    [
      'a path out',
      { 'model.xml': '<mujoco>\n<include file="../x.xml"/></mujoco>' },
      /:2: file "\.\.\/x\.xml" lies outside/,
    ],
    [
      'an absolute path',
      {
        'model.xml':
          '<mujoco><asset>\n<texture type="2d" name="t" file="/etc/hostname.png"/></asset></mujoco>',
      },
      /:2: file "\/etc\/hostname\.png" lies outside/,
    ],
    [
      'a way out through meshdir',
      {
        'model.xml':
          '<mujoco><compiler meshdir="../.."/><asset>\n<mesh name="t" file="etc/passwd"/></asset></mujoco>',
      },
      /:2: file .* lies outside/,
    ],
  ])('%s', async (_name, files, expected) => {
    expect(await fails(files as Record<string, string>)).toMatch(expected);
  });

  it('a link that leads out', async () => {
    const home = await mkdtemp(join(folder, 'link-'));
    await symlink('/etc/hostname', join(home, 'in.obj'));
    await writeFile(
      join(home, 'model.xml'),
      '<mujoco><asset>\n<mesh name="a" file="in.obj"/></asset></mujoco>',
    );
    await expect(createMjcfEnvironment({ mjcf: join(home, 'model.xml') })).rejects.toThrow(
      /leads outside/,
    );
  });
});

describe('[ROBOT-23] errors of a task name field and place', () => {
  const model = { 'model.xml': world('<body name="a"><freejoint/><geom size=".1"/></body>') };
  it.each([
    [{ reward: { go: '1 +' } }, /task\.reward\.go: unexpected "end" at character/],
    [{ reward: { go: 'qpos' } }, /"qpos" is an array/],
    [{ reward: { go: 'body("b").z' } }, /task\.reward\.go: model: has no body named "b"/],
    [{ reward: { go: 'constructor(1)' } }, /unexpected "constructor"/],
    [{ observation: ['qpos[3:99]'] }, /task\.observation\[0\]: qpos\[3:99\] .*allowed 0 to 7/],
    [{ frameSkip: 0 }, /task\.frameSkip: is 0, allowed integers 1 to/],
    [{ colour: 'red' }, /task\.colour: is "red", allowed fields/],
    [{ observation: ['qpos * 0.1'] }, /task\.observation\[0\]: unexpected "\*" at character 5/],
    [{ observation: ['qpos, qvel'] }, /task\.observation\[0\]: unexpected "," at character 5/],
    [{ observation: ['qpos[0] + 100'] }, /task\.observation\[0\]: unexpected "\+" at character/],
    [{ observation: ['qpos[0] >= 1'] }, /task\.observation\[0\]: unexpected ">=" at character/],
    [{ observation: ['qpos[0] == 1'] }, /task\.observation\[0\]: unexpected "==" at character/],
    [{ observation: ['qpos[]'] }, /task\.observation\[0\]: unexpected "]" .* expected an index/],
    [{ observation: [' = qpos[0]'] }, /task\.observation\[0\]: .* empty name/],
    [{ observation: ['height = '] }, /task\.observation\[0\]: unexpected "end"/],
    [{ observation: ['qpos', 'qpos[1]'] }, /task\.observation\[1\]: "qpos\[1\]" is there twice/],
    [{ noise: { pos: 0.1 } }, /task\.noise\.pos: is 0\.1, allowed fields qpos, qvel/],
    [{ noise: null }, /task\.noise: is null, allowed an object/],
    [
      { cameras: [{ position: [1, 1, 1], target: [0, 0, 0], body: 'torso' }] },
      /task\.cameras\[0\]\.body: model: has no body named "torso", allowed world, a/,
    ],
    [
      { cameras: [{ position: [1, 1, 1], target: [0, 0, 0], zoom: 2 }] },
      /task\.cameras\[0\]\.zoom: is 2, allowed fields id/,
    ],
    [
      { reward: { r: 'clip(qpos[0], 1)' } },
      /task\.reward\.r: clip: has 2 arguments at character 1/,
    ],
    [{ reward: { r: 'min(1)' } }, /task\.reward\.r: min: has 1 arguments .* allowed 2 or more/],
    [{ reward: { r: 'before(1, 2)' } }, /task\.reward\.r: before: has 2 arguments .* allowed 1/],
    [{ reward: { r: 'abs()' } }, /task\.reward\.r: unexpected "\)"/],
    [{ reward: { r: '0 < qpos[0] < 1' } }, /task\.reward\.r: unexpected "<" .* join two .* &&/],
    [{ reward: { '': '1' } }, /task\.reward: .* names are not empty/],
    [{ agentBody: 'torso' }, /task\.agentBody: model: has no body named "torso"/],
    [{ agentBody: '' }, /task\.agentBody: is "", allowed a text/],
    [{ roles: { torso: 'goal' } }, /task\.roles\.torso: model: has no body/],
    [
      { controls: [{ actuator: 'steer', positiveKeys: ['KeyD'], negativeKeys: ['KeyA'] }] },
      /task\.controls\[0\]\.actuator: model: has no actuator named "steer"/,
    ],
    [
      { controls: [{ actuator: 'steer', positiveKeys: ['d'], negativeKeys: ['KeyA'] }] },
      /task\.controls\[0\]\.positiveKeys\[0\]: is "d", allowed codes of KeyboardEvent/,
    ],
    [
      { controls: [{ actuator: 'x', positiveKeys: [], negativeKeys: [], keys: [] }] },
      /task\.controls\[0\]\.keys: is \[\], allowed fields actuator/,
    ],
    [{ roles: { a: 'king' } }, /task\.roles\.a: is "king", allowed ego/],
  ])('%j', async (bad, expected) => {
    const home = await mkdtemp(join(folder, 'task-'));
    await writeFile(join(home, 'model.xml'), model['model.xml']);
    await writeFile(join(home, 'task.json'), JSON.stringify(bad));
    const created = mjcfFactory.create({
      mjcf: join(home, 'model.xml'),
      task: join(home, 'task.json'),
    });
    await expect(created).rejects.toThrow(expected);
  });
});

describe('[ROBOT-24] expressions', () => {
  const scope: Scope = {
    constant: (name) => (name === 'x' ? () => 3 : undefined),
    array: (name) => (name === 'a' ? () => Float64Array.of(1, 2, 3) : undefined),
    element: () => () => 7,
    before: (inner) => () => inner() - 1,
  };
  it.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['2 ^ 3 ^ 2', 512],
    ['-x ^ 2', -9],
    ['10 - 4 - 3', 3],
    ['8 / 4 / 2', 1],
    ['x > 2 && a[1] == 2', 1],
    ['!(x > 2) || 0', 0],
    ['sum(a[1:]) + sumsq(a)', 19],
    ['clip(x, -1, 1) + min(4, 5)', 5],
    ['before(x) + joint("j")', 9],
    ['1e-3 * .5', 0.0005],
  ])('%s = %d', (source, expected) => {
    expect(compileExpression(source, scope)()).toBeCloseTo(expected, 12);
  });
});

describe('[ROBOT-25] models of other people', () => {
  /** Folder given by the environment, or our own models written out as files: the same path either way. */
  async function modelFolder(): Promise<string> {
    const given = process.env.REINS_MJCF_DIR;
    if (given) return given;
    process.stderr.write(
      "[ROBOT-25] REINS_MJCF_DIR is not set: only our own models are loaded, nobody else's\n",
    );
    const own = await mkdtemp(join(folder, 'own-'));
    await writeFile(join(own, 'humanoid.xml'), humanoidXml);
    await writeFile(
      join(own, 'half.xml'),
      (await import('../../../sim/robotics/models/planar.ts')).halfCheetahXml,
    );
    return own;
  }

  it('load and step exactly as MuJoCo alone does', async () => {
    const home = await modelFolder();
    const names = (await readdir(home)).filter((n) => n.endsWith('.xml'));
    expect(names.length).toBeGreaterThan(0);
    let loaded = 0;
    for (const name of names) {
      const env = await createMjcfEnvironment({ mjcf: join(home, name) }).catch((error: Error) => {
        // Parts that are only included by others have no body to simulate.
        if (/no body|nothing|mujocoinclude|no array/.test(error.message)) return undefined;
        throw new Error(`${name}: ${error.message}`);
      });
      if (!env) continue;
      await expectSameAsBare(env, join(home, name));
      loaded++;
      env.close();
    }
    expect(loaded).toBeGreaterThan(0);
  });

  async function expectSameAsBare(
    env: Awaited<ReturnType<typeof createMjcfEnvironment>>,
    path: string,
  ): Promise<void> {
    const bare = await createPhysics(await findModel(path));
    bare.reset();
    bare.forward();
    env.reset(1);
    const action = new Float32Array(env.actionSpace.size);
    for (let step = 0; step < 20; step++) {
      for (let i = 0; i < action.length; i++) {
        const high = env.actionSpace.high[i]!;
        action[i] = 0.3 * high * Math.sin(step + i);
      }
      const ts = env.step(action);
      bare.ctrl.set(action);
      bare.step(10);
      expect(Array.from(env.physics.qpos)).toEqual(Array.from(bare.qpos));
      expect(Array.from(env.physics.qvel)).toEqual(Array.from(bare.qvel));
      if (ts.kind === 'last') break;
    }
    bare.close();
  }
});
