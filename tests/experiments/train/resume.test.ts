/** A training that is stopped and goes on is the one that was never stopped, to the last number. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readPolicyFile } from '../../../experiments/policy-file.ts';
import { Interrupted, type TrainOptions, train } from '../../../experiments/train/run.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { createRandom } from '../../../sim/random.ts';
import { trainOptions } from './options.ts';

const small = { hidden: [16, 16], batchSize: 32 };
const REWARD = { hidden: [16], members: 2, maxSessionSteps: 20, minSessionSteps: 5 };

const reins: Partial<TrainOptions> = {
  teachers: ['override', 'preference', 'scalar'],
  rule: 'late-noisy',
  overrides: { learner: small, reward: REWARD },
  teach: { preference: { delay: 1.5, mistake: 0.2 }, override: { actionNoise: 0.2 } },
};
const christiano: Partial<TrainOptions> = {
  teachers: ['preference'],
  overrides: {
    learner: { hidden: [16], rolloutSteps: 64, minibatch: 16, epochs: 4 },
    reward: REWARD,
  },
};

/** Preset, what computes, and what is trained. */
const CASES: readonly (readonly [string, 'wasm' | 'onnx', Partial<TrainOptions>])[] = [
  ['reins', 'wasm', reins],
  ['reins', 'onnx', reins],
  [
    'rlpd',
    'wasm',
    { teachers: ['none'], overrides: { learner: { ...small, learningStarts: 50 } } },
  ],
  ['christiano', 'wasm', christiano],
  ['christiano', 'onnx', christiano],
  [
    'pebble',
    'wasm',
    {
      teachers: ['preference'],
      annotator: 'skip',
      overrides: {
        learner: { ...small, learningStarts: 50 },
        reward: REWARD,
        scheduler: { unsupervisedSteps: 100, resetUpdates: 20, updatesPerStep: 0.5 },
      },
    },
  ],
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reins-resume-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Stopped after `pieces` pieces of work: steps, updates, steps of an evaluation. */
function stopAfter(pieces: number): Partial<TrainOptions> {
  const controller = new AbortController();
  const reason = new Error('stopped');
  let now = 0;
  return {
    stop: controller.signal,
    // Asked between two of them.
    clock: () => {
      if (++now === pieces) controller.abort(reason);
      return now;
    },
  };
}

async function read(data: string, id: string) {
  const storage = openStorage(data);
  try {
    const log = (await storage.readFeedback(id, 0)).map(({ feedback }) => feedback);
    const episodes = (await storage.listEpisodes(id, 1e6)).sort((a, b) => (a.id < b.id ? -1 : 1));
    const points = await storage.readMetrics(id, 0, 1e6);
    // How much memory is held is of the process, not of the run.
    const isOfRun = ([name]: [string, number]) => !name.startsWith('memory/');
    const curve = points.map((point) => ({
      ...point,
      values: Object.fromEntries(Object.entries(point.values).filter(isOfRun)),
    }));
    const whole = await Promise.all(episodes.map((row) => storage.getEpisode(row.id)));
    return { log, episodes, curve, whole };
  } finally {
    await storage.close();
  }
}

describe.each(CASES)('preset %s on %s', (preset, backend, change) => {
  const options = (data: string, more: Partial<TrainOptions> = {}) =>
    trainOptions({
      preset,
      steps: 320,
      labels: 30,
      evalEpisodes: 2,
      evalEvery: 150,
      backend,
      ...change,
      keep: { folder: join(folder, data) },
      ...more,
    });

  test(`[CLI-32] ${preset} on ${backend}: stopped at several moments it ends with the same policy, curve, log and episodes`, async () => {
    const whole = await train(options('whole'));
    const random = createRandom(7);
    let stops = 0;
    let again: typeof whole | undefined;
    let resume: string | undefined;
    while (!again) {
      const keep = { folder: join(folder, 'parts'), resume };
      const at = stopAfter(1 + random.integer(400));
      again = await train(options('parts', { keep, ...at })).catch((error: unknown) => {
        if (!(error instanceof Interrupted)) throw error;
        stops++;
        resume = whole.run!;
        return undefined;
      });
    }
    expect(stops).toBeGreaterThan(2);
    expect(again.snapshotHash).toBe(whole.snapshotHash);
    expect({ ...again, snapshot: '', best: again.best?.step, wallSeconds: 0 }).toEqual({
      ...whole,
      snapshot: '',
      best: whole.best?.step,
      wallSeconds: 0,
    });
    const best = (of: typeof whole) => readFileSync(of.best!.snapshot);
    expect(best(again).equals(best(whole))).toBe(true);
    const [one, other] = [
      await read(join(folder, 'whole'), whole.run!),
      await read(join(folder, 'parts'), whole.run!),
    ];
    expect(other.log).toEqual(one.log);
    expect(other.curve).toEqual(one.curve);
    expect(other.episodes).toEqual(one.episodes);
    expect(other.whole).toEqual(one.whole);
  });
});

describe('a training in a folder', () => {
  const options = (more: Partial<TrainOptions> = {}) =>
    trainOptions({
      preset: 'rlpd',
      teachers: ['override', 'preference', 'scalar'],
      rule: 'density',
      overrides: { learner: { ...small, learningStarts: 50 } },
      steps: 200,
      evalEpisodes: 1,
      keep: { folder },
      ...more,
    });
  const id = 'train-point-world-rlpd-1';
  const stopped = (pieces: number, resume?: string) =>
    expect(train(options({ keep: { folder, resume }, ...stopAfter(pieces) }))).rejects.toThrow(
      Interrupted,
    );

  test('[CLI-32] one that was killed goes back to its last checkpoint, and ends the same', async () => {
    await stopped(150);
    const path = join(folder, 'checkpoints', `${id}.checkpoint`);
    const early = readFileSync(path);
    const keep = { folder, resume: id };
    const whole = await train(options({ keep }));
    const before = await read(folder, id);
    writeFileSync(path, early);
    const again = await train(options({ keep }));
    expect({ ...again, wallSeconds: 0 }).toEqual({ ...whole, wallSeconds: 0 });
    expect(await read(folder, id)).toEqual(before);
    expect(before.log.length).toBeGreaterThan(10);
  });

  test('[CLI-33] other settings are refused by name, and one that is over says so again', async () => {
    await stopped(100);
    const keep = { folder, resume: id };
    // More of either is a training that goes on longer.
    await expect(train(options({ keep, steps: 100, labels: 7 }))).rejects.toThrow(
      /^resume: steps was 200, now 100; labels was 20, now 7$/,
    );
    await expect(train(options({ keep, seed: 2 }))).rejects.toThrow(/seed was 1, now 2/);
    const whole = await train(options({ keep }));
    expect({ ...(await train(options({ keep }))), wallSeconds: 0 }).toEqual({
      ...whole,
      wallSeconds: 0,
    });
  });

  test('[CLI-34] the same seed again is another run with the same policy, also without a folder', async () => {
    const first = await train(options());
    const second = await train(options());
    expect([first.run, second.run]).toEqual([id, `${id}.2`]);
    expect(second.snapshotHash).toBe(first.snapshotHash);
    const alone = await train(options({ keep: undefined, out: join(folder, 'alone.policy') }));
    expect(alone.snapshotHash).toBe(first.snapshotHash);
    expect(alone.run).toBeNull();
  });

  test('[CLI-35] evaluating during the training changes nothing about it', async () => {
    const plain = await train(options());
    const seen = await train(options({ evalEvery: 60 }));
    expect(seen.snapshotHash).toBe(plain.snapshotHash);
    expect(seen.evaluations.map(({ step }) => step)).toEqual([0, 60, 120, 180, 200]);
    expect(plain.evaluations).toEqual([]);
    const last = seen.evaluations.at(-1)!;
    expect(last.success).toEqual(seen.after.success);
    const [head, ...rows] = readFileSync(`${seen.snapshot}.curve.csv`, 'utf8').trim().split('\n');
    expect(head).toBe(
      'step,episodes,success,successLow,successHigh,collisionFreeSuccess,collisionFreeSuccessLow,collisionFreeSuccessHigh,return,returnLow,returnHigh,cost,costLow,costHigh',
    );
    expect(rows).toHaveLength(5);
    expect(Number(rows[4]!.split(',')[8])).toBe(last.return.mean);
    const best = readPolicyFile(seen.best!.snapshot);
    const returns = seen.evaluations.map((p) => [p.success.mean, p.return.mean, p.step] as const);
    returns.sort((a, b) => b[0] - a[0] || b[1] - a[1] || a[2] - b[2]);
    expect(seen.best!.step).toBe(returns[0]![2]);
    expect(best.snapshot.version > 0).toBe(seen.best!.step > 0);
    const { curve } = await read(folder, seen.run!);
    const points = curve.filter(({ values }) => 'eval/return' in values);
    expect(points.map((point) => point.environmentSteps)).toEqual([0, 60, 120, 180, 200]);
    expect(points[4]!.values['eval/return']).toBe(last.return.mean);
  });
});
