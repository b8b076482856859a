/**
 * Reward, observation and termination against the published definitions, on fixed states: the
 * expected numbers are computed here from the raw state of MuJoCo, not by the task's own code.
 */
import { describe, expect, it } from 'vitest';
import { createMujocoEnvironment, roboticsOf } from '../../../sim/robotics/engine/environment.ts';
import { createPhysics, type Physics } from '../../../sim/robotics/engine/mujoco.ts';
import { roboticsEnvironments } from '../../../sim/robotics/index.ts';
import { halfCheetahXml, hopperXml } from '../../../sim/robotics/models/planar.ts';

async function create(id: string, options = {}) {
  const env = await roboticsEnvironments.find((f) => f.id === id)!.create(options);
  return roboticsOf(env);
}

const blank = () => ({ rewardTerms: {}, cost: 0, success: false, metrics: {}, endReason: '' });
const squares = (a: ArrayLike<number>) => Array.from(a).reduce((s, x) => s + x * x, 0);
const clip = (x: number, by: number) => Math.min(by, Math.max(-by, x));
const float = (list: Iterable<number>) => Array.from(Float32Array.from(list));

interface Row {
  readonly id: string;
  readonly size: number;
  readonly motors: number;
  readonly dt: number;
  readonly gears: readonly number[];
  /** Terms from x before, x after and the state after. */
  terms(x0: number, x1: number, p: Physics, dt: number): Record<string, number>;
  observation(p: Physics): number[];
}

const planar =
  (skip: number, by = Infinity) =>
  (p: Physics) => [...p.qpos.slice(skip), ...Array.from(p.qvel, (v) => clip(v, by))];

const rows: readonly Row[] = [
  {
    id: 'half-cheetah',
    size: 17,
    motors: 6,
    dt: 0.05,
    gears: [120, 90, 60, 120, 60, 30],
    terms: (a, b, p, dt) => ({ forward: (b - a) / dt, control: -0.1 * squares(p.ctrl) }),
    observation: planar(1),
  },
  {
    id: 'hopper',
    size: 11,
    motors: 3,
    dt: 0.008,
    gears: [200, 200, 200],
    terms: (a, b, p, dt) => ({
      healthy: 1,
      forward: (b - a) / dt,
      control: -1e-3 * squares(p.ctrl),
    }),
    observation: planar(1, 10),
  },
  {
    id: 'walker2d',
    size: 17,
    motors: 6,
    dt: 0.008,
    gears: [100, 100, 100, 100, 100, 100],
    terms: (a, b, p, dt) => ({
      healthy: 1,
      forward: (b - a) / dt,
      control: -1e-3 * squares(p.ctrl),
    }),
    observation: planar(1, 10),
  },
  {
    id: 'swimmer',
    size: 8,
    motors: 2,
    dt: 0.04,
    gears: [150, 150],
    terms: (a, b, p, dt) => ({ forward: (b - a) / dt, control: -1e-4 * squares(p.ctrl) }),
    observation: planar(2),
  },
  {
    id: 'ant',
    size: 105,
    motors: 8,
    dt: 0.05,
    gears: [150, 150, 150, 150, 150, 150, 150, 150],
    terms: (a, b, p, dt) => ({
      healthy: 1,
      forward: (b - a) / dt,
      control: -0.5 * squares(p.ctrl),
      contact: -5e-4 * squares(Array.from(p.cfrc_ext, (f) => clip(f, 1))),
    }),
    observation: (p) => [
      ...p.qpos.slice(2),
      ...p.qvel,
      ...Array.from(p.cfrc_ext.slice(6), (f) => clip(f, 1)),
    ],
  },
  {
    id: 'humanoid',
    size: 348,
    motors: 17,
    dt: 0.015,
    gears: [100, 100, 100, 100, 100, 300, 200, 100, 100, 300, 200, 25, 25, 25, 25, 25, 25],
    terms: (a, b, p, dt) => ({
      healthy: 5,
      forward: (1.25 * (b - a)) / dt,
      control: -0.1 * squares(p.ctrl),
      contact: -Math.min(10, 5e-7 * squares(p.cfrc_ext)),
    }),
    observation: (p) => [
      ...p.qpos.slice(2),
      ...p.qvel,
      ...p.cinert.slice(10),
      ...p.cvel.slice(6),
      ...p.qfrc_actuator.slice(6),
      ...p.cfrc_ext.slice(6),
    ],
  },
];

function xOf(id: string, p: Physics): number {
  if (id === 'ant') return p.xpos[3]!;
  if (id !== 'humanoid') return p.qpos[0]!;
  const mass = p.model('body_mass');
  let sum = 0;
  let total = 0;
  for (let b = 0; b < mass.length; b++) {
    sum += mass[b]! * p.xipos[b * 3]!;
    total += mass[b]!;
  }
  return sum / total;
}

