import { describe, expect, it } from 'vitest';
import { createPolicy } from '../../../agent/acting/policy.ts';
import { loadBackend } from '../../../agent/backend/backend.ts';
import type { Episode, Feedback, Learner } from '../../../agent/contract.ts';
import { createCoach } from '../../../agent/learners/coach.ts';
import { creditedSteps } from '../../../agent/learners/parts/credit.ts';
import { createPpl } from '../../../agent/learners/ppl.ts';
import { createTamer } from '../../../agent/learners/tamer.ts';
import { createRandom } from '../../../sim/random.ts';
import { learnerContract } from '../../contracts/learner.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';
import { randomBatch } from './batch.ts';
import { expectGradient } from './gradient-check.ts';

const small = { hidden: [16, 16], batchSize: 32 };

learnerContract('tamer', (s, b, r) => createTamer(s, { ...small, replay: false }, b, r), ['wasm']);
learnerContract('deep tamer', (s, b, r) => createTamer(s, small, b, r), ['wasm', 'cpu']);
learnerContract('coach', (s, b, r) => createCoach(s, small, b, r), ['wasm', 'cpu', 'onnx']);
learnerContract('ppl', (s, b, r) => createPpl(s, { ...small, normaliseObservations: true }, b, r), [
  'wasm',
  'cpu',
]);

const base = {
  runId: 'run',
  teacherId: 'teacher',
  shownAt: 0,
  answeredAt: 0,
  receivedAt: 0,
  responseMs: 0,
};

