/** A kept run of everything that is odd about episodes and their log, to be exported. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type EnvironmentSpec,
  type Episode,
  type Feedback,
  type FeedbackBody,
  SOURCE_CODE,
} from '../../../agent/contract.ts';
import { recordedIdentity } from '../../../cli/datasets/recorded.ts';
import type { Run, Storage } from '../../../server/storage/contract.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { createRandom, type Random } from '../../../sim/random.ts';
import { RECORDED } from '../../../sim/recorded/environment.ts';
import { box } from '../../../sim/spaces.ts';
import { syntheticEpisode } from '../../agent/synthetic.ts';

export const SPEC: EnvironmentSpec = {
  environmentId: `${RECORDED}odd`,
  observationSpace: box(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, {
    names: ['speed', 'a, "b"', 'gap'],
  }),
  actionSpace: box([-1, 0], [1, 0.5], { names: ['steering', 'throttle'] }),
  controlDt: 0.016,
};

export const RUN: Run = {
  id: 'odd',
  environmentId: SPEC.environmentId,
  preset: 'reins',
  seed: 7,
  configHash: 'abc',
  createdAt: 1_700_000_000_123,
  identity: recordedIdentity(SPEC, 'reins'),
};

function oddEpisode(
  random: Random,
  id: string,
  length: number,
  change: Partial<Episode> = {},
): Episode {
  const made = syntheticEpisode(SPEC, length, random, { id, end: change.end ?? 'truncated' });
  return {
    ...made,
    runId: RUN.id,
    configHash: RUN.configHash,
    seed: length * 11,
    startedAt: 1_700_000_000_000 + length,
    endReason: 'time',
    policyVersions: made.policyVersions.map((_, t) => 4_000_000_000 + t),
    costs: made.costs.map((_, t) => t % 2),
    positions: Float32Array.from({ length: 3 * (length + 1) }, (_, i) => i / 3),
    summary: { return: 1.25, lap: Number.NaN, best: Number.POSITIVE_INFINITY, fine: 0.1 + 0.2 },
    ...change,
  };
}

export function oddEpisodes(): Episode[] {
  const random = createRandom(3);
  const episode = (id: string, length: number, change?: Partial<Episode>) =>
    oddEpisode(random, id, length, change);
  const driven = episode('driven', 9, { startedAt: 5, speed: 2 });
  driven.sources.fill(SOURCE_CODE.human, 2, 5);
  driven.sources[5] = SOURCE_CODE.blend;
  driven.observations[1] = -0;
  driven.observations[2] = 1e-45;
  const posed = episode('posed', 3, { bodies: 2, startedAt: 6, end: 'terminated' });
  return [
    episode('one step', 1, { end: 'terminated', endReason: 'crash', startedAt: 1 }),
    episode('long', 1205, { startedAt: 2 }),
    episode('aborted', 4, { end: 'aborted', endReason: 'rewind', startedAt: 3 }),
    episode('branch', 5, { branchOf: { episodeId: 'aborted', step: 2 }, startedAt: 4 }),
    driven,
    { ...posed, poses: Float32Array.from({ length: 4 * 14 }, (_, i) => Math.sin(i)) },
    episode('twig', 2, { branchOf: { episodeId: 'branch', step: 3 }, startedAt: 7 }),
    episode('imagined', 6, {
      origin: 'counterfactual',
      branchOf: { episodeId: 'driven', step: 2 },
      startedAt: 8,
    }),
  ];
}

const said = (id: string, teacherId: string, body: FeedbackBody): Feedback => ({
  ...{ id, runId: RUN.id, teacherId, queryId: 'q1', responseMs: 250.5 },
  ...{
    shownAt: 1_700_000_000_000.25,
    answeredAt: 1_700_000_000_250.75,
    receivedAt: 1_700_000_000_300,
  },
  ...body,
});

export const LOG: readonly Feedback[] = [
  said('f1', 'ada', { kind: 'reward', episodeId: 'driven', step: 3, value: 0.5 }),
  said('f2', 'bob', { kind: 'reward', episodeId: 'driven', step: 3, value: -1 }),
  said('f3', 'bob', { kind: 'reward', episodeId: 'driven', step: 8, value: 1 }),
  said('f4', 'bob', { kind: 'retraction', feedbackId: 'f3', reason: 'slip, "sorry"' }),
  said('f5', 'ada', { kind: 'override', episodeId: 'driven', from: 2, to: 6 }),
  said('f6', 'eve', {
    kind: 'preference',
    a: { episodeId: 'long', from: 10, to: 60 },
    b: { episodeId: 'driven', from: 0, to: 9 },
    choice: 'b',
    strength: 0.5,
  }),
  said('f7', 'eve', {
    kind: 'rating',
    segment: { episodeId: 'branch', from: 0, to: 5 },
    score: 3,
    scale: 5,
  }),
];

/** A data folder that holds it, for as long as `work` takes. */
export async function withOddRun<T>(
  work: (storage: Storage, folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'reins-datasets-'));
  const storage = openStorage(join(folder, 'data'));
  try {
    await storage.createRun(RUN);
    for (const one of oddEpisodes()) await storage.putEpisode(one, { live: one.id === 'driven' });
    for (const feedback of LOG) await storage.appendFeedback(feedback);
    return await work(storage, folder);
  } finally {
    await storage.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
