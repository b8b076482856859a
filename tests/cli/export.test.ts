import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exportRun } from '../../cli/export-run.ts';
import { openStorage } from '../../server/storage/sqlite.ts';
import { createRandom } from '../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../agent/synthetic.ts';
import { RUN, withOddRun } from './datasets/odd-run.ts';

const lines = (path: string) =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('[CLI-10] feedback in the order of the log, and every step with what the agent wanted', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'reins-export-'));
  const storage = openStorage(join(folder, 'data'));
  const run = {
    id: 'run',
    environmentId: 'synthetic',
    preset: 'reins',
    seed: 1,
    configHash: 'none',
    createdAt: 5,
  };
  await storage.createRun(run);
  const spec = syntheticSpec(3, 2);
  const episode = {
    ...syntheticEpisode(spec, 6, createRandom(1), { id: 'first', human: [2, 4] }),
    summary: { return: 1 },
  };
  await storage.putEpisode(episode, { live: true });
  for (const [i, value] of [0.5, -1].entries()) {
    await storage.appendFeedback({
      id: `f${i}`,
      runId: 'run',
      teacherId: 'ada',
      shownAt: 1,
      answeredAt: 2,
      receivedAt: 3,
      responseMs: 1,
      kind: 'reward',
      episodeId: 'first',
      step: i,
      value,
    });
  }
  const out = join(folder, 'out');
  const result = await exportRun(storage, run, { out });
  await storage.close();
  expect(result).toMatchObject({ feedback: 2, episodes: 1, missing: 0, steps: 6 });
  expect(lines(join(out, 'feedback.jsonl')).map((f) => [f.id, f.value])).toEqual([
    ['f0', 0.5],
    ['f1', -1],
  ]);
  const steps = lines(join(out, 'episodes/first.jsonl'));
  expect(steps.map((s) => s.source)).toEqual([
    'policy',
    'policy',
    'human',
    'human',
    'policy',
    'policy',
    undefined,
  ]);
  expect(steps[2]!.policyAction).toEqual([...episode.policyActions.subarray(4, 6)]);
  expect(steps[2]!.action).toEqual([...episode.actions.subarray(4, 6)]);
  expect(Object.keys(steps[0]!)).toEqual([
    'step',
    'observation',
    'action',
    'policyAction',
    'source',
    'policyVersion',
    'reward',
    'cost',
    'discount',
    'success',
  ]);
  expect(steps[5]).toMatchObject({ step: 5, reward: episode.envRewards[5], success: false });
  expect(Object.keys(steps[6]!)).toEqual(['step', 'observation']);
  expect(steps[6]!.observation).toEqual([...episode.observations.subarray(18, 21)]);
  rmSync(folder, { recursive: true });
});

test('[CLI-52] jsonl: one that was stopped leaves nothing, and the old one whole', async () => {
  await withOddRun(async (storage, folder) => {
    const out = join(folder, 'out');
    const stop = new AbortController();
    const onEpisode = () => stop.abort();
    const stopped = () => exportRun(storage, RUN, { out, signal: stop.signal, onEpisode });
    await expect(stopped()).rejects.toThrow('aborted');
    expect(existsSync(out)).toBe(false);
    await exportRun(storage, RUN, { out });
    await expect(stopped()).rejects.toThrow('aborted');
    expect(readdirSync(folder).filter((name) => name.startsWith('out'))).toEqual(['out']);
    expect(lines(join(out, 'episodes.jsonl')).map((e) => [e.id, e.speed])).toContainEqual([
      'driven',
      2,
    ]);
    const theirs = join(folder, 'theirs');
    mkdirSync(theirs);
    await expect(exportRun(storage, RUN, { out: theirs })).rejects.toThrow('is no export of reins');
  });
});
