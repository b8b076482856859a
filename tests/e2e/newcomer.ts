/**
 * A person who has never seen the page and was told nothing: looks at what it says, presses what it names, answers ten
 * comparisons and drives one road. For the test, and for the pictures of docs/studio.md.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { hold, press as pressUntil, until } from './helpers.ts';

export interface Diary {
  /** Keys and buttons, in order. */
  readonly pressed: string[];
  /** What the tour said at each step. */
  readonly read: Record<string, string>;
  /** Of a person: reading, looking at clips, driving; s. */
  personSeconds: number;
  /** From the page's address to the end of the road, s. */
  wallSeconds: number;
}

export interface Newcomer {
  readonly page: Page;
  readonly url: string;
  /** Called where there is something to be seen. */
  picture(name: string): Promise<unknown>;
  /** Whether an episode that a person drove has come to its end. */
  hasArrived(): Promise<boolean>;
}

/** A person reads about four words a second. */
const WORDS_PER_SECOND = 4;
export const ANSWERS = 10;

export async function newcomer({ page, url, picture, hasArrived }: Newcomer): Promise<Diary> {
  const diary: Diary = { pressed: [], read: {}, personSeconds: 0, wallSeconds: 0 };
  const began = performance.now();
  const spend = async (seconds: number) => {
    diary.personSeconds += seconds;
    await sleep(1000 * seconds);
  };
  const press: Press = async (key, what, isSo) => {
    diary.pressed.push(key);
    await (isSo ? pressUntil(page, key, what!, isSo) : page.keyboard.press(key));
  };
  const click = async (testId: string) => {
    diary.pressed.push(testId);
    await page.getByTestId(testId).click();
  };
  const step = (id: string) => page.locator(`[data-testid="tour"][data-step="${id}"]`).waitFor();
  const read = async (id: string) => {
    await step(id);
    const words = (await page.getByTestId('tour-words').textContent()) ?? '';
    diary.read[id] = words;
    await spend(words.split(' ').length / WORDS_PER_SECOND);
  };

  await page.goto(url);
  await page.getByTestId('tour-begin').waitFor();
  await picture('1-first-look');
  await click('tour-begin');
  await read('watch');
  await picture('2-watch');
  await click('tour-next');
  await read('practice');
  await practise(page, diary, spend, press, picture);
  await read('answer');
  await answer(page, spend, press);
  await read('drive');
  await hold(page, ['ArrowUp'], 'the tour to go on', () =>
    page.locator('[data-testid="tour"][data-step="let-go"]').isVisible(),
  );
  diary.pressed.push('ArrowUp');
  await picture('4-drive');
  await spend(2);
  await page.keyboard.up('ArrowUp');
  await read('reward');
  await press('+');
  await read('stop');
  await picture('5-stop');
  await click('tour-next');
  await click('tab-compare');
  for (let i = 1; i < ANSWERS; i++) await answer(page, spend, press);
  await picture('6-ten-answers');
  await click('tab-live');
  await drive(page, diary, press, picture, hasArrived);
  diary.wallSeconds = (performance.now() - began) / 1000;
  return diary;
}

type Spend = (seconds: number) => Promise<void>;
type Press = (key: string, what?: string, isSo?: () => unknown) => Promise<void>;

/** Keeps every verdict that is shown: on a slow machine one may be gone before it is looked for. */
const KEEP_VERDICTS = `{
  window.verdicts = [];
  let shown = '';
  const look = () => {
    const words = document.querySelector('[data-testid="tour-words"]')?.textContent ?? '';
    if (words !== shown && words.includes('Left: ')) window.verdicts.push(words);
    shown = words;
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
}`;

/** Looks at both clips to their end and takes the one that came further. */
async function practise(
  page: Page,
  diary: Diary,
  spend: Spend,
  press: Press,
  picture: Newcomer['picture'],
): Promise<void> {
  await page.evaluate(KEEP_VERDICTS);
  const verdicts = () => page.evaluate<string[]>('window.verdicts');
  for (let i = 0; ; i++) {
    const [left, right] = await seen(page, spend);
    const before = await page.getByTestId('compare').getAttribute('data-query');
    const key = metresOf(left!) >= metresOf(right!) ? 'ArrowLeft' : 'ArrowRight';
    await press(key, 'a verdict', async () => (await verdicts()).length > i);
    diary.read[`verdict ${i}`] = (await verdicts())[i]!;
    if (i === 0) await picture('3-practice');
    const isOver = await until('the next', async () => {
      if (!(await page.locator('[data-step="practice"]').isVisible())) return 'over';
      const shown = page.locator('[data-testid="compare"]');
      const query = await shown.getAttribute('data-query', { timeout: 2000 });
      // The practice may have ended since the look above: a real question is none of it.
      return query?.startsWith('practice-') && query !== before && 'more';
    });
    if (isOver === 'over') return;
  }
}

const metresOf = (summary: string) => Number(/([\d.]+) m in/.exec(summary)?.[1] ?? 0);

/** Both clips of the present question, to their end; what is said of them then. */
async function seen(page: Page, spend: Spend): Promise<string[]> {
  await page.locator('[data-testid="compare"][data-ready="true"]').waitFor();
  const summaries = page.getByTestId('clip-summary');
  await until('both clips', async () => (await summaries.count()) === 2);
  await spend(2); // as long as a clip lasts, and at once where the browser was slow
  return summaries.allTextContents();
}

async function answer(page: Page, spend: Spend, press: Press): Promise<void> {
  const [left, right] = await seen(page, spend);
  const before = await page.getByTestId('compare').getAttribute('data-query');
  const [a, b] = [metresOf(left!), metresOf(right!)];
  const key = a === b ? 'ArrowDown' : a > b ? 'ArrowLeft' : 'ArrowRight';
  await press(key, 'the next question', async () => {
    const compare = page.getByTestId('compare');
    if ((await compare.count()) === 0) return true;
    return (await compare.getAttribute('data-query')) !== before;
  });
}

/** From the start of a road to its end. */
async function drive(
  page: Page,
  diary: Diary,
  press: Press,
  picture: Newcomer['picture'],
  hasArrived: Newcomer['hasArrived'],
): Promise<void> {
  await page.getByTestId('controller').waitFor();
  const began = performance.now();
  diary.pressed.push('ArrowUp');
  // Left and right together hold the wheel straight, as the road is: a person would steer.
  const keys = ['ArrowUp', 'ArrowLeft', 'ArrowRight'];
  await hold(page, keys, 'the wheel', () => page.getByText('You drive').isVisible());
  await press('n'); // held from the first step on
  await hold(page, keys, 'the end of the road', hasArrived);
  diary.personSeconds += (performance.now() - began) / 1000;
  await picture('7-the-road');
  for (const key of keys) await page.keyboard.up(key);
}
