/** A recorded session in the page: found, sorted and cut as a server would. */
import { expect, test } from 'vitest';
import type { RecordedSession, SessionEpisode } from '../../server/protocol/index.ts';
import { lineOf, wordsOf } from '../../trainer-ui/episodes/session-words.ts';
import { recordedClip, recordedEpisodes } from '../../trainer-ui/session/recorded-episodes.ts';

function episode(id: string, change: Partial<SessionEpisode>): SessionEpisode {
  const length = change.length ?? 3;
  const zeros = Array<number>(length).fill(0);
  const rows = zeros.map(() => [0]);
  return {
    id,
    seed: 1,
    length,
    end: 'terminated',
    live: false,
    startedAt: 0,
    humanSteps: 0,
    summary: {},
    sceneId: 4,
    steps: {
      actions: rows,
      policyActions: rows,
      sources: zeros,
      policyVersions: zeros,
      rewards: zeros,
      costs: zeros.map((_, i) => i),
    },
    success: true,
    events: [],
    ...change,
  };
}

const session = {
  episodes: [
    episode('a', { startedAt: 1, summary: { return: 5 }, learnedRewards: [0.1, 0.2, 0.3] }),
    episode('b', {
      startedAt: 2,
      summary: { return: 9 },
      humanSteps: 2,
      live: true,
      endReason: 'crash',
    }),
    episode('c', { startedAt: 3, summary: { return: -1 } }),
  ],
  poses: [0, 1, 2].map((n) => Float32Array.from({ length: 4 * 7 }, (_, i) => 100 * n + i)),
} as unknown as RecordedSession;

const all = { live: undefined, human: undefined, endReason: undefined, page: 0 };

test('[UI-55] a recorded list is sorted, filtered and paged as the server does', async () => {
  const { list, find, steps } = recordedEpisodes(session);
  const ids = async (change: object) => {
    const request = { ...all, sort: 'startedAt' as const, order: 'desc' as const, ...change };
    return (await list(request)).rows.map(({ id }) => id);
  };
  expect(await ids({})).toEqual(['c', 'b', 'a']);
  expect(await ids({ sort: 'return', order: 'asc' })).toEqual(['c', 'a', 'b']);
  expect(await ids({ human: true })).toEqual(['b']);
  expect(await ids({ live: false })).toEqual(['c', 'a']);
  expect(await ids({ endReason: 'crash' })).toEqual(['b']);
  expect(await ids({ page: 1 })).toEqual([]);
  expect((await steps('a'))[0]).toMatchObject({ from: 0, to: 3, length: 3, costs: [0, 1, 2] });
  await expect(find('x')).rejects.toThrow('episode x: not in this recording');
});

test('[UI-55] a clip of it has the rows from the state before its first step, its end only at the end', () => {
  const clip = recordedClip(session, { episodeId: 'a', from: 1, to: 3 }, 0.1);
  expect(clip).toMatchObject({ rows: 3, sceneId: 4, dt: 0.1 });
  expect([clip.poses.length, clip.poses[0]]).toEqual([21, 7]);
  expect([...clip.costs]).toEqual([0, 1, 2]);
  expect(clip.predictedRewards[0]).toBeNaN();
  expect(clip.predictedRewards[1]).toBeCloseTo(0.2, 6);
  expect(clip.outcome).toMatchObject({ reason: 'terminated', success: true });
  const first = recordedClip(session, { episodeId: 'b', from: 0, to: 2 }, 0.1);
  expect(first.outcome).toBeUndefined();
  expect([...first.predictedRewards].every(Number.isNaN)).toBe(true);
});

test('[UI-56] what was said is told with its moment; the learned reward is a line where there is one', () => {
  expect(wordsOf({ kind: 'override', from: 32, to: 47 }, 0.1)).toBe('3.2 s · takeover, 1.5 s');
  expect(wordsOf({ kind: 'reward', from: 5, to: 5, value: -1 }, 0.1)).toBe('0.5 s · reward −');
  expect(wordsOf({ kind: 'preference', from: 0, to: 20, outcome: 'worse' }, 0.1)).toBe(
    '0.0 s · compared: worse, 2.0 s',
  );
  expect(wordsOf({ kind: 'critique', from: 10, to: 20, value: 1 }, 0.1)).toBe(
    '1.0 s · marked good, 1.0 s',
  );
  expect(lineOf([2, Number.NaN, 4])).toBe('0.0000,1.0000 1.0000,0.0000');
  expect(lineOf([Number.NaN, 1])).toBe('');
  expect(lineOf([3, 3])).toBe('0.0000,1.0000 1.0000,1.0000');
});
