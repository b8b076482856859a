import { describe, expect, it } from 'vitest';
import { createGate, type Gate } from '../../../agent/acting/gate.ts';
import { createPolicy } from '../../../agent/acting/policy.ts';
import { loadBackend } from '../../../agent/backend/backend.ts';
import { createEpisodeRecorder } from '../../../agent/episode/recorder.ts';
import { createDagger } from '../../../agent/learners/dagger.ts';
import type { OverrideTeacher } from '../../../agent/teachers/contract.ts';
import { createGatedTeacher } from '../../../agent/teachers/gated.ts';
import { createRandom } from '../../../sim/random.ts';
import { createPointExpert, createPointWorld } from '../point-world.ts';
import { finalDistance, pointSpec } from './play.ts';

describe('an agent that asks', async () => {
  const backend = await loadBackend({ prefer: 'wasm' });

  it('[LEARN-55] learns from the takeovers it asked for, and asks less as it learns', () => {
    const random = createRandom(3);
    const dagger = createDagger(
      pointSpec(),
      {
        hidden: [32, 32],
        members: 5,
        batchSize: 64,
        learningStarts: 20,
        learningRate: 2e-3,
        targetRate: 0.1,
      },
      backend,
      random,
    );
    const before = finalDistance(dagger);
    const env = createPointWorld();
    const expert = createPointExpert(env);
    let gate: Gate | undefined;
    let observation = new Float32Array(2);
    const wanted = new Float32Array(2);
    const acted = new Float32Array(2);
    let distance = 2;
    // The first episodes are human-gated.
    const until: OverrideTeacher = {
      kind: 'override',
      reset() {},
      intervene(_, out) {
        if (distance < 0.5) return false;
        expert.act(out);
        return true;
      },
    };
    const teacher = createGatedTeacher({
      expert,
      observation: () => observation,
      gate: () => gate,
      until,
    });
    const shares: number[] = [];
    for (let seed = 0; seed < 24; seed++) {
      const recorder = createEpisodeRecorder({
        runId: 'run',
        environmentId: env.id,
        configHash: 'none',
        observationSize: 2,
        actionSize: 2,
        bodies: 1,
      });
      const policy = createPolicy(dagger.snapshot(seed), random);
      let ts = env.reset(seed);
      teacher.reset(seed);
      recorder.begin(`e${seed}`, seed, 0, env, ts);
      let human = 0;
      while (ts.kind !== 'last') {
        observation = ts.observation as Float32Array<ArrayBuffer>;
        distance = Math.hypot(...observation);
        policy.act(observation, wanted, 'mean');
        const takes = teacher.intervene(wanted, acted);
        if (!takes) acted.set(wanted);
        human += takes ? 1 : 0;
        ts = env.step(acted);
        recorder.step(env, ts, acted, wanted, takes ? 'human' : 'policy', seed);
      }
      recorder.end(ts.discount === 0 ? 'terminated' : 'truncated');
      const episode = recorder.episode();
      shares.push(human / episode.length);
      dagger.observe(episode, 0, episode.length);
      for (let i = 0; i < 60; i++) dagger.update();
      const snapshot = seed >= 3 ? dagger.gate() : undefined;
      gate = snapshot && createGate(snapshot);
    }
    expect(gate).toBeDefined();
    const mean = (from: number, to: number) =>
      shares.slice(from, to).reduce((a, b) => a + b, 0) / (to - from);
    expect(mean(18, 24)).toBeLessThan(0.5 * mean(3, 6));
    expect(before).toBeGreaterThan(0.8);
    expect(finalDistance(dagger)).toBeLessThan(0.3);
    dagger.dispose();
  });
});
