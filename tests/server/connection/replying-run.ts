/** A run of which there is something to tell on every route: what is stored, and what its parts would say. */
import type { Feedback } from '../../../agent/contract.ts';
import type { LearnedPerson } from '../../../agent/reward/people.ts';
import type { LearnedModel } from '../../../agent/trainer/contract.ts';
import type { PersonStanding, RunHandle, WatchHandle } from '../../../server/contract.ts';
import type { Training, TrainingWanted } from '../../../server/protocol/index.ts';
import { casesOf } from '../../../server/run/review-cases.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import type { Review } from '../../../server/storage/reviews-contract.ts';
import type { Trainings } from '../../../server/trainings/contract.ts';
import { query } from '../../contracts/campaigns.ts';
import { keptModel } from '../../contracts/models.ts';
import { assignment, RUN, rewardFeedback } from '../../contracts/storage.ts';

const e1 = (from: number, to: number) => ({ episodeId: 'e1', from, to });

/** `critic`: who has marked a stretch. */
export async function fillRun(storage: Storage, critic: string): Promise<void> {
  const {
    episodeId: _,
    step: __,
    value: ___,
    ...base
  } = rewardFeedback('x') as Extract<Feedback, { kind: 'reward' }>;
  const give = (more: object, token?: number) => {
    const feedback = { ...base, ...more } as Feedback;
    const { id, teacherId, queryId } = feedback;
    const row = { ...assignment(token ?? 0, queryId ?? '', teacherId), endedAt: 9 };
    const answered = { ...row, state: 'answered', feedbackId: id, verdict: id } as const;
    return storage.appendFeedback(feedback, token === undefined ? [] : [answered]);
  };
  const said = { kind: 'preference', a: e1(0, 5), b: e1(5, 10), queryId: 'q1', lease: 1 };
  await give({ ...said, id: 'p1', choice: 'a' }, 1);
  await give({ ...said, id: 'p2', teacherId: 'bob', choice: 'b' }, 2);
  const mark = { kind: 'critique', ...e1(1, 5), value: 1, tag: 'late' };
  await give({ ...mark, id: 'm1', teacherId: critic });
  await give({ id: 't1', kind: 'override', ...e1(1, 4) });
  const without = { overrideId: 't1', ...e1(1, 4), counterfactual: e1(0, 3) };
  await give({ id: 't2', kind: 'counterfactual', ...without, predictions: [e1(1, 2)] });
  await give({ id: 'u1', kind: 'retraction', feedbackId: 't1', reason: 'by mistake' });
  await storage.appendMetrics(RUN.id, {
    ...{ time: 1, environmentSteps: 1, learnerUpdates: 1, values: { 'memory.process': 1 } },
  });
  await storage.putReview(REVIEW, []);
  const automatic = { queryId: 'q2', runId: RUN.id, lookId: 'l1', choice: 'a' } as const;
  await storage.putAutomatic(
    { ...automatic, confidence: 0.97, isAudit: false, at: 1 },
    { ...query('q2'), kind: 'compare', segments: [e1(0, 5), e1(5, 10)] },
  );
}

const REVIEW: Review = {
  ...{ id: 'r1', runId: RUN.id, feedbackId: 'p1', reviewer: 'grace', verdict: 'remove' },
  ...{ reason: 'too early', at: 1 },
};
const STANDING: PersonStanding = {
  ...{ state: 'active', reason: null, actor: null, since: null, ratio: 0, fast: 0 },
  ...{ quiz: { n: 0, right: 0, of: 10 }, gold: { n: 1, right: 1 }, repeats: { n: 0, right: 0 } },
};
const LEARNED: LearnedPerson = {
  ...{ teacherId: 'ada', answers: 9, beta: { value: 1, low: 0, high: 2 } },
  ...{ side: { value: 0, low: -1, high: 1 }, lapse: { value: 0, low: 0, high: 1 } },
};
const GOLD: WatchHandle['gold'][number] = {
  ...{ id: 'g1', runId: RUN.id, better: e1(0, 5), worse: e1(5, 10), why: 'arrives' },
  ...{ createdAt: 1, retiredAt: null, retiredWhy: null },
  answered: { n: 1, trusted: 1, right: 1 },
};

/** Judges 60 comparisons right. */
function learned(): LearnedModel {
  const heldOut = Array.from({ length: 60 }, (_, i) => ({
    ...{ feedbackId: `f${i}`, teacherId: 'ada', fold: i % 3, split: 1 },
    ...{ choice: 'a' as const, rows: Float32Array.of(2, 0, 1, 0) },
  }));
  return { ...keptModel(1), heldOut };
}

const COUNTS = { served: 3, answered: 1, skipped: 1, expired: 0, open: 1 };

export function runOf(storage: Storage): Partial<RunHandle> {
  return {
    run: RUN,
    facts: { controlDt: 0.1, overlays: true } as never,
    awaitedSteps: 0,
    status: () => ({ viewers: 0 }) as never,
    queue: { ...COUNTS, waiting: 4, holds: true },
    recountQueue: async () => ({ disk: COUNTS, isSame: true }),
    recentEpisodes: [{ episodeId: 'e1' } as never],
    episode: storage.getEpisode,
    predict: async ({ from, to }) => ({
      rewards: new Float32Array(to - from),
      disagreements: new Float32Array(to - from),
    }),
    sense: async (_episode, from, to) => {
      const row = Float32Array.of(0, 0, 1, 1, 2, 3);
      const rows = Array<Float32Array>(to - from).fill(row);
      return { contacts: rows, joints: rows, rays: rows };
    },
    model: async () => learned(),
    lookAtCampaign: async () => {},
    reviews: {
      async list(show) {
        const log = (await storage.readFeedback(RUN.id, 0)).map(({ feedback }) => feedback);
        // Two who disagree, until one of them is rejected.
        const reviews = show === 'decided' ? [REVIEW] : [];
        return casesOf(log, reviews, new Set(), show);
      },
      decide: async () => {},
    },
    watch: {
      ...{ people: ['ada'], gold: [GOLD], of: () => STANDING },
      learned: (id) => (id === 'ada' ? LEARNED : undefined),
      ...{ pause: async () => 2, resume: async () => 2, retireGold: async () => true },
      agreeOnGold: async () => GOLD.id,
    },
  };
}

export const webhooks = [
  { report: { target: 'https://a', delivered: 1, failures: 1, error: 'it is away' } },
];

export const wanted: TrainingWanted = {
  ...{ environment: 'driving', preset: 'reins', teacher: 'override', steps: 9, labels: 1 },
  ...{ seed: 1, settings: { 'learner.gamma': '0.9' } },
};
const TRAINING: Training = {
  ...{ name: 't-1', wanted, state: 'failed', startedAt: 1, branchOf: 't-0', said: 'no room' },
};
export const trainings: Trainings = {
  ...{ most: 2, list: () => [TRAINING], folders: () => [] },
  ...{ start: async () => TRAINING, stop: () => TRAINING, goOn: () => TRAINING },
  ...{ branch: async () => TRAINING, close: async () => {} },
};
