import { describe, expect, it } from 'vitest';
import {
  compareBranch,
  counterfactualSeconds,
  prevented,
  rollCounterfactual,
  rollPredictions,
  takenFrom,
} from '../../../agent/acting/counterfactual.ts';
import type { Episode, EpisodeEnd, Policy } from '../../../agent/contract.ts';
import { createEpisodeRecorder } from '../../../agent/episode/recorder.ts';
import { createRandom } from '../../../sim/random.ts';
import { createPointExpert, createPointWorld } from '../point-world.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';

/** Always pushes away from the origin along x. */
const runaway: Policy = {
  version: 7,
  act: (observation, out) => void out.set([observation[0]! >= 0 ? 1 : -1, 0]),
  setSnapshot: () => {},
};

const options = {
  id: 'branch',
  runId: 'r',
  configHash: 'h',
  branchOf: { episodeId: 'e', step: 3 },
  seed: 5,
  startedAt: 1,
};

describe('counterfactual', () => {
  it('[CF-1] starts at the takeover, says what the policy wanted, and leaves the live environment alone', () => {
    const live = createPointWorld();
    live.reset(5);
    for (let t = 0; t < 3; t++) live.step(Float32Array.of(0, 0));
    const state = live.saveState();
    const branch = rollCounterfactual(createPointWorld(), state, runaway, 0.5, options);
    expect([...live.saveState()]).toEqual([...state]);
    expect(branch.length).toBe(5);
    expect(branch.branchOf).toEqual({ episodeId: 'e', step: 3 });
    expect(branch.end).toBe('aborted');
    expect(new Set(branch.policyVersions)).toEqual(new Set([7]));
    expect([...branch.observations.subarray(0, 2)]).toEqual([...live.loadState(state).observation]);
    expect(Math.abs(branch.positions[15]!)).toBeGreaterThan(Math.abs(branch.positions[0]!) + 0.8);
  });

  it('[CF-11] covers as many seconds as the takeover, at least 1 and at most 3', () => {
    expect([5, 20, 70].map((steps) => counterfactualSeconds(steps, 0.1))).toEqual([1, 2, 3]);
  });

  it('[CF-2] the same state and policy give the same branch', () => {
    const live = createPointWorld();
    live.reset(5);
    const state = live.saveState();
    const one = rollCounterfactual(createPointWorld(), state, runaway, 2, options);
    const two = rollCounterfactual(createPointWorld(), state, runaway, 2, options);
    expect(one).toEqual(two);
    expect(() => rollCounterfactual(live, state, runaway, 0, options)).toThrow('needs more than 0');
  });

  it('[CF-4] predicts from every step of a takeover what its action, held, would have led to', () => {
    const env = createPointWorld();
    const recorder = createEpisodeRecorder({
      runId: 'r',
      environmentId: env.id,
      configHash: 'h',
      observationSize: 2,
      actionSize: 2,
      bodies: 1,
    });
    let ts = env.reset(5);
    recorder.begin('e', 5, 0, env, ts);
    const random = createRandom(3);
    const draw = () => Float32Array.of(random.uniform(-1, 1), random.uniform(-1, 1));
    let state = env.saveState();
    for (let t = 0; t < 9; t++) {
      if (t === 3) state = env.saveState();
      const [executed, wanted] = [draw(), draw()];
      ts = env.step(executed);
      recorder.step(env, ts, executed, wanted, t < 3 ? 'policy' : 'human', 7);
    }
    const episode = recorder.episode();
    const copy = createPointWorld();
    const taken = takenFrom(episode, 3, 9);
    const predictions = rollPredictions(copy, state, taken, 4, { ...options, id: 'paths' });
    const { episode: paths, segments } = predictions;
    expect(paths).toMatchObject({ id: 'paths', length: 24, end: 'aborted' });
    expect(segments.length).toBe(6);
    const row = (values: Float32Array, t: number) => [...values.subarray(2 * t, 2 * t + 2)];
    for (const [i, { episodeId, from, to }] of segments.entries()) {
      expect([episodeId, from, to]).toEqual(['paths', 4 * i, 4 * i + 4]);
      const wanted = row(episode.policyActions, 3 + i);
      expect(row(paths.observations, from)).toEqual(row(episode.observations, 3 + i));
      for (let t = from; t < to; t++) expect(row(paths.actions, t)).toEqual(wanted);
      for (let t = from + 1; t < to; t++) {
        const before = row(paths.observations, t - 1);
        const speed = 2 * env.controlDt; // m per full command, noise aside
        for (const [j, x] of row(paths.observations, t).entries())
          expect(Math.abs(x - before[j]! - speed * wanted[j]!)).toBeLessThan(0.06);
      }
    }
  });

  it('[CF-3] tells prevented damage from a needless takeover', () => {
    const env = createPointWorld();
    const expert = createPointExpert(env);
    const recorder = createEpisodeRecorder({
      runId: 'r',
      environmentId: env.id,
      configHash: 'h',
      observationSize: 2,
      actionSize: 2,
      bodies: 1,
      stateEvery: 1,
    });
    recorder.begin('e', 5, 0, env, env.reset(5));
    const action = new Float32Array(2);
    for (let t = 0; t < 20; t++) {
      expert.act(action);
      recorder.step(env, env.step(action), action, action, 'human', 0);
    }
    const happened = recorder.episode();
    const state = happened.states[3]!.state;
    const bad = rollCounterfactual(createPointWorld(), state, runaway, 2, options);
    expect(bad.end).toBe('terminated');
    expect(prevented(bad, happened, 3)).toEqual({ cost: 1, failure: true, unneeded: false });
    const short = rollCounterfactual(createPointWorld(), state, runaway, 0.2, options);
    expect(prevented(short, happened, 3).unneeded).toBe(true);
  });

  it('[CF-5] compares the same steps: a person’s are cut to the branch, the branch to what is known', () => {
    const branch = told([0, 2, 0, 3], { end: 'aborted' });
    const long = told([9, 0, 1, 0, 0, 7, 7], { end: 'aborted' });
    expect(compareBranch(branch, long, 1)).toMatchObject({
      steps: 4,
      agent: { cost: 5, failed: false },
      human: { cost: 1, failed: false },
      prevented: { cost: 4, failure: false, unneeded: false },
    });
    // Two of the four steps have happened yet: the other two say nothing of the difference.
    const short = told([9, 0, 1], { end: 'open' });
    expect(compareBranch(branch, short, 1)).toMatchObject({ steps: 2, prevented: { cost: 1 } });
    // Over is over: nothing more happens, the branch's later costs are prevented.
    const over = told([9, 0, 1], { end: 'terminated', success: true });
    expect(compareBranch(branch, over, 1)).toMatchObject({ steps: 4, prevented: { cost: 4 } });
  });

  it('[CF-6] a person may cost more than the agent would have; who fails all the same was needed', () => {
    const harmless = told([0, 0], { end: 'aborted' });
    const costly = told([0, 3, 0], { end: 'open' });
    expect(prevented(harmless, costly, 0)).toEqual({ cost: -3, failure: false, unneeded: true });
    const crash = told([0, 1], { end: 'terminated' });
    expect(prevented(crash, told([0, 1], { end: 'terminated' }), 0)).toEqual({
      cost: 0,
      failure: false,
      unneeded: false,
    });
    // An end with success is no failure; a failure after the compared steps is none of them.
    const arrival = told([0, 0], { end: 'terminated', success: true });
    expect(prevented(arrival, harmless, 0).unneeded).toBe(true);
    const later = told([0, 0, 1], { end: 'terminated' });
    expect(prevented(crash, later, 0)).toMatchObject({ cost: 1, failure: true });
  });
});

/** An episode with these costs per step. */
function told(
  costs: readonly number[],
  { end, success = false }: { end: EpisodeEnd; success?: boolean },
): Episode {
  const spec = syntheticSpec(2, 1);
  const episode = syntheticEpisode(spec, costs.length, createRandom(1), { end });
  const successes = new Uint8Array(costs.length);
  if (success) successes[costs.length - 1] = 1;
  return { ...episode, costs: Float32Array.from(costs), successes };
}