describe('[ROBOT-2] Gymnasium v5 definitions', () => {
  it.each(rows)('$id: observation, reward, timing, gears', async (row) => {
    const env = await create(row.id);
    const { physics } = env;
    expect([env.observationSpace.size, env.actionSpace.size]).toEqual([row.size, row.motors]);
    expect(env.controlDt).toBeCloseTo(row.dt, 12);
    const gear = physics.model('actuator_gear');
    expect(row.gears.map((_, i) => gear[i * 6])).toEqual(row.gears);
    const first = env.reset(7);
    expect([...first.observation]).toEqual(float(row.observation(physics)));
    const action = new Float32Array(row.motors);
    for (let step = 0; step < 8; step++) {
      for (let i = 0; i < action.length; i++) action[i] = 0.3 * Math.sin(step + i);
      const before = xOf(row.id, physics);
      const ts = env.step(action);
      const expected = row.terms(before, xOf(row.id, physics), physics, row.dt);
      expect(Object.keys(ts.info.rewardTerms).sort()).toEqual(Object.keys(expected).sort());
      for (const [name, value] of Object.entries(expected))
        expect(ts.info.rewardTerms[name]).toBeCloseTo(value, 10);
      const sum = Object.values(expected).reduce((s, v) => s + v, 0);
      expect(ts.reward).toBeCloseTo(sum, 9);
      expect([...ts.observation]).toEqual(float(row.observation(physics)));
    }
    env.close();
  });

  it.each([
    ['hopper', 1, 0.69],
    ['hopper', 2, 0.21],
    ['hopper', 3, 101],
    ['walker2d', 1, 0.79],
    ['walker2d', 1, 2.01],
    ['walker2d', 2, -1.01],
    ['ant', 2, 0.19],
    ['ant', 2, 1.01],
    ['humanoid', 2, 0.99],
    ['humanoid', 2, 2.01],
  ])('%s ends when qpos[%d] is %d, and pays no healthy reward then', async (id, index, value) => {
    const env = await create(id);
    env.reset(3);
    const healthy = env.program.rewards.find((r) => r.name === 'healthy')!;
    expect(healthy.value()).toBeGreaterThan(0);
    expect(env.program.judge(env.reset(3).info)).toBe('');
    env.physics.qpos[index] = value;
    expect(env.program.judge(blank())).toBe('unhealthy');
    expect(healthy.value()).toBe(0);
    env.close();
  });

  it('half-cheetah weighs 14 kg and its noise at reset has the published widths', async () => {
    const env = await create('half-cheetah');
    const mass = Array.from(env.physics.model('body_mass')).reduce((s, m) => s + m, 0);
    expect(mass).toBeCloseTo(14, 9);
    let velocity = 0;
    for (let seed = 0; seed < 200; seed++) {
      env.reset(seed);
      for (const q of env.physics.qpos) expect(Math.abs(q)).toBeLessThanOrEqual(0.1);
      velocity += squares(env.physics.qvel) / env.physics.qvel.length / 200;
    }
    expect(Math.sqrt(velocity)).toBeCloseTo(0.1, 2);
    env.close();
  });

  it('reacher: −distance − ‖a‖², observation of ten', async () => {
    const env = await create('reacher');
    env.reset(5);
    const ts = env.step(Float32Array.of(0.5, -0.25));
    const p = env.physics;
    const at = (name: string, k: number) => p.xpos[p.id('body', name) * 3 + k]!;
    const gap = [0, 1, 2].map((k) => at('fingertip', k) - at('target', k));
    expect(ts.info.rewardTerms.distance).toBeCloseTo(-Math.hypot(...gap), 12);
    expect(ts.info.rewardTerms.control).toBeCloseTo(-0.3125, 12);
    const [a, b] = [p.qpos[0]!, p.qpos[1]!];
    const expected = [
      Math.cos(a),
      Math.cos(b),
      Math.sin(a),
      Math.sin(b),
      p.qpos[2]!,
      p.qpos[3]!,
      p.qvel[0]!,
      p.qvel[1]!,
      gap[0]!,
      gap[1]!,
    ];
    expect([...ts.observation]).toEqual(float(expected));
    env.close();
    const cheap = await create('reacher', { controlCost: 0.1 });
    cheap.reset(5);
    expect(cheap.step(Float32Array.of(0.5, -0.25)).info.rewardTerms.control).toBeCloseTo(
      -0.03125,
      12,
    );
    cheap.close();
  });

  it('hopper-backflip has no reward at all and counts backward turns', async () => {
    const env = await create('hopper-backflip');
    env.reset(1);
    expect(env.step(Float32Array.of(1, 1, 1)).reward).toBe(0);
    expect(env.program.rewards).toEqual([]);
    const info = blank();
    env.physics.qpos[2] = -2 * Math.PI;
    env.physics.qpos[1] = 1.2;
    env.program.judge(info);
    expect(info.success).toBe(true);
    env.physics.qpos[2] = 2 * Math.PI;
    env.program.judge(info);
    expect(info.success).toBe(false);
    env.close();
  });
});

