/** Episodes that feedback names, from the trainer's side. */
import { expect, it } from 'vitest';
import type { Feedback, FeedbackBody, Segment } from '../../../agent/contract.ts';
import type { Trainer } from '../../../agent/trainer/contract.ts';
import { createTrainer } from '../../../agent/trainer/trainer.ts';
import { createRandom } from '../../../sim/random.ts';
import { pointSpec, recordPointEpisodes } from '../point-world.ts';
import { syntheticEpisode } from '../synthetic.ts';

const make = (preset: string): Promise<Trainer> =>
  createTrainer({ preset, spec: pointSpec(), seed: 3, runId: 'r', backend: 'wasm' });

function say(trainer: Trainer, id: string, body: FeedbackBody): void {
  const base = { runId: 'r', teacherId: 't', shownAt: 0, answeredAt: 0, receivedAt: 0 };
  trainer.feedback({ ...base, ...body, id, responseMs: 2000 } as Feedback);
}

it('[TRN-11] counterfactual and predictions of a takeover are kept however much is seen later', async () => {
  const trainer = await make('reins');
  const random = createRandom(1);
  const recorded = (id: string, length: number) =>
    syntheticEpisode(pointSpec(), length, random, { id });
  for (const id of ['e', 'branch', 'paths', 'unnamed']) {
    const episode = recorded(id, 30);
    trainer.observe(episode, id === 'e' ? 0 : 30, 30);
  }
  const segment = (episodeId: string): Segment => ({ episodeId, from: 0, to: 20 });
  say(trainer, 'takeover', {
    kind: 'override',
    ...segment('e'),
    counterfactual: segment('branch'),
    predictions: [segment('paths')],
  });
  const flood = recorded('flood', 30_000);
  for (let i = 0; i < 4; i++) trainer.observe({ ...flood, id: `flood-${i}` }, 0, flood.length);
  const labels = () => trainer.report()['reward/labels']!;
  const isKept = (id: string): boolean => {
    const before = labels();
    say(trainer, `rating-${id}`, { kind: 'rating', segment: segment(id), score: 1, scale: 5 });
    return labels() > before;
  };
  expect(['e', 'branch', 'paths', 'unnamed'].filter(isKept)).toEqual(['e', 'branch', 'paths']);
  trainer.dispose();
});

it.each(['reins', 'tamer', 'coach'])(
  '[RWD-33] %s says of a reward in the first moment of an episode when it is in the policy',
  async (preset) => {
    const trainer = await make(preset);
    const applied = new Set<string>();
    for (let i = 0; i < 40 && applied.size === 0; i++) {
      for (const episode of recordPointEpisodes(4, i, `e${i}-`)) {
        trainer.observe(episode, 0, episode.length);
        say(trainer, `f${episode.id}`, {
          kind: 'reward',
          episodeId: episode.id,
          step: i % 2,
          value: 1,
        });
      }
      for (let slice = 0; slice < 100 && trainer.update(); slice++);
      for (const id of trainer.publish().appliedFeedback) applied.add(id);
    }
    expect(applied.size).toBeGreaterThan(0);
    trainer.dispose();
  },
);
