import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Backend, loadBackend } from '../../../agent/backend.ts';
import type { Feedback, Query } from '../../../agent/contract.ts';
import { createEpisodeStore } from '../../../agent/episodes.ts';
import { createRewardEnsemble, type RewardEnsemble } from '../../../agent/reward/ensemble.ts';
import { createPreferenceTeacher } from '../../../agent/teachers/preference.ts';
import { createRandom } from '../../../sim/random.ts';
import { pointSpec, recordPointEpisodes } from '../point-world.ts';

const base = { runId: 'r', shownAt: 0, answeredAt: 0, receivedAt: 0, responseMs: 0 };
const store = createEpisodeStore({ maxSteps: 10_000 });
let backend: Backend;
const spec = pointSpec();

beforeAll(async () => {
  backend = await loadBackend({ deterministic: true });
  for (const episode of recordPointEpisodes(30, 5)) store.add(episode);
});

function query(id: number, random = createRandom(id, 99)): Query {
  const ids = store.ids();
  const segment = () => {
    const episodeId = ids[random.integer(ids.length)]!;
    const from = random.integer(store.get(episodeId)!.length - 10);
    return { episodeId, from, to: from + 10 };
  };
  return {
    id: `q${id}`,
    runId: 'r',
    kind: 'compare',
    segments: [segment(), segment()],
    strategy: 'uniform',
    score: 0,
    policyVersion: 0,
    createdAt: 0,
    expiresAt: 1,
  };
}

function teach(model: RewardEnsemble, labels: number, mistake = 0): void {
  for (const id of store.ids()) model.observe(store.get(id)!, 0, store.get(id)!.length);
  const teacher = createPreferenceTeacher({ mistake }, createRandom(4));
  for (let i = 0; i < labels; i++) {
    const body = teacher.answer(query(i), store);
    model.feedback({ ...base, ...body, id: `f${i}`, teacherId: 't' } as Feedback, store);
  }
}

function runSessions(model: RewardEnsemble, sessions: number): void {
  const target = model.version + sessions;
  for (let i = 0; i < 2000 && model.version < target; i++) if (!model.update()) return;
}

const models: RewardEnsemble[] = [];
const make = (config = {}, seed = 1) => {
  const model = createRewardEnsemble(spec, config, backend, createRandom(seed));
  models.push(model);
  return model;
};
afterAll(() => {
  for (const model of models) model.dispose();
});

describe('reward ensemble', () => {
  it('[RWD-10] 100 perfect comparisons: held-out accuracy above 0.9 and a reward that follows the true one', () => {
    const model = make();
    teach(model, 100);
    runSessions(model, 1);
    const report = model.report();
    expect(report['reward/heldOut']).toBeGreaterThan(90);
    expect(report['reward/accuracy']).toBeGreaterThan(0.9);
    expect(report['reward/pearson']).toBeGreaterThan(0.8);
    console.log(report);
  });
});
