/** A newcomer without instruction: the tour, ten comparisons and one road. */
import { expect, test } from 'vitest';
import { openPage, screenshot } from './helpers.ts';
import { ANSWERS, newcomer } from './newcomer.ts';
import { serve } from './served.ts';

// One straight road, which a script drives as well as a person.
const served = serve('--env', 'driving-easy', '--map', 'S', '--rollouts', '1');

interface Row {
  readonly humanSteps: number;
  readonly live: boolean;
  readonly length: number;
  readonly summary: Readonly<Record<string, number>>;
}
interface Logged {
  readonly kind: string;
  readonly queryId?: string;
  readonly value?: number;
}
const get = async <T>(path: string) =>
  (await (await fetch(`${served.server.url}${path}`)).json()) as T;

test('[UI-54] a newcomer takes the tour, answers ten comparisons and drives a road to its end', async () => {
  const { page, errors, close } = await openPage(served.browser, 'about:blank');
  const arrived = async () =>
    (await get<Row[]>('/api/episodes?live=true&human=true')).find(
      ({ summary, humanSteps, length }) => summary['success'] === 1 && humanSteps > length / 2,
    );
  const diary = await newcomer({
    page,
    url: served.server.url,
    picture: (name) => screenshot(page, `newcomer-${name}`),
    hasArrived: async () => (await arrived()) !== undefined,
  });
  // Every key that was pressed had been named on the page before.
  const { read } = diary;
  expect(read['practice']).toContain('← or →');
  expect(read['drive']).toMatch(/↑/);
  expect(read['reward']).toContain('+');
  expect(read['verdict 0']).toMatch(/^(Yes, the|The environment’s own reward)/);
  const log = await get<Logged[]>('/api/feedback');
  const answers = log.filter(({ kind }) => kind === 'preference');
  expect(answers).toHaveLength(ANSWERS); // practice is not among them
  expect(answers.every(({ queryId }) => queryId !== undefined)).toBe(true);
  expect(log.filter(({ kind }) => kind === 'reward').map(({ value }) => value)).toEqual([1]);
  expect(log.some(({ kind }) => kind === 'override')).toBe(true);
  expect(await page.getByTestId('tour').count()).toBe(0);
  console.log(
    `a person ${diary.personSeconds.toFixed(0)} s, here ${diary.wallSeconds.toFixed(0)} s`,
  );
  // Of a person's own time; how long this machine takes to draw is not counted.
  expect(diary.personSeconds).toBeLessThan(180);
  expect(errors).toEqual([]);
  await close();
});