describe('[ROBOT-3] the environment is MuJoCo and nothing else', () => {
  it.each([
    ['half-cheetah', halfCheetahXml, 5],
    ['hopper-backflip', hopperXml, 4],
  ])(
    '%s: the same controls give the same states as stepping MuJoCo directly',
    async (id, xml, skip) => {
      const env = await create(id);
      env.reset(11);
      const bare = await createPhysics(xml);
      bare.reset();
      env.physics.sync();
      bare.qpos.set(env.physics.qpos);
      bare.qvel.set(env.physics.qvel);
      bare.forward();
      const action = new Float32Array(env.actionSpace.size);
      for (let step = 0; step < 100; step++) {
        for (let i = 0; i < action.length; i++) action[i] = Math.sin(0.7 * step + 2 * i);
        env.step(action);
        env.writePoses(new Float32Array(env.scene.bodies.length * 7));
        bare.ctrl.set(action);
        bare.step(skip);
        expect(Array.from(env.physics.qpos)).toEqual(Array.from(bare.qpos));
        expect(Array.from(env.physics.qvel)).toEqual(Array.from(bare.qvel));
      }
      bare.close();
      env.close();
    },
  );

  it('[ROBOT-4] ends an episode that diverges instead of going on', async () => {
    const env = await create('half-cheetah');
    env.reset(1);
    env.step(new Float32Array(6));
    env.physics.qvel[3] = 1e30;
    const ts = env.step(new Float32Array(6));
    expect([ts.kind, ts.discount, ts.info.endReason]).toEqual(['last', 0, 'unstable']);
    for (const x of ts.observation) expect(Number.isFinite(x)).toBe(true);
    env.close();
  });

  it('[ROBOT-5] overlays change nothing', async () => {
    const env = await create('walker2d');
    const twin = await create('walker2d');
    env.reset(2);
    twin.reset(2);
    const action = new Float32Array(6).fill(-0.5);
    const [contacts, joints] = [new Float32Array(60), new Float32Array(80)];
    let seen = 0;
    for (let i = 0; i < 200; i++) {
      const ts = env.step(action);
      const count = env.writeContacts!(contacts);
      seen = Math.max(seen, count);
      expect(env.writeJoints!(joints)).toBe(9);
      expect([...ts.observation]).toEqual([...twin.step(action).observation]);
      if (ts.kind === 'last') break;
    }
    expect(seen).toBeGreaterThan(0);
    env.close();
    twin.close();
  });

  it('[ROBOT-5] a resting ball presses with its weight', async () => {
    const xml =
      '<mujoco><worldbody><geom type="plane" size="1 1 1"/><body pos="0 0 .1"><freejoint/><geom size=".1" mass="2"/></body></worldbody></mujoco>';
    const p = await createPhysics(xml);
    p.step(2000);
    const out = new Float32Array(6);
    expect(p.writeContacts(out)).toBe(1);
    expect(out[5]).toBeCloseTo(2 * 9.81, 2);
    p.close();
  });
});

describe('[ROBOT-6] memory', () => {
  it('60 create and close cycles leave the WASM heap as large as 10 did', async () => {
    const probe = await createPhysics(hopperXml);
    let after10 = 0;
    for (let i = 0; i < 60; i++) {
      const env = await create('fetch-reach');
      env.reset(i);
      env.step(new Float32Array(4));
      env.writeContacts!(new Float32Array(60));
      env.close();
      if (i === 10) {
        probe.sync();
        after10 = probe.heapBytes();
      }
    }
    probe.sync();
    expect(after10).toBeGreaterThan(0);
    expect(probe.heapBytes()).toBe(after10);
    probe.close();
  });

  it('an environment survives the growth of the heap by others', async () => {
    const env = await createMujocoEnvironment(roboticsTask());
    env.reset(1);
    const before = env.physics.heapBytes();
    const others: Physics[] = [];
    for (let i = 0; i < 200 && env.physics.qpos.length > 0; i++)
      others.push(await createPhysics(hopperXml));
    expect(env.physics.qpos.length).toBe(0);
    const ts = env.step(new Float32Array(1).fill(1));
    expect(env.physics.heapBytes()).toBeGreaterThan(before);
    expect(env.physics.ctrl[0]).toBe(1);
    expect(Number.isFinite(ts.observation[0])).toBe(true);
    for (const other of others) other.close();
    env.close();
  });
});

function roboticsTask() {
  const xml =
    '<mujoco><worldbody><body name="a"><joint name="j"/><geom size=".1"/></body></worldbody><actuator><motor joint="j" ctrllimited="true" ctrlrange="-1 1"/></actuator></mujoco>';
  return {
    id: 'one',
    model: xml,
    frameSkip: 1,
    horizon: 10,
    style: { title: 'one', cameras: [], light: 'studio' as const, agentBody: '' },
    createProgram: (physics: Physics) => ({
      actionSpace: {
        kind: 'box' as const,
        size: 1,
        low: Float32Array.of(-1),
        high: Float32Array.of(1),
      },
      fields: [
        {
          names: ['q'],
          write: (out: Float32Array, at: number) => {
            out[at] = physics.qpos[0]!;
          },
        },
      ],
      rewards: [],
      metrics: [],
      endReasons: [],
      memory: new Float64Array(0),
      reset: () => {},
      act: (action: Float32Array) => physics.ctrl.set(action),
      judge: () => '',
      writeAgentPosition: (out: Float32Array) => {
        out.fill(0);
      },
    }),
  };
}
