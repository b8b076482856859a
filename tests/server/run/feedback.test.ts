/** What an acknowledgement promises: the answer and every step it names are on disk. */
import { expect, test } from 'vitest';
import type { Episode, Feedback } from '../../../agent/contract.ts';
import type { Driver, RunError } from '../../../server/contract.ts';
import { createAlerts } from '../../../server/run/alerts.ts';
import { DiskTroubles } from '../../../server/run/disk-troubles.ts';
import { createEpisodes } from '../../../server/run/episodes.ts';
import { FeedbackLog } from '../../../server/run/feedback.ts';
import { createStatistics } from '../../../server/run/statistics.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import { RUN, rewardFeedback } from '../../contracts/storage.ts';
import { recordEpisode } from './episode.ts';

const LIVE = 'live-1';

function make() {
  const disk = { isFull: false };
  const files = new Map<string, Episode>();
  const log: Feedback[] = [];
  const order: string[] = [];
  const lines: string[] = [];
  const storage = {
    async putEpisode(episode: Episode) {
      if (disk.isFull) throw new Error('ENOSPC: no space left on device, write');
      order.push(`steps of ${episode.id}`);
      files.set(episode.id, episode);
    },
    findEpisode: async (id: string) => files.get(id),
    getEpisode: async (id: string) => files.get(id),
    hasFeedback: async () => false,
    async appendFeedback(feedback: Feedback) {
      order.push('log');
      log.push(feedback);
      return { sequence: log.length, duplicate: false };
    },
  } as unknown as Storage;
  const alerts = createAlerts(() => {}, { warn: () => {} });
  const noLog = {
    error: (_: object, line: string) => void lines.push(line),
    info: (line: string) => void lines.push(line),
  };
  const troubles = new DiskTroubles(alerts, noLog as never);
  const statistics = createStatistics();
  const viewers = { message: () => {} };
  const learner = { predict: () => {}, feedback: () => {} };
  const episodes = createEpisodes({ storage, troubles, statistics, viewers, learner });
  const open = recordEpisode(LIVE, 9);
  const live = {
    id: LIVE,
    step: 9,
    recorder: undefined as Driver | undefined,
    comes: () => {},
  };
  async function flush() {
    if (!(await episodes.keep(open, true))) throw new Error('the episode could not be written');
  }
  const feedback = new FeedbackLog(
    {
      run: RUN,
      storage,
      lives: {
        of: (id) =>
          id === live.id ? { step: live.step, flush, recorder: live.recorder } : undefined,
        reached: async () => live.comes(),
      },
      learner,
      episodes,
      queries: { answering: async () => undefined },
      statistics,
    },
    0,
  );
  const about = (episodeId: string) => ({ ...rewardFeedback(`about-${episodeId}`), episodeId });
  return { live, disk, files, log, order, lines, episodes, feedback, alerts, about };
}

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'accepted',
    (error: RunError) => error.code,
  );

test('[STORE-12] the steps of the open episode are on disk before the answer is in the log', async () => {
  const { feedback, order, about } = make();
  await feedback.accept(about(LIVE) as never, 1);
  expect(order).toEqual([`steps of ${LIVE}`, 'log']);
});

test('[STORE-20] a press before the first step is taken once there is one', async () => {
  const { feedback, live, order, about } = make();
  live.step = 0;
  live.comes = () => {
    order.push('a step');
    live.step = 1;
  };
  await feedback.accept({ ...about(LIVE), step: 0 } as never, 1);
  expect(order).toEqual(['a step', `steps of ${LIVE}`, 'log']);
});

test('[STORE-20] where none comes it is refused in words, not kept for nothing', async () => {
  const { feedback, live, log, about } = make();
  live.step = 0;
  const press = () => feedback.accept({ ...about(LIVE), step: 0 } as never, 1);
  await expect(press()).rejects.toThrow(/live-1 has no step yet: go on first/);
  live.comes = () => {
    live.id = 'live-2';
    live.step = 3;
  };
  await expect(press()).rejects.toThrow(/live-1 ended before its first step/);
  expect(log).toEqual([]);
});

test('[REC-4] nothing is said of a recording that goes on: what is said then would be about half of it', async () => {
  const { feedback, live, log, about } = make();
  live.recorder = { sessionId: 's', teacherId: 'ada' };
  await expect(feedback.accept(about(LIVE) as never, 1)).rejects.toThrow(
    /live-1 is being recorded/,
  );
  expect(log).toEqual([]);
});

test('[STORE-12] so are those of an episode that is in memory only', async () => {
  const { feedback, order, episodes, about } = make();
  episodes.remember(recordEpisode('rollout', 8));
  await feedback.accept(about('rollout') as never, 1);
  expect(order).toEqual(['steps of rollout', 'log']);
});

test('[STORE-12] where they are not, the answer is refused and not in the log; with room again it is taken', async () => {
  const { feedback, disk, log, lines, episodes, files, alerts, about } = make();
  await episodes.keep(recordEpisode('ended', 4), true); // a part of it is on disk
  disk.isFull = true;
  await episodes.keep(recordEpisode('ended', 8), true);
  episodes.remember(recordEpisode('rollout', 8));
  for (const id of ['ended', 'rollout', LIVE])
    expect(await refusal(feedback.accept(about(id) as never, 1)), id).toBe('storage-failed');
  expect(log).toEqual([]);
  expect(alerts.open).toMatchObject([
    { id: 'storage', message: expect.stringMatching(/^An episode could not be written: ENOSPC/) },
  ]);
  expect(lines).toEqual(['an episode could not be written']); // one line, however often
  disk.isFull = false;
  await episodes.retry();
  expect(files.get('ended')!.length).toBe(8);
  expect(alerts.open).toEqual([]);
  expect(lines.at(-1)).toBe('an episode could be written again');
  for (const id of ['ended', 'rollout', LIVE])
    expect(await refusal(feedback.accept(about(id) as never, 1)), id).toBe('accepted');
  expect(log).toHaveLength(3);
});

test('[STORE-12] the alert stays until everything that failed is written again, and names what is not', () => {
  const { alerts } = make();
  const troubles = new DiskTroubles(alerts, { error: () => {}, info: () => {} } as never);
  const told = () => alerts.open.map(({ message }) => message.split(' could')[0]);
  troubles.failed('the checkpoint', new Error('full'));
  troubles.failed('the figures', new Error('full'));
  expect(told()).toEqual(['The figures']);
  troubles.written('the figures');
  troubles.written('an episode');
  expect(told()).toEqual(['The checkpoint']);
  troubles.written('the checkpoint');
  expect(alerts.open).toEqual([]);
});

test('[STORE-14] an answer of another run is refused by a code of its own, with the way to give it', async () => {
  const { feedback, log } = make();
  const answer = { ...rewardFeedback('f'), runId: 'run-before' };
  const refused = feedback.accept(answer as never, 1);
  await expect(refused).rejects.toMatchObject({
    code: 'other-run',
    message:
      'feedback.runId: is run-before, this run is run-1; reins serve --run run-before takes it',
  });
  expect(log).toEqual([]);
});