describe('learning from live feedback', async () => {
  const backend = await loadBackend({ prefer: 'wasm' });

  it.each(['wasm', 'cpu', 'onnx'] as const)(
    '[LEARN-60] gradients match finite differences on %s',
    async (name) => {
      const other = await loadBackend({ prefer: name });
      const random = createRandom(3);
      const spec = syntheticSpec(4, 2);
      const m = 32;
      const rows = new Float32Array(m * 8);
      for (let i = 0; i < rows.length; i++) rows[i] = random.normal();
      for (let i = 0; i < m; i++) {
        for (let j = 4; j < 6; j++) rows[i * 8 + j] = Math.min(1, Math.max(-1, rows[i * 8 + j]!));
        rows[i * 8 + 7] = random.uniform(0.2, 1); // TAMER's weight
      }
      const tamer = createTamer(spec, small, other, random);
      const reward = () => tamer.parts.rewardLoss(rows, m);
      expectGradient(tamer.parts.critics.nets[0]!, reward, reward, random);
      const climb = () => tamer.parts.actorLoss(rows, m);
      expectGradient(tamer.parts.actor, climb, climb, random, { tolerance: 0.05 });

      const coach = createCoach(spec, { ...small, window: 4 }, other, random);
      for (let i = 0; i < m; i++) rows[i * 8 + 7] = random.uniform(-3, -1); // log π at the time
      const surrogate = () => coach.parts.policyLoss(rows, m / 4);
      expectGradient(coach.parts.policy, surrogate, surrogate, random, { tolerance: 0.05 });
      const { logStd, logStdGradient } = coach.parts;
      for (let j = 0; j < 2; j++) {
        const at = (by: number) => {
          logStd[j]! += by;
          const value = surrogate();
          logStd[j]! -= by;
          return value;
        };
        const slope = (at(0.01) - at(-0.01)) / 0.02;
        logStdGradient.fill(0);
        surrogate();
        expect(logStdGradient[j]).toBeCloseTo(slope, 2);
      }

      const ppl = createPpl(spec, { ...small, beta: 0.7 }, other, random);
      const batch = randomBatch(32, 4, 2, random);
      const imitation = () => ppl.parts.imitation(batch);
      expectGradient(ppl.parts.actor, imitation, imitation, random);
      const prefer = () =>
        ppl.parts.preference(batch.observations, batch.actions, batch.policyActions, 32);
      expectGradient(ppl.parts.actor, prefer, prefer, random);
      for (const learner of [tamer, coach, ppl]) learner.dispose();
    },
  );

  it('[LEARN-61] a key press is credited to the steps shown a moment before it', () => {
    const episode = syntheticEpisode(syntheticSpec(2, 1), 30, createRandom(1));
    const visited: [number, number][] = [];
    const visit = (step: number, weight: number) => visited.push([step, Number(weight.toFixed(6))]);
    creditedSteps(episode, 20, 0.1, { minDelay: 0.2, maxDelay: 0.6 }, visit);
    expect(visited).toEqual([
      [14, 0.25],
      [15, 0.25],
      [16, 0.25],
      [17, 0.25],
    ]);
    visited.length = 0;
    creditedSteps(episode, 3, 0.1, { minDelay: 0.2, maxDelay: 1 }, visit);
    expect(visited.map(([step]) => step)).toEqual([0]);
    visited.length = 0;
    creditedSteps(episode, 20, 0.1, { minDelay: 0.3, maxDelay: 0.3 }, visit);
    expect(visited).toEqual([[17, 1]]);
    for (const [step, minDelay, maxDelay] of [
      [0, 0, 0.4],
      [1, 0.2, 0.6],
      [2, 0.2, 0.6],
      [1, 0.3, 0.3],
    ] as const) {
      visited.length = 0;
      creditedSteps(episode, step, 0.1, { minDelay, maxDelay }, visit);
      expect(visited).toEqual([[0, 1]]); // nothing before it was shown
    }
  });

  it('[LEARN-64] COACH’s update is f times the eligibility trace e ← λ e + ∇log π, after the delay', () => {
    const spec = syntheticSpec(3, 2);
    const config = { hidden: [8], batchSize: 1, learningStarts: 1, entropyWeight: 0 };
    const make = (window: number) =>
      createCoach(
        spec,
        { ...config, window, trace: 0.8, delay: 2 * spec.controlDt },
        backend,
        createRandom(4),
      );
    const episode = syntheticEpisode(spec, 8, createRandom(2), { id: 'e' });
    const press = (coach: ReturnType<typeof make>, step: number, value: number) => {
      const body = { kind: 'reward', episodeId: 'e', step, value } as const;
      coach.feedback({ ...base, id: `f${step}`, ...body }, { get: () => episode });
    };
    const gradientOf = (coach: ReturnType<typeof make>, window: number) => {
      coach.parts.policy.gradients.fill(0);
      coach.parts.policyLoss(coach.save().arrays.credited!.subarray(-window * 7), 1);
      return coach.parts.policy.gradients.slice();
    };
    // A press in the first moment is about the first step.
    const rows = [0, 1, 2].map((step) => {
      const early = make(1);
      press(early, step, 1);
      return early.save().arrays.credited!.subarray(-7);
    });
    expect(rows[0]).toEqual(rows[2]);
    expect(rows[1]).toEqual(rows[2]);
    // Algorithm 1: the trace takes up every step's ∇log π; steps 0 to 5 are seen 2 before the press.
    const one = make(1);
    const trace = new Float32Array(one.parts.policy.parameters.length);
    for (let t = 0; t <= 5; t++) {
      press(one, t + 2, 1);
      const gradient = gradientOf(one, 1); // of −log π
      for (let i = 0; i < trace.length; i++) trace[i] = 0.8 * trace[i]! - gradient[i]!;
    }
    const whole = make(10);
    press(whole, 7, -0.5);
    const update = gradientOf(whole, 10);
    expect(Math.hypot(...update)).toBeGreaterThan(0.01);
    for (let i = 0; i < trace.length; i++) expect(-update[i]!).toBeCloseTo(-0.5 * trace[i]!, 4);
    one.dispose();
    whole.dispose();
  });

  /** Steps of random actions, every one judged: nearer to the best action is better. */
  function teach(learner: Learner, rounds: number): number {
    const spec = syntheticSpec(3, 1);
    const random = createRandom(9);
    const best = (o: Float32Array) => 0.5 + 1.2 * Math.tanh(o[0]!);
    const error = () => {
      const policy = createPolicy(learner.snapshot(1), createRandom(1));
      const out = new Float32Array(1);
      const draw = createRandom(77);
      let sum = 0;
      for (let i = 0; i < 100; i++) {
        const o = Float32Array.from({ length: 3 }, () => draw.normal());
        policy.act(o, out, 'mean');
        sum += Math.abs(out[0]! - best(o)) / 100;
      }
      return sum;
    };
    for (let round = 0; round < rounds; round++) {
      const id = `e${round}`;
      const policy = createPolicy(learner.snapshot(round), random);
      const length = 100;
      const distance = new Float32Array(length);
      let t = 0;
      const behave = (o: Float32Array, a: Float32Array) => {
        policy.act(o, a, 'sample');
        distance[t] = Math.abs(a[0]! - best(o));
        return -distance[t++]!;
      };
      const episode = syntheticEpisode(spec, length, random, { id, behave });
      const mean = distance.reduce((a, b) => a + b, 0) / length;
      for (let step = 0; step < length; step++) {
        const value = Math.min(1, Math.max(-1, 2 * (mean - distance[step]!)));
        const body = { kind: 'reward', episodeId: id, step, value } as const;
        const event: Feedback = { ...base, id: `${id}-${step}`, ...body };
        learner.feedback(event, { get: () => episode });
      }
      for (let i = 0; i < 40; i++) learner.update();
    }
    return error();
  }

  it('[LEARN-62] COACH and Deep TAMER find the action that people reward', () => {
    const spec = syntheticSpec(3, 1);
    const coach = createCoach(
      spec,
      { delay: 0, window: 1, learningRate: 2e-3, hidden: [32], batchSize: 64, capacity: 200 },
      backend,
      createRandom(2),
    );
    expect(teach(coach, 0)).toBeGreaterThan(0.6);
    expect(teach(coach, 30)).toBeLessThan(0.4);
    const tamer = createTamer(
      spec,
      { minDelay: 0, maxDelay: 0, hidden: [32, 32], explorationNoise: 0.5, capacity: 1000 },
      backend,
      createRandom(2),
    );
    expect(teach(tamer, 20)).toBeLessThan(0.4);
    coach.dispose();
    tamer.dispose();
  });

  it('[LEARN-63] PPL prefers every step’s action at the states predicted from that step', () => {
    const spec = syntheticSpec(2, 1);
    const random = createRandom(5);
    const real = syntheticEpisode(spec, 12, random, { id: 'real', human: [4, 10] });
    const paths = new Map([4, 5, 6, 7, 8, 9].map((t) => [`p${t}`, path(t)]));
    function path(t: number): Episode {
      const branch = syntheticEpisode(spec, t === 7 ? 2 : 6, random, { id: `p${t}` });
      branch.observations.fill(100 + t);
      return branch;
    }
    const event: Feedback = {
      ...base,
      id: 'o',
      kind: 'override',
      episodeId: 'real',
      from: 4,
      to: 10,
      predictions: [...paths.values()].map((p) => ({ episodeId: p.id, from: 0, to: p.length })),
    };
    const ppl = createPpl(spec, { ...small, horizon: 3 }, backend, random);
    ppl.feedback(event, { get: (id) => (id === 'real' ? real : paths.get(id)) });
    ppl.feedback(event, { get: () => real }); // a retry
    const { pairs } = ppl.save().arrays as { pairs: Float32Array };
    // Rows of state, preferred and rejected action: three states of each step, two where the path ends.
    const rows = Array.from({ length: pairs.length / 4 }, (_, i) => [
      ...pairs.subarray(4 * i, 4 * i + 4),
    ]);
    const scaled = (a: number) => (a + 2) / 2.5 - 1;
    const expected = [4, 5, 6, 7, 8, 9].flatMap((t) =>
      Array.from({ length: t === 7 ? 2 : 3 }, () => [
        100 + t,
        100 + t,
        scaled(real.actions[t]!),
        scaled(real.policyActions[t]!),
      ]),
    );
    expect(rows.length).toBe(17);
    for (const [i, row] of rows.entries())
      for (const [j, x] of row.entries()) expect(x).toBeCloseTo(expected[i]![j]!, 5);
    ppl.dispose();
  });

  it('[CF-12] what comes as a second event teaches PPL what one event with it did', () => {
    const spec = syntheticSpec(2, 1);
    const random = createRandom(5);
    const real = syntheticEpisode(spec, 12, random, { id: 'real', human: [4, 10] });
    const branch = syntheticEpisode(spec, 6, random, { id: 'branch' });
    const episodes = { get: (id: string) => (id === 'real' ? real : branch) };
    const takeover = { episodeId: 'real', from: 4, to: 10 };
    const counterfactual = { episodeId: 'branch', from: 0, to: 6 };
    const override: Feedback = { ...base, id: 'o', kind: 'override', ...takeover };
    const second: Feedback = {
      ...base,
      id: 'o-cf',
      kind: 'counterfactual',
      overrideId: 'o',
      ...takeover,
      counterfactual,
    };
    const pairsOf = (...events: Feedback[]) => {
      const ppl = createPpl(spec, { ...small, horizon: 3 }, backend, createRandom(1));
      for (const event of events) ppl.feedback(event, episodes);
      const { pairs } = ppl.save().arrays as { pairs: Float32Array };
      ppl.dispose();
      return pairs;
    };
    const both = pairsOf({ ...override, counterfactual });
    expect(pairsOf(override, second)).toEqual(both);
    expect(pairsOf(override)).not.toEqual(both);
    const undone: Feedback = { ...base, id: 'u', kind: 'retraction', feedbackId: 'o' };
    expect(pairsOf(override, second, undone)).toHaveLength(0);
  });

  it('[LEARN-63] without predictions PPL prefers at the states of the counterfactual', () => {
    const spec = syntheticSpec(3, 1);
    const random = createRandom(5);
    const human = (_: Float32Array, a: Float32Array) => {
      a[0] = 2;
      return 0;
    };
    const real = syntheticEpisode(spec, 20, random, { id: 'real', human: [10, 20], behave: human });
    real.policyActions.fill(-1);
    const path = syntheticEpisode(spec, 6, random, { id: 'path' });
    for (let i = 0; i < path.observations.length; i++) path.observations[i] = 4; // far from `real`
    const episodes = { get: (id: string) => (id === 'real' ? real : path) };
    const event: Feedback = {
      ...base,
      id: 'o',
      kind: 'override',
      episodeId: 'real',
      from: 10,
      to: 20,
      counterfactual: { episodeId: 'path', from: 0, to: 6 },
    };
    const act = (ppl: Learner) => {
      const out = new Float32Array(1);
      createPolicy(ppl.snapshot(1), random).act(Float32Array.of(4, 4, 4), out, 'mean');
      return out[0]!;
    };
    const config = { ...small, learningStarts: 5, learningRate: 1e-3, bcWeight: 0, beta: 1 };
    const ppl = createPpl(spec, config, backend, random);
    ppl.observe(real, 0, 20);
    ppl.feedback(event, episodes);
    expect(ppl.update()!['data/pairs']).toBe(4 + 9); // the first step's on its path, one of each other
    for (let i = 0; i < 300; i++) ppl.update();
    expect(act(ppl)).toBeGreaterThan(1.5);
    ppl.feedback({ ...base, id: 'u', kind: 'retraction', feedbackId: 'o' }, episodes);
    expect(ppl.update()).toBeUndefined(); // nobody’s steps are left
    ppl.dispose();
  });
});
