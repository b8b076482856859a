import { expect, it } from 'vitest';
import { createPolicy } from '../../../agent/acting/policy.ts';
import { createPathPredictor } from '../../../server/actors/path-predictor.ts';
import { createRandom } from '../../../sim/random.ts';
import { createPointWorld } from '../../agent/point-world.ts';
import { gateOnX } from './gates.ts';
import { createRig, snapshot } from './live-rig.ts';

const policy = createPolicy(snapshot, createRandom(1));

function world() {
  const env = createPointWorld();
  env.reset(1);
  return env;
}

it('[PATH-1] the path covers the next two seconds, from where the agent is', () => {
  const env = world();
  const here = new Float32Array(3);
  env.writeAgentPosition(here);
  const { points, risks } = createPathPredictor(createPointWorld()).predict(env, policy, () => 0)!;
  expect(risks.length).toBe(21); // 0.1 s each
  expect([...points.subarray(0, 3)]).toEqual([...here]);
  expect(points[60]! - here[0]!).toBeCloseTo(2 * 2 * 0.2, 0.5);
  expect(points[61]! - here[1]!).toBeCloseTo(2 * 2 * -0.1, 0.5); // the world is noisy
});

it('[PATH-2] ten times a second of the wall clock at most, however fast the world runs', () => {
  const env = world();
  const predictor = createPathPredictor(createPointWorld());
  let now = 0;
  let made = 0;
  for (; now <= 10_000; now += 7) if (predictor.predict(env, policy, () => now)) made++;
  expect(made).toBeLessThanOrEqual(101);
  expect(made).toBeGreaterThan(90);
});

it('[PATH-3] what takes long is done less often: a quarter of the time at most', () => {
  const env = world();
  const predictor = createPathPredictor(createPointWorld());
  let now = 0;
  let made = 0;
  // Every look at the clock costs 60 ms.
  const clock = () => (now += 60);
  while (now < 60_000) if (predictor.predict(env, policy, clock)) made++;
  expect(made * 60).toBeLessThanOrEqual(0.27 * 60_000);
});

it('[PATH-4] risk is 1 where damage is done, and fades towards now', () => {
  const env = createPointWorld();
  env.reset(3);
  const out = Float32Array.of(1, 1);
  let ts = env.step(out);
  for (
    let i = 0;
    i < 60 && ts.kind !== 'last' && Math.hypot(ts.observation[0]!, ts.observation[1]!) < 2.5;
    i++
  )
    ts = env.step(out);
  expect(ts.kind).toBe('mid');
  const away = createPolicy(
    { ...snapshot, layers: [{ ...snapshot.layers[0]!, bias: Float32Array.of(1, 1) }] },
    createRandom(1),
  );
  const { risks } = createPathPredictor(createPointWorld()).predict(env, away, () => 0)!;
  expect(risks.length).toBeLessThan(21); // the world ends there
  expect(risks.at(-1)).toBe(1);
  for (let i = 1; i < risks.length; i++) expect(risks[i]!).toBeGreaterThan(risks[i - 1]!);
  expect(risks[0]!).toBeGreaterThan(0.5);
});

it('[PATH-5] nothing is predicted while nobody looks on', () => {
  const rig = createRig();
  rig.publish();
  rig.tick(5);
  expect(rig.of('frame').every((f) => f.path === undefined)).toBe(true);
  rig.send({ type: 'viewers', count: 1 });
  rig.forget();
  rig.tick(5);
  expect(rig.of('frame').some((f) => f.path !== undefined)).toBe(true);
  rig.send({ type: 'viewers', count: 0 });
  rig.forget();
  rig.tick(5);
  expect(rig.of('frame').every((f) => f.path === undefined)).toBe(true);
});

it('[PATH-6] the risk of now stays on the frames between two predictions, not beyond the episode', () => {
  const rig = createRig();
  rig.send({ type: 'viewers', count: 1 });
  rig.publish();
  rig.tick(2);
  const { risk } = rig.frame();
  expect(rig.of('frame').at(-1)!.path).toBeDefined();
  expect(risk).toBeGreaterThanOrEqual(0);
  rig.send({ type: 'pause' }); // a frame at once
  expect(rig.of('frame').at(-1)!.path).toBeUndefined();
  expect(rig.frame().risk).toBe(risk);
  rig.send({ type: 'reset' }); // another episode, too early for a prediction
  expect(rig.of('frame').at(-1)!.path).toBeUndefined();
  expect(rig.frame().risk).toBeNaN();
});

it('[PATH-7] what is learned of risk colours the path, short of what does happen', () => {
  const env = world();
  const learned = { at: (observation: Float32Array) => (observation[0]! > 0 ? 1 : 0.25) };
  const plain = createPathPredictor(createPointWorld()).predict(env, policy, () => 0)!;
  const { points, risks } = createPathPredictor(createPointWorld()).predict(
    env,
    policy,
    () => 0,
    learned,
  )!;
  expect(points).toEqual(plain.points);
  expect(Math.max(...plain.risks)).toBe(0);
  const xs = Array.from({ length: 20 }, (_, i) => points[3 * i]!);
  expect(xs.some((x) => x > 0)).toBe(true);
  for (const [i, x] of xs.entries()) {
    if (x > 0) expect(risks[i]!).toBeCloseTo(0.99, 5);
    else expect(risks[i]!).toBeGreaterThanOrEqual(0.25);
  }
});

it('[PATH-7] the live loop takes the risk that comes with its policy, and frames carry it', () => {
  const rig = createRig();
  const { members, actionSpace } = gateOnX(0);
  const of = (bias: number) =>
    members.map((layers) =>
      layers.map((layer) => ({
        ...layer,
        weights: new Float32Array(4),
        bias: Float32Array.of(bias),
      })),
    );
  rig.send({ type: 'viewers', count: 1 });
  const risk = { version: 1, members: of(0), actionSpace };
  rig.send({ type: 'snapshot', snapshot, risk });
  rig.tick(2);
  expect(rig.frame().risk).toBeCloseTo(0.5, 5);
  rig.send({ type: 'snapshot', snapshot });
  rig.tick(2);
  expect(rig.frame().risk).toBe(0);
});
