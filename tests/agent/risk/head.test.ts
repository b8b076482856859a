import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGate } from '../../../agent/acting/gate.ts';
import { createRisk } from '../../../agent/acting/risk.ts';
import { type Backend, loadBackend } from '../../../agent/backend/backend.ts';
import { createEpisodeRecorder } from '../../../agent/episode/recorder.ts';
import { createEpisodeStore } from '../../../agent/episode/store.ts';
import { type RiskConfig, riskDefaults } from '../../../agent/risk/config.ts';
import { createRiskHead, type RiskHead } from '../../../agent/risk/head.ts';
import { riskGate } from '../../../agent/risk/snapshot.ts';
import { createRandom } from '../../../sim/random.ts';
import { expectGradient } from '../learners/gradient-check.ts';
import { createPointWorld, pointSpec } from '../point-world.ts';

/** The point world ends badly beyond 3 m: half of these wander out of it. */
const spec = pointSpec();
const store = createEpisodeStore({ maxSteps: 20_000 });
const heads: RiskHead[] = [];
let backend: Backend;

function wander(count: number, seed: number): void {
  const env = createPointWorld();
  const random = createRandom(seed, 1);
  for (let i = 0; i < count; i++) {
    const recorder = createEpisodeRecorder({
      runId: 'r',
      environmentId: env.id,
      configHash: '',
      observationSize: 2,
      actionSize: 2,
      bodies: 1,
    });
    let ts = env.reset(seed * 1000 + i);
    recorder.begin(`e${seed}-${i}`, i, 0, env, ts);
    const drift = Float32Array.of(random.uniform(-0.6, 0.6), random.uniform(-0.6, 0.6));
    while (ts.kind !== 'last') {
      const action = drift.map((x) => x + random.uniform(-0.4, 0.4));
      ts = env.step(action);
      recorder.step(env, ts, action, action, 'policy', 0);
    }
    recorder.end(ts.discount === 0 ? 'terminated' : 'truncated');
    store.add(recorder.episode());
  }
}

beforeAll(async () => {
  backend = await loadBackend({ deterministic: true });
  wander(60, 1);
});
afterAll(() => {
  for (const head of heads) head.dispose();
});

function make(config: Partial<RiskConfig> = {}, seed = 1): RiskHead {
  const quick = { ...riskDefaults, learningRate: 3e-3, weightDecay: 0.1, sessionSteps: 600 };
  const head = createRiskHead(spec, { ...quick, ...config }, backend, createRandom(seed));
  heads.push(head);
  return head;
}

function watch(head: RiskHead, ids = store.ids()): void {
  for (const id of ids) head.observe(store.get(id)!, store);
}

function learn(head: RiskHead): void {
  for (let i = 0; i < 1000 && head.isDue; i++) head.update();
}

/** Risk of going straight right, at (x, 0). */
const rightOf = (head: RiskHead, x: number) =>
  createRisk(head.snapshot()!).at(Float32Array.of(x, 0), Float32Array.of(1, 0));

describe('risk head', () => {
  it('[RISK-5] the gradient is that of the cross-entropy', () => {
    for (const hidden of [[4], [8, 8]]) {
      const head = make({ hidden });
      const random = createRandom(4);
      const inputs = Float32Array.from({ length: 16 * 4 }, () => random.normal());
      const labels = Array.from({ length: 16 }, () => random.integer(2));
      const loss = () => head.parts.loss(0, inputs, labels);
      const net = head.parts.members[0]!;
      expectGradient(net, loss, loss, random);
    }
  });

  it('[RISK-6] it learns what leads out of the world, and how likely that is', () => {
    const head = make();
    expect(head.snapshot()).toBeUndefined();
    watch(head);
    learn(head);
    const report = head.report();
    expect(report['risk/events']).toBeGreaterThan(50);
    expect(report['risk/auc']).toBeGreaterThan(0.9);
    expect(report['risk/ece']).toBeLessThan(0.05);
    expect(rightOf(head, 2.8)).toBeGreaterThan(0.7);
    expect(rightOf(head, -2)).toBeLessThan(0.2);
  });

  it('[RISK-6] without an event, or without anything else, there is nothing to learn', () => {
    const head = make();
    const calm = store.ids().filter((id) => store.get(id)!.end === 'truncated');
    watch(head, calm);
    expect([head.isDue, head.update(), head.snapshot()]).toEqual([false, undefined, undefined]);
  });

  it('[RISK-7] what is published stays until the next version', () => {
    const head = make({ everyRows: 400 });
    const ids = store.ids();
    watch(head, ids.slice(0, 30));
    learn(head);
    const before = rightOf(head, 2);
    watch(head, ids.slice(30));
    head.update();
    expect(head.isDue).toBe(true);
    expect(rightOf(head, 2)).toBe(before);
    learn(head);
    expect(head.snapshot()!.version).toBe(2);
    expect(rightOf(head, 2)).not.toBe(before);
  });

  it('[RISK-8] the same seed and evidence give the same numbers; a checkpoint goes on exactly, in a session too', () => {
    const [a, b, c] = [make(), make(), make({}, 9)];
    for (const head of [a, b]) watch(head);
    for (let i = 0; i < 7; i++) {
      a.update();
      b.update();
    }
    c.load(structuredClone(b.save()));
    for (const head of [a, b, c]) learn(head);
    for (const head of [b, c]) {
      expect(head.snapshot()).toEqual(a.snapshot());
      expect(head.report()).toEqual(a.report());
    }
    const d = make();
    d.load(c.save());
    expect(d.snapshot()).toEqual(a.snapshot());
  });

  it('[RISK-9] it asks above a risk, and lets go below half of it', () => {
    const head = make();
    watch(head);
    learn(head);
    const snapshot = head.snapshot()!;
    expect(riskGate(snapshot, 1)).toBeUndefined();
    const gate = createGate(riskGate(snapshot, 0.4)!);
    const risk = createRisk(snapshot);
    const action = Float32Array.of(1, 0);
    const seen = { asks: 0, holds: 0, lets: 0 };
    for (let x = -2.9; x < 3; x += 0.05) {
      const here = Float32Array.of(x, 0);
      const p = risk.at(here, action);
      expect(gate.shouldAsk(here, action)).toBe(p > 0.4);
      expect(gate.mayHandBack(here, action, Float32Array.of(-1, 1))).toBe(p < 0.2);
      if (p > 0.4) seen.asks++;
      else if (p < 0.2) seen.lets++;
      else seen.holds++;
    }
    expect(Math.min(seen.asks, seen.lets)).toBeGreaterThan(0);
    // Always, and as JSON, which knows no infinity.
    const always = JSON.parse(JSON.stringify(riskGate(snapshot, 0)));
    expect(always.askAbove).toBe(-Number.MAX_VALUE);
  });
});
