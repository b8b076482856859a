/** What holds a model where it is, for every type of actuator. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { checkEnvironment } from '../../../sim/check.ts';
import { createMjcfEnvironment, mjcfFactory } from '../../../sim/robotics/mjcf/environment.ts';

const folder = mkdtempSync(join(tmpdir(), 'reins-hold-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An arm of two links that hangs in gravity, driven by `actuators`. */
function armWith(name: string, actuators: string, joint = ''): string {
  const path = join(folder, `${name}.xml`);
  writeFileSync(
    path,
    `<mujoco><compiler angle="radian" autolimits="true"/><worldbody>
  <body name="upper" pos="0 0 1"><joint name="a" axis="0 1 0" damping="2" ${joint}/>
    <geom type="capsule" fromto="0 0 0 .3 0 0" size=".03"/>
    <body name="lower" pos=".3 0 0"><joint name="b" axis="0 1 0" damping="2" ${joint}/>
      <geom type="capsule" fromto="0 0 0 .3 0 0" size=".03"/></body></body>
</worldbody>
<tendon><fixed name="t"><joint joint="b" coef="2"/></fixed></tendon>
<actuator>${actuators}</actuator></mujoco>`,
  );
  return path;
}

const SERVOS = {
  position:
    '<position joint="a" kp="60" ctrlrange="-3 3"/><position joint="b" kp="30" ctrlrange="-3 3"/>',
  geared:
    '<position joint="a" kp="60" gear="2" ctrlrange="-6 6"/><position joint="b" kp="30" gear="-1" ctrlrange="-3 3"/>',
  general: `<general joint="a" gainprm="80" biastype="affine" biasprm="4 -50 -1" ctrlrange="-3 3"/>
    <general joint="b" gainprm="20" biastype="affine" biasprm="0 -20 -1" dyntype="filter" dynprm="0.02" ctrlrange="-3 3"/>`,
};

it.each(Object.entries(SERVOS))(
  '[CTRL-19] %s servos hold the arm where it is, against gravity',
  async (name, actuators) => {
    const mjcf = armWith(name, actuators);
    await checkEnvironment(() => mjcfFactory.create({ mjcf }));
    const env = await createMjcfEnvironment({ mjcf });
    env.reset(1);
    for (let i = 0; i < 100; i++) env.step(Float32Array.of(0.9, -0.6));
    const before = [...env.physics.qpos];
    expect(Math.abs(before[0]!)).toBeGreaterThan(0.2);
    const hold = new Float32Array(2);
    env.writeHoldAction!(hold);
    for (let i = 0; i < 100; i++) env.step(hold);
    const moved = before.map((q, i) => Math.abs(env.physics.qpos[i]! - q));
    expect(Math.max(...moved)).toBeLessThan(0.02);
    expect(env.controls!.every((c) => c.holds === true)).toBe(true);
    env.close();
  },
);

it('[CTRL-19] a servo on a tendon holds its length', async () => {
  const mjcf = armWith(
    'tendon',
    '<position tendon="t" kp="400" ctrlrange="-6 6"/>',
    'stiffness="40"',
  );
  const env = await createMjcfEnvironment({ mjcf });
  env.reset(1);
  for (let i = 0; i < 200; i++) env.step(Float32Array.of(1.6));
  const before = env.physics.qpos[1]!;
  expect(before).toBeGreaterThan(0.5);
  const hold = new Float32Array(1);
  env.writeHoldAction!(hold);
  expect(hold[0]).toBeCloseTo(2 * before, 5);
  env.close();
});

it('[CTRL-19] motors, velocity servos, integrators and dampers rest at 0, or as near as their range allows', async () => {
  const actuators = `<motor joint="a" ctrlrange="-1 1"/><velocity joint="b" kv="5" ctrlrange="-2 2"/>
    <intvelocity joint="a" kp="50" ctrlrange="-1 1" actrange="-3 3"/><damper joint="b" kv="3" ctrlrange="0.5 2"/>
    <motor tendon="t" ctrlrange="-3 -1"/>`;
  const env = await createMjcfEnvironment({ mjcf: armWith('motors', actuators) });
  env.reset(1);
  const hold = new Float32Array(5);
  env.writeHoldAction!(hold);
  expect([...hold]).toEqual([0, 0, 0, 0.5, -1]);
  expect(env.controls!.map((c) => c.rest)).toEqual([0, 0, 0, 0.5, -1]);
  expect(env.controls!.every((c) => c.holds === undefined)).toBe(true);
  env.close();
});

it('[CTRL-19] what holds stays inside the range, and is the same in a copy that was loaded', async () => {
  const mjcf = armWith(
    'narrow',
    '<position joint="a" kp="60" ctrlrange="-3 -.1"/><position joint="b" kp="30" ctrlrange="-.2 .2"/>',
  );
  const [env, copy] = [
    await createMjcfEnvironment({ mjcf }),
    await createMjcfEnvironment({ mjcf }),
  ];
  env.reset(1);
  copy.reset(2);
  for (let i = 0; i < 40; i++) env.step(Float32Array.of(-2, 0.2));
  const [hold, other] = [new Float32Array(2), new Float32Array(2)];
  env.writeHoldAction!(hold);
  copy.loadState(env.saveState());
  copy.writeHoldAction!(other);
  expect(hold).toEqual(other);
  expect(hold[0]).toBeLessThanOrEqual(Math.fround(-0.1));
  expect(Math.abs(hold[1]!)).toBeLessThanOrEqual(Math.fround(0.2));
  env.close();
  copy.close();
});
