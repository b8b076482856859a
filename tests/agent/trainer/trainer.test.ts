import { describe, expect, it } from 'vitest';
import { loadBackend } from '../../../agent/backend/backend.ts';
import type {
  Episode,
  Feedback,
  FeedbackBody,
  FeedbackKind,
  RewardModel,
  Segment,
} from '../../../agent/contract.ts';
import { getPreset, listPresets } from '../../../agent/presets/presets.ts';
import type { Trainer } from '../../../agent/trainer/contract.ts';
import { createTrainer } from '../../../agent/trainer/trainer.ts';
import { observationsIn, pointSpec, recordPointEpisodes } from '../point-world.ts';

const small = { learner: { hidden: [16, 16], batchSize: 32 } };

/** Any preset with networks that cost next to nothing; everything else as it is. */
function lightened(preset: string): Record<string, unknown> {
  const hidden = [16, 16];
  return { learner: { hidden }, ...(getPreset(preset).reward ? { reward: { hidden } } : {}) };
}

async function make(
  preset: string,
  overrides: Record<string, unknown> = small,
  backend: 'wasm' | 'onnx' = 'wasm',
): Promise<Trainer> {
  return createTrainer({
    preset,
    spec: pointSpec(),
    seed: 3,
    runId: 'r',
    overrides,
    backend,
  });
}

function say(trainer: Trainer, id: string, body: FeedbackBody): void {
  const base = { runId: 'r', teacherId: 't', shownAt: 0, answeredAt: 0, receivedAt: 0 };
  trainer.feedback({ ...base, ...body, id, responseMs: 2000 } as Feedback);
}

/** Some episodes, a takeover, a live reward and answers to the trainer's own questions. */
function feed(trainer: Trainer, prefix: string): void {
  for (const [i, recorded] of recordPointEpisodes(6, 9, prefix).entries()) {
    const sources = recorded.sources.slice();
    if (i % 2 === 0) sources.fill(1, 10, 20);
    const policyActions = recorded.policyActions.map((a) => -a);
    const episode = { ...recorded, sources, policyActions };
    trainer.observe(episode, 0, episode.length);
    const { id } = episode;
    if (i % 2 === 0) say(trainer, `o${id}`, { kind: 'override', episodeId: id, from: 10, to: 20 });
    say(trainer, `r${id}`, { kind: 'reward', episodeId: id, step: 15, value: i % 2 ? 1 : -1 });
  }
  for (const [i, query] of trainer.nextQueries(12, 1000).entries()) {
    const [a, b] = query.segments as [Query0, Query0];
    say(trainer, `p${prefix}${i}`, { kind: 'preference', a, b, choice: i % 3 === 0 ? 'a' : 'b' });
  }
}
type Query0 = { episodeId: string; from: number; to: number };

function work(trainer: Trainer, slices: number): void {
  for (let i = 0; i < slices; i++) if (!trainer.update()) return;
}

/** Steps 10 to 20 are a person's, who did the opposite of what the policy wanted. */
function takenOver(recorded: Episode): Episode {
  const sources = recorded.sources.slice().fill(1, 10, 20);
  return { ...recorded, sources, policyActions: recorded.policyActions.map((a) => -a) };
}

/** One piece of feedback of a kind about an episode that was just observed. */
function lesson(kind: FeedbackKind, episodeId: string, trainer: Trainer): FeedbackBody {
  const [a, b] = [0, 20].map((from) => ({ episodeId, from, to: from + 10 })) as [Segment, Segment];
  switch (kind) {
    case 'reward':
      return { kind, episodeId, step: 15, value: 1 };
    case 'preference':
      return { kind, a, b, choice: 'b' };
    case 'ranking':
      return { kind, segments: [a, b], order: [1, 0] };
    case 'rating':
      return { kind, segment: b, score: 4, scale: 5 };
    case 'override':
      return { kind, episodeId, from: 10, to: 20 };
    case 'counterfactual': {
      const takeover = { overrideId: 'none', episodeId, from: 10, to: 20 };
      return { kind, ...takeover, counterfactual: { episodeId, from: 20, to: 30 } };
    }
    case 'correction':
      return { kind, segment: a, corrected: b };
    case 'demonstration':
      return { kind, segment: b };
    case 'approval':
      return { kind, queryId: trainer.nextQueries(1, 0)[0]?.id ?? 'none', decision: 'deny' };
    case 'estop':
      return { kind, episodeId, step: 15 };
    case 'critique':
      return { kind, episodeId, from: 10, to: 20, value: -1 };
    case 'retraction':
      return { kind, feedbackId: 'none' };
  }
}

