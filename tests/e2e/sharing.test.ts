/** Control shared with the agent and fading back to it, from the page to the record. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { FLAG, type Frame } from '../../server/protocol/index.ts';
import { root } from '../setup/sources.ts';
import { followFrames } from './frames.ts';
import { hold, openPage, press, screenshot, until, untilReady } from './helpers.ts';
import { serve } from './served.ts';

const served = serve('--rollouts', '0');
let page: Page;
let errors: readonly string[];
let frame: Frame | undefined;
/** Steps that the agent drove otherwise than it wanted: they fade. */
let faded = 0;

beforeAll(async () => {
  ({ page, errors } = await openPage(served.browser, 'about:blank'));
  followFrames(page, (next) => {
    frame = next;
    const { action, policyAction, flags } = next;
    const differs = action.some((value, i) => Math.abs(value - policyAction[i]!) > 1e-3);
    if ((flags & (FLAG.human | FLAG.safe)) === 0 && differs) faded++;
  });
  await page.goto(served.server.url);
  await untilReady(page);
});

const isHuman = () => ((frame?.flags ?? 0) & FLAG.human) !== 0;

async function choose(section: string, option: string): Promise<void> {
  await page.getByTestId('gamepad').click();
  const choice = page.getByRole('radiogroup', { name: section });
  await choice.getByText(option, { exact: true }).click();
  const chosen = choice.getByRole('radio', { name: option, exact: true });
  await until(`${section}: ${option}`, () => chosen.isChecked());
  await screenshot(page, 'handing');
  await page.keyboard.press('Escape');
  await page.getByTestId('controls').waitFor({ state: 'hidden' });
}

interface Override {
  readonly kind: string;
  readonly episodeId: string;
  readonly from: number;
  readonly to: number;
  readonly share?: number;
}

interface Step {
  readonly source: string;
  readonly action: readonly number[];
  readonly policyAction: readonly number[];
}

test('[CTRL-24] [CTRL-25] a person shares control at 50 %, lets go, and control fades back over two seconds', async () => {
  await choose('Handing back', '2 s');
  await choose('Your share of an action', '50 %');
  expect(await page.getByTestId('shared').textContent()).toBe('Shared, 50 % by hand');
  const isLeft = () => isHuman() && frame!.step > 1 && frame!.action[0]! > frame!.policyAction[0]!;
  // Whoever falls silent, as a slow page may, or whose episode ends has let go of nothing: once more.
  await until('a fade', async () => {
    await hold(page, ['ArrowLeft'], 'an action between the two', isLeft);
    await screenshot(page, 'shared');
    await page.keyboard.up('ArrowLeft');
    await until('the agent in control', () => !isHuman());
    const { episodeNumber, step } = frame!;
    await until(
      'a second without a hand',
      () => frame!.episodeNumber > episodeNumber || frame!.step > step + 10,
    );
    return faded > 0;
  });
  const { episodeNumber } = frame!;
  await press(page, 'n', 'another episode', () => frame!.episodeNumber > episodeNumber);
  expect(errors).toEqual([]);
});

test('[CTRL-24] [CTRL-25] the record says who held control, what was proposed and what was executed', async () => {
  await served.server.stop();
  const args = ['bin/reins.mjs', 'export', '--data', served.folder, '--json'];
  const result = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  expect(result.status, result.stderr).toBe(0);
  const { out } = JSON.parse(result.stdout) as { out: string };
  const read = <T>(...name: string[]) =>
    readFileSync(join(out, ...name), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as T);
  const isShared = ({ kind, share }: Override) => kind === 'override' && share === 0.5;
  const shared = read<Override>('feedback.jsonl').filter(isShared);
  expect(shared.length).toBeGreaterThan(0);
  let fading = 0;
  for (const { episodeId, from, to } of shared) {
    const steps = read<Step>('episodes', `${episodeId}.jsonl`);
    const of = (a: number, b: number) => steps.slice(a, b).map(({ source }) => source);
    expect(of(from, to)).toEqual(Array(to - from).fill('blend'));
    const last = steps[to - 1]!.action;
    for (let t = to; steps[t]?.source === 'fade'; t++) {
      fading++;
      const { action, policyAction } = steps[t]!;
      for (const [i, executed] of action.entries()) {
        const [low, high] = [last[i]!, policyAction[i]!].sort((a, b) => a - b);
        expect(executed).toBeGreaterThanOrEqual(low! - 1e-6);
        expect(executed).toBeLessThanOrEqual(high! + 1e-6);
      }
    }
  }
  expect(fading).toBeGreaterThan(0);
});
