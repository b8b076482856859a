/** Where an operator watches, `train` acts in short episodes that begin anywhere, and measures on whole ones. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { placesOf } from '../../experiments/train/practice.ts';
import { openStorage } from '../../server/storage/sqlite.ts';
import { getEnvironment } from '../../sim/registry.ts';
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