describe('trainer', () => {
  it('[TRN-1] the same seed and log give the same weights', async () => {
    const results = [];
    for (let i = 0; i < 2; i++) {
      const trainer = await make('reins');
      feed(trainer, 'e');
      work(trainer, 100);
      results.push(trainer.snapshot());
      trainer.dispose();
    }
    expect(results[0]).toEqual(results[1]);
  });

  it.each(listPresets().map((p) => p.id))(
    '[TRN-1] preset %s: the same seed and log give the same weights, to the last number',
    async (id) => {
      const results = [];
      for (let i = 0; i < 2; i++) {
        const trainer = await make(id, {});
        for (let part = 0; part < 2; part++) feed(trainer, `d${part}`);
        work(trainer, 4);
        results.push(trainer.save());
        trainer.dispose();
      }
      expect(results[0]!.arrays).toEqual(results[1]!.arrays);
      expect(results[0]!.meta).toEqual(results[1]!.meta);
    },
  );

  // One that asks for tensors that it did not announce (usesTensors) throws.
  it.each(listPresets().map((p) => p.id))(
    '[MEM-14] preset %s trains, publishes and is saved on graphs',
    async (id) => {
      const trainer = await make(id, lightened(id), 'onnx');
      for (let part = 0; part < 4; part++) {
        feed(trainer, `g${part}`);
        work(trainer, 12);
      }
      const { snapshot } = trainer.publish();
      for (const { weights } of snapshot.layers) expect(weights.every(Number.isFinite)).toBe(true);
      const { learnerUpdates, rewardUpdates } = trainer.counts();
      expect(learnerUpdates + rewardUpdates).toBeGreaterThan(0);
      trainer.save();
      trainer.dispose();
    },
  );

  it('[TRN-2] what is saved is restored, to the last number', async () => {
    const first = await make('reins');
    feed(first, 'e');
    work(first, 60);
    const saved = first.save();
    const second = await make('reins');
    second.load(saved);
    expect(second.snapshot()).toEqual(first.snapshot());
    expect(second.counts()).toEqual(first.counts());
    expect(second.save().arrays).toEqual(saved.arrays);
    first.dispose();
    second.dispose();
  });

  it.each(listPresets().map((p) => p.id))(
    '[TRN-2] preset %s goes on from a checkpoint as if nothing had happened',
    async (id) => {
      const first = await make(id, lightened(id));
      const seen = new Map<string, Episode>();
      const observe: Trainer['observe'] = (episode, from, to) => {
        seen.set(episode.id, episode);
        first.observe(episode, from, to);
      };
      for (let part = 0; part < 4; part++) feed({ ...first, observe }, `e${part}`);
      work(first, 30);
      const saved = first.save();
      const meta = JSON.parse(JSON.stringify(saved.meta)) as typeof saved.meta; // as a file holds it
      const second = await make(id, lightened(id));
      second.load({ meta, arrays: saved.arrays }, seen);
      expect(second.save()).toEqual(saved);
      for (const trainer of [first, second]) {
        feed(trainer, 'later');
        work(trainer, 10);
      }
      expect(second.save()).toEqual(first.save());
      expect(second.report()).toEqual(first.report());
      first.dispose();
      second.dispose();
    },
  );

  it('[TRN-8] an unsupervised start asks nothing before its steps are over, and lasts until there is a reward model', async () => {
    const trainer = await make('pebble', {
      ...small,
      scheduler: { unsupervisedSteps: 300, rewardEveryLabels: 5 },
    });
    const exploring = () => (trainer.save().meta.counters as { exploring: boolean }).exploring;
    for (const [i, episode] of recordPointEpisodes(10, 9, 'n').entries()) {
      expect(trainer.nextQueries(1, 0).length).toBe(50 * i >= 300 ? 1 : 0);
      trainer.observe(episode, 0, episode.length);
      work(trainer, 60);
    }
    expect(exploring()).toBe(true); // nobody has said anything yet
    expect(trainer.rewardModel()).toBeUndefined();
    feed(trainer, 'x');
    let [before, last] = [trainer.save(), {}];
    for (let i = 0; i < 4000 && exploring(); i++) {
      before = trainer.save();
      last = trainer.update() ?? {};
    }
    expect(exploring()).toBe(false);
    // Critics are new, and learn nothing before everything is relabelled.
    expect(Object.keys(last)).toEqual(['relabel/version']);
    const { arrays } = trainer.save();
    expect(arrays['learner/critic0']).not.toEqual(before.arrays['learner/critic0']);
    expect(arrays['learner/actor']).toEqual(before.arrays['learner/actor']);
    const rewards = arrays['learner/replay/rewards']!;
    const predicted = new Float32Array(rewards.length);
    const observations = observationsIn(arrays, rewards.length);
    const actions = arrays['learner/replay/actions']!;
    trainer.rewardModel()!.predict(observations, actions, rewards.length, predicted);
    expect(rewards).toEqual(predicted);
    // PEBBLE's updates after the reset, besides those that were owed.
    const owed = (checkpoint: typeof before) => (checkpoint.meta.counters as { owed: number }).owed;
    expect(owed(trainer.save())).toBe(Math.min(500, owed(before) + 100));
    trainer.dispose();
  });

  it('[TRN-10] nobody is asked about clips that never happened, or that were only called to mind', async () => {
    const trainer = await make('reins');
    const [lived, more, branch] = recordPointEpisodes(3, 9, 'q');
    for (const episode of [lived!, more!]) trainer.observe(episode, 0, episode.length);
    trainer.observe(branch!, branch!.length, branch!.length);
    const asked = new Set<string>();
    for (let i = 0; i < 20; i++)
      for (const q of trainer.nextQueries(5, i)) for (const s of q.segments) asked.add(s.episodeId);
    expect([...asked].sort()).toEqual([lived!.id, more!.id].sort());
    trainer.observe(branch!, branch!.length, branch!.length); // called to mind again
    const { now } = trainer.save().meta.hacking as { now: { id: string }[] };
    expect(now.map((watched) => watched.id)).toEqual([lived!.id, more!.id]);
    trainer.dispose();
  });

  it('[TRN-3] publish names every fitted answer once, after it has reached the policy', async () => {
    const trainer = await make('reins');
    feed(trainer, 'e');
    expect(trainer.publish().appliedFeedback).toEqual([]);
    const applied: string[] = [];
    for (let i = 0; i < 40; i++) {
      feed(trainer, `x${i}`);
      work(trainer, 60);
      applied.push(...trainer.publish().appliedFeedback);
      if (applied.includes('oe0') && applied.includes('re1') && applied.includes('pe0')) break;
    }
    expect(applied).toEqual(expect.arrayContaining(['oe0', 're1', 'pe0']));
    expect(new Set(applied).size).toBe(applied.length);
    trainer.dispose();
  });

  it('[LINE-1] what a person says who is left out is in the policy once they are let in', async () => {
    const trainer = await make('reins');
    feed(trainer, 'e');
    trainer.exclude(['t']);
    say(trainer, 'r-out', { kind: 'reward', episodeId: 'e0', step: 20, value: 1 });
    const [applied, unused]: [string[], string[]] = [[], []];
    const round = (i: number) => {
      for (const episode of recordPointEpisodes(4, i, `x${i}-`))
        trainer.observe(episode, 0, episode.length);
      work(trainer, 100);
      const published = trainer.publish();
      applied.push(...published.appliedFeedback);
      unused.push(...published.unusedFeedback);
    };
    for (let i = 0; i < 5; i++) round(i);
    expect([applied, unused].flat()).not.toContain('r-out');
    trainer.exclude([]);
    for (let i = 5; i < 60 && !applied.includes('r-out'); i++) round(i);
    expect(applied.filter((id) => id === 'r-out')).toHaveLength(1);
    trainer.dispose();
  });

  it('[TRN-4] updates leave no tensors behind', async () => {
    const { tf } = await loadBackend({ prefer: 'wasm' });
    const trainer = await make('reins');
    feed(trainer, 'e');
    work(trainer, 40);
    const before = tf.memory().numTensors;
    feed(trainer, 'f');
    work(trainer, 80);
    expect(Math.abs(tf.memory().numTensors - before)).toBeLessThanOrEqual(60);
    const settled = tf.memory().numTensors;
    feed(trainer, 'g');
    work(trainer, 80);
    expect(tf.memory().numTensors).toBeLessThanOrEqual(settled + 60);
    trainer.dispose();
  });

  const lessons = listPresets().flatMap(({ id, needs }) => needs.map((kind) => ({ id, kind })));
  it.each(lessons)(
    '[TRN-5] $id learns from nothing but $kind, and says when it is in the policy',
    async ({ id, kind }) => {
      const trainer = await make(id, lightened(id));
      const before = trainer.snapshot();
      const [said, applied]: [string[], string[]] = [[], []];
      for (let i = 0; i < 40 && applied.length === 0; i++) {
        for (const episode of recordPointEpisodes(4, i, `e${i}-`)) {
          const lived = kind === 'override' ? takenOver(episode) : episode;
          trainer.observe(lived, 0, lived.length);
          said.push(`f${lived.id}`);
          say(trainer, `f${lived.id}`, lesson(kind, lived.id, trainer));
        }
        work(trainer, 100);
        applied.push(...trainer.publish().appliedFeedback);
      }
      expect(said).toEqual(expect.arrayContaining(applied.slice(0, 1)));
      expect(applied.length).toBeGreaterThan(0);
      expect(new Set(applied).size).toBe(applied.length);
      const after = trainer.snapshot();
      expect(after.layers[0]!.weights).not.toEqual(before.layers[0]!.weights);
      for (const layer of after.layers) expect(layer.weights.every(Number.isFinite)).toBe(true);
      trainer.dispose();
    },
  );

  it.each(['pvp', 'hg-dagger', 'ppl', 'tamer', 'coach'])(
    '[TRN-3] %s never says that a comparison, which it does not learn from, is in the policy',
    async (id) => {
      const trainer = await make(id, lightened(id));
      const kind = getPreset(id).needs[0]!;
      const [applied, unused]: [string[], string[]] = [[], []];
      for (const episode of recordPointEpisodes(12, 1)) {
        const lived = takenOver(episode);
        trainer.observe(lived, 0, lived.length);
        say(trainer, `p${lived.id}`, lesson('preference', lived.id, trainer));
        say(trainer, `f${lived.id}`, lesson(kind, lived.id, trainer));
        work(trainer, 50);
        const published = trainer.publish();
        applied.push(...published.appliedFeedback);
        unused.push(...published.unusedFeedback);
      }
      expect(applied.length).toBeGreaterThan(0);
      for (const said of applied) expect(said).toMatch(/^f/);
      expect(unused.filter((said) => said.startsWith('p'))).toHaveLength(12);
      trainer.dispose();
    },
  );

  it('[TRN-3] christiano: an answer is in the policy after a round that began with a model of it, and work always ends', async () => {
    const overrides = {
      learner: { rolloutSteps: 200, minibatch: 50, epochs: 4, hidden: [16, 16] },
      reward: { hidden: [16, 16] },
      scheduler: { rewardEveryLabels: 1 },
    };
    const trainer = await make('christiano', overrides);
    const said: string[] = [];
    const applied: string[] = [];
    for (let i = 0; i < 30; i++) {
      for (const episode of recordPointEpisodes(4, i, `e${i}-`))
        trainer.observe(episode, 0, episode.length);
      for (let part = 0; part < 4; part++) {
        // A new model becomes ready somewhere in a round.
        work(trainer, 3 + (i % 5));
        said.push(`p${i}-${part}`);
        say(trainer, said.at(-1)!, lesson('preference', `e${i}-${part}`, trainer));
      }
      let slices = 0;
      while (trainer.update()) expect(++slices).toBeLessThan(1000);
      const { version } = trainer.rewardModel() as RewardModel;
      const judgedBy = trainer.save().meta.learner as { judgedBy: number };
      expect(judgedBy.judgedBy).toBeLessThanOrEqual(version);
      applied.push(...trainer.publish().appliedFeedback);
    }
    expect(applied).toEqual(said.slice(0, applied.length));
    expect(applied.length).toBeGreaterThan(said.length / 2);
    trainer.dispose();
  });

  it('[TRN-6] refuses unknown presets and overrides by name', async () => {
    await expect(make('nope')).rejects.toThrow('preset: unknown id "nope", allowed reins');
    await expect(make('reins', { learner: { hiden: 1 } })).rejects.toThrow(
      'learner.hiden: unknown',
    );
    await expect(make('hg-dagger', { reward: {} })).rejects.toThrow('has no reward model');
    await expect(make('reins', { scheduler: { updatesPerStep: 'x' } })).rejects.toThrow(
      'scheduler.updatesPerStep: is "x", allowed 0 to 1000',
    );
  });
});
