/** In, on and out of the loop, on the page: what is allowed, denied and left unanswered, and what the logs say of it. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import type { Frame } from '../../server/protocol/index.ts';
import { root } from '../setup/sources.ts';
import { violations } from './axe.ts';
import { followFrames } from './frames.ts';
import { openPage, screenshot, until, untilReady } from './helpers.ts';
import { serve } from './served.ts';

const served = serve('--rollouts', '0');
let page: Page;
let errors: readonly string[];
let frame: () => Frame | undefined;

beforeAll(async () => {
  ({ page, errors } = await openPage(served.browser, 'about:blank'));
  frame = followFrames(page);
  await page.goto(served.server.url);
  await untilReady(page);
  await page.getByText('4×').click();
});

const controller = () => page.getByTestId('controller').textContent();

async function oversee(mode: 'in' | 'on' | 'out'): Promise<void> {
  await page.getByTestId('oversight').click();
  await page.getByTestId(`oversight-${mode}`).click();
  await page.locator(`[data-testid="oversight"][data-mode="${mode}"]`).waitFor();
}

interface Row {
  readonly action: string;
  readonly reason: string | null;
}

/** What the audit log says of oversight, once it has `count` rows of it. */
function audited(count: number): Promise<string[]> {
  return until(`${count} rows of the audit log`, async () => {
    const reply = await fetch(`${served.server.url}/api/audit?limit=1000`);
    const rows = (await reply.json()) as readonly Row[];
    const found = rows.filter(({ action }) => /^(oversight\.|ask\.(?!raised))/.test(action));
    return found.length >= count && found.map(({ action, reason }) => `${action} ${reason}`);
  });
}

interface Asked {
  readonly episodeId: string;
  readonly outcome: string | null;
}

/** Everything that people were asked so far. */
async function asked(): Promise<Asked[]> {
  const reply = await fetch(`${served.server.url}/api/audit?limit=1000`);
  const rows = (await reply.json()) as readonly { action: string; objectId: string }[];
  const raised = rows.filter(({ action }) => action === 'ask.raised');
  const episodes = new Set(raised.map(({ objectId }) => objectId.replace(/-a\d+-\d+$/, '')));
  const found = await Promise.all(
    [...episodes].map(async (episodeId) => {
      const asks = await fetch(`${served.server.url}/api/episodes/${episodeId}/asks`);
      return ((await asks.json()) as Asked[]).map(({ outcome }) => ({ episodeId, outcome }));
    }),
  );
  return found.flat();
}

/** Again where its time ran out before the key went down. */
async function decide(key: string, outcome: string): Promise<void> {
  await until(outcome, async () => {
    await page.getByTestId('ask').waitFor();
    await page.keyboard.press(key);
    await sleep(200);
    return (await asked()).some((ask) => ask.outcome === outcome);
  });
}

test('[CTRL-27] [UI-90] in the loop what is risky waits, is allowed by V, denied by X, and braked when nobody answers', async () => {
  expect(await page.getByTestId('oversight').textContent()).toBe('On the loop');
  await oversee('in');
  await page.getByTestId('ask').waitFor();
  expect(await page.getByTestId('request').textContent()).toMatch(/May the agent go on\?/);
  expect(await page.getByTestId('why').textContent()).toMatch(
    /^Risk of the path ahead .*, asks from 0/,
  );
  expect(await controller()).toBe('Agent waits');
  const left = Number(await page.getByTestId('countdown').getAttribute('data-seconds'));
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(10);
  await screenshot(page, 'approval');
  expect(await violations(page)).toEqual([]);
  await decide('v', 'allow');
  await decide('x', 'deny');
  await page.getByTestId('ask').waitFor();
  await audited(2); // the mode, and what nobody answered
  await page.getByTestId('ask').waitFor();
  await page.keyboard.down('ArrowUp');
  await until('a person in control', async () => (await controller()) === 'You drive');
  await page.keyboard.up('ArrowUp');
});

test('[CTRL-35] the replay of the episode lists what people were asked, why, and what became of it', async () => {
  const { episodeId } = (await asked()).find(({ outcome }) => outcome === 'allow')!;
  await page.getByTestId('reset').click(); // its episode is over
  const episodes = await openPage(served.browser, `${served.server.url}/#episode=${episodeId}`);
  const list = episodes.page.getByTestId('asks');
  await list.waitFor();
  const text = (await list.textContent())!;
  expect(text).toContain('Waited for leave: allowed');
  expect(text).toMatch(/✓ risk of the path ahead [\d.]+, asks from 0\.5/);
  expect(text).toContain('? its own gate asks: not known');
  await list.scrollIntoViewIfNeeded();
  await screenshot(episodes.page, 'asks');
  for (const [name, size] of [['asks-phone', { width: 390, height: 844 }]] as const) {
    await episodes.page.setViewportSize(size);
    await list.scrollIntoViewIfNeeded();
    await screenshot(episodes.page, name);
  }
  await episodes.page.emulateMedia({ colorScheme: 'dark' });
  await screenshot(episodes.page, 'asks-dark');
  expect(await violations(episodes.page)).toEqual([]);
  expect(episodes.errors).toEqual([]);
  await episodes.page.close();
});

test('[CTRL-29] [UI-90] out of the loop nobody drives, and the page says so', async () => {
  await oversee('out');
  await page.getByTestId('latch').waitFor({ state: 'detached' });
  await page.keyboard.down('ArrowUp');
  const { step, episodeNumber } = frame()!;
  await until('steps', () => frame()!.episodeNumber > episodeNumber || frame()!.step > step + 3);
  expect(await controller()).toBe('Agent drives');
  await page.keyboard.up('ArrowUp');
  await screenshot(page, 'out-of-the-loop');
  await oversee('on');
  await page.getByTestId('latch').waitFor();
  expect(errors).toEqual([]);
});

test('[CTRL-27] [CTRL-30] answers are feedback about their step, the rest is in the audit log', async () => {
  const rows = await audited(4);
  for (const row of [
    'oversight.changed in',
    'ask.lapsed approval',
    'oversight.changed out',
    'oversight.changed on',
  ])
    expect(rows).toContain(row);
  await served.server.stop();
  const args = ['bin/reins.mjs', 'export', '--data', served.folder, '--json'];
  const result = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  expect(result.status, result.stderr).toBe(0);
  const { out } = JSON.parse(result.stdout) as { out: string };
  const answers = readFileSync(join(out, 'feedback.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; decision?: string })
    .filter(({ kind }) => kind === 'approval');
  expect(answers.map(({ decision }) => decision)).toEqual(
    expect.arrayContaining(['allow', 'deny']),
  );
});
