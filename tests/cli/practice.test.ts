/** Where an operator watches, `train` acts in short episodes that begin anywhere, and measures on whole ones. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { settingsOf } from '../../experiments/train/options.ts';
import { placesOf } from '../../experiments/train/practice.ts';
import { train as trainInProcess } from '../../experiments/train/run.ts';
import { openStorage } from '../../server/storage/sqlite.ts';
import { getEnvironment } from '../../sim/registry.ts';
import { trainOptions } from '../experiments/train/options.ts';
import { inProcess } from './in-process.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reins-practice-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Told {
  readonly episodes: number;
  readonly environmentSteps: number;
  readonly before: { readonly length: { readonly mean: number } };
}

async function train(...args: string[]): Promise<Told> {
  const small = ['--set', 'learner.hidden=8,8', '--eval-episodes', '1', '--backend', 'wasm'];
  const out = ['--out', join(folder, 'a.policy'), '--json'];
  const { code, text, err } = await inProcess('train', ...args, ...small, ...out);
  expect(code, err).toBe(0);
  return JSON.parse(text) as Told;
}

async function episodesIn(data: string) {
  const storage = openStorage(data);
  try {
    const [run] = await storage.listRuns();
    const { options } = run!.identity!;
    return { options, run: run!.id };
  } finally {
    await storage.close();
  }
}

test('[CLI-74] practice is for whoever watches every step, unless it is asked for or declined', () => {
  const driving = getEnvironment('driving');
  const { practice } = driving;
  expect(practice).toMatchObject({ horizon: 150 });
  const given = { rays: 30 };
  const whole = { environmentOptions: given, evaluationOptions: given };
  const short = { environmentOptions: { ...practice, rays: 30 }, evaluationOptions: given };
  expect(placesOf(driving, given, ['override'])).toEqual(short);
  expect(placesOf(driving, given, ['preference', 'override'])).toEqual(short);
  expect(placesOf(driving, given, ['preference'])).toEqual(whole);
  expect(placesOf(driving, given, ['none'])).toEqual(whole);
  expect(placesOf(driving, given, ['override'], false)).toEqual(whole);
  expect(placesOf(driving, given, ['preference'], true)).toEqual(short);
  const longer = { horizon: 400 };
  expect(placesOf(driving, longer, ['override'])).toEqual({
    environmentOptions: { ...practice, horizon: 400 },
    evaluationOptions: longer,
  });
  const reacher = getEnvironment('reacher');
  expect(placesOf(reacher, {}, ['override'])).toEqual({
    environmentOptions: {},
    evaluationOptions: {},
  });
  expect(() => placesOf(reacher, {}, ['override'], true)).toThrow(
    'practice: reacher has no short episodes, allowed with driving, driving-easy',
  );
});

test('[CLI-74] what is learned in practice is measured without it, and the run says how it was driven', async () => {
  const data = join(folder, 'data');
  const drive = ['--env', 'driving', '--option', 'rays=30', '--steps', '320'];
  const short = await train(...drive, '--data', data);
  expect(short.episodes).toBeGreaterThanOrEqual(3);
  expect(short.before.length.mean).toBeGreaterThan(150);
  expect((await episodesIn(data)).options).toEqual({
    ...getEnvironment('driving').practice,
    rays: 30,
  });

  const longer = await train('--data', data, '--resume');
  expect(longer.environmentSteps).toBe(320);
  expect(longer.before).toEqual(short.before);

  const whole = await train(...drive, '--no-practice', '--data', join(folder, 'whole'));
  expect(whole.episodes).toBeLessThan(short.episodes);
  expect((await episodesIn(join(folder, 'whole'))).options).toEqual({ rays: 30 });
});

test('[CLI-74] nothing is measured in practice: held-out roads are driven from their start, for the learned reward too', async () => {
  const driving = getEnvironment('driving');
  const heldOut = { practice: 0, whole: 0 };
  const factory = {
    ...driving,
    async create(options = {}) {
      const env = await driving.create(options);
      const kind = 'gusts' in options ? 'practice' : 'whole';
      return {
        ...env,
        get scene() {
          return env.scene;
        },
        reset(seed: number) {
          if (seed >= driving.evalSeeds.start) heldOut[kind]++;
          return env.reset(seed);
        },
      };
    },
  };
  const small = {
    learner: { hidden: [8, 8] },
    reward: { hidden: [8], members: 2 },
    scheduler: { rewardEverySteps: 100 },
  };
  const { rewardModel } = await trainInProcess(
    trainOptions({
      factory,
      ...placesOf(factory, { rays: 30 }, ['override']),
      overrides: small,
      teachers: ['override', 'preference'],
      steps: 600,
      out: join(folder, 'a.policy'),
    }),
  );
  expect(rewardModel.epic).not.toBeNull();
  expect(heldOut.practice).toBe(0);
  expect(heldOut.whole).toBeGreaterThan(4);
});

test('[CLI-74] a run of before there was practice goes on, also with its options given again', () => {
  const given = { rays: 30 };
  const before = settingsOf(trainOptions({ environmentOptions: given }));
  const now = trainOptions({ environmentOptions: given, evaluationOptions: { rays: 30 } });
  expect(settingsOf(now)).toEqual(before);
  const { practice } = getEnvironment('driving');
  const short = trainOptions({
    environmentOptions: { ...practice, ...given },
    evaluationOptions: given,
  });
  expect(settingsOf(short).evaluationOptions).toEqual(given);
});
