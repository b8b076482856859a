/** What everybody can use: measured by axe-core and by the boxes of the page, on every screen. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { violations } from './axe.ts';
import { openPage, screenshot, until, untilReady } from './helpers.ts';
import { serve } from './served.ts';

const served = serve();

/** Runs in the page: pairs of controls and labels whose boxes cover each other, and those cut off by the window. */
const COLLISIONS = `(() => {
  const what = 'button, .mantine-SegmentedControl-root, .instruments, .goal-note, .takeover, .stick, ' +
    '[data-testid="controller"], [data-testid="run"]';
  const name = (e) => e.dataset.testid ?? e.getAttribute('aria-label') ?? e.textContent.slice(0, 20);
  // A table that is too wide is scrolled by itself.
  const fixed = [...document.querySelectorAll(what)].filter((e) => !e.closest('table'));
  // What is scrolled away under the header is not seen there.
  const seen = (e) => {
    let { left, right, top, bottom } = e.getBoundingClientRect();
    for (let p = e.parentElement; p; p = p.parentElement) {
      if (getComputedStyle(p).overflowY === 'visible') continue;
      const box = p.getBoundingClientRect();
      top = Math.max(top, box.top);
      bottom = Math.min(bottom, box.bottom);
    }
    return { left, right, top, bottom };
  };
  const shown = fixed.filter((e) => {
    const { width, height } = e.getBoundingClientRect();
    return width > 1 && height > 1 && e.checkVisibility({ visibilityProperty: true });
  });
  const found = [];
  for (const [i, a] of shown.entries()) {
    const p = seen(a);
    if (p.left < -1 || p.right > innerWidth + 1) found.push(name(a) + ' leaves the window');
    for (const b of shown.slice(i + 1)) {
      if (a.contains(b) || b.contains(a)) continue;
      const q = seen(b);
      const across = Math.min(p.right, q.right) - Math.max(p.left, q.left);
      const down = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
      if (across > 1 && down > 1) found.push(name(a) + ' and ' + name(b));
    }
  }
  return found;
})()`;

/** Runs in the page: what fingers press that is smaller than 44 px. */
const SMALL = `[...document.querySelectorAll('button, .mantine-SegmentedControl-label, .stick')]
  .filter((e) => e.checkVisibility({ visibilityProperty: true }))
  .map((e) => [e.dataset.testid ?? e.getAttribute('aria-label') ?? e.textContent, e.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.width < 43.5 || box.height < 43.5))
  .map(([name, box]) => name + ' is ' + Math.round(box.width) + ' x ' + Math.round(box.height))`;

/** A pad of the standard layout that nobody touches. */
const PAD = `navigator.getGamepads = () => [{ id: 'pad', index: 0, connected: true, mapping: 'standard',
  axes: [0, 0, 0, 0], buttons: Array.from({ length: 17 }, () => ({ value: 0 })) }]`;

const SCREENS: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  async live(page) {
    await untilReady(page);
  },
  async 'a start to record from'(page) {
    await page.getByTestId('record').click();
    await page.getByTestId('record-panel').waitFor();
  },
  async paused(page) {
    await page.getByTestId('record').click();
    await page.getByTestId('record-panel').waitFor({ state: 'hidden' });
    await page.getByTestId('play-pause').click();
    await page.getByTestId('halt-words').waitFor();
    expect(await page.getByTestId('halt-words').textContent()).toBe(
      'Paused by you. Space goes on, . takes one step.',
    );
  },
  async stopped(page) {
    await page.getByTestId('estop').click();
    await until(
      'its words',
      async () =>
        (await page.getByTestId('halt-words').textContent()) === 'Stopped by you. Space goes on.',
    );
  },
  async goal(page) {
    await page.getByTestId('goal').click();
    await page.getByTestId('goal-dialog').waitFor();
  },
  async keys(page) {
    await page.keyboard.press('Escape');
    await page.getByTestId('goal-dialog').waitFor({ state: 'hidden' });
    await page.getByTestId('help').click();
    await page.getByRole('dialog').waitFor();
  },
  async controls(page) {
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.evaluate(PAD);
    await page.getByTestId('gamepad').click();
    await page.getByTestId('pad-id').waitFor();
  },
  async compare(page) {
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.getByTestId('play-pause').click();
    await page.getByTestId('tab-compare').click();
    await page.locator('[data-testid="compare"][data-ready="true"]').waitFor();
    await page.getByTestId('clip-summary').first().waitFor();
  },
  async episodes(page) {
    await page.getByTestId('tab-episodes').click();
    await page.getByTestId('open-episode').first().click();
    await page.getByTestId('replay-time').waitFor();
    await page.getByTestId('link-moment').click();
    await page.getByTestId('moment-address').waitFor();
  },
  async learning(page) {
    await page.getByTestId('tab-learning').click();
    await page.getByTestId('learning').waitFor();
    await page.locator('.u-over').first().waitFor();
  },
  async runs(page) {
    await page.getByTestId('tab-runs').click();
    await page.getByTestId('run-details').waitFor();
    await page.getByTestId('run-curves').locator('.u-over').first().waitFor();
  },
  async tour(page) {
    await page.getByTestId('goal').click();
    await page.getByTestId('tour-again').click();
    await page.getByTestId('tour').waitFor();
    await page.getByTestId('controller').waitFor();
  },
  async practice(page) {
    await page.getByTestId('tour-next').click();
    await page.locator('[data-query^="practice"][data-ready="true"]').waitFor();
  },
};

/** A window of a page that is already open, dark or light. */
interface Look {
  readonly colorScheme: 'dark' | 'light';
  readonly width: number;
  readonly height: number;
  /** Looked at for what covers what alone. */
  readonly isSize?: boolean;
}

/** One page is every desktop in turn: opening it anew for each would take most of the time. */
const DESKTOPS: Readonly<Record<string, Look>> = {
  'a desktop, dark': { width: 1440, height: 900, colorScheme: 'dark' },
  'a desktop, light': { width: 1440, height: 900, colorScheme: 'light' },
  'a wide screen': { width: 2560, height: 1440, colorScheme: 'light', isSize: true },
  'a desktop of 1280 px at 200 %': { width: 640, height: 400, colorScheme: 'light', isSize: true },
};
const PHONE = {
  'a phone, light': { width: 390, height: 844, colorScheme: 'light' },
  'a phone, dark': { width: 390, height: 844, colorScheme: 'dark' },
} satisfies Record<string, Look>;

test.each<[string, Readonly<Record<string, Look>>, BrowserContextOptions]>([
  ['desktops', DESKTOPS, {}],
  ['a phone', PHONE, { hasTouch: true, isMobile: true, reducedMotion: 'reduce' }],
])(
  '[UI-40] [UI-39] %s: axe finds nothing, nothing covers anything',
  async (_name, looks, options) => {
    const [{ width, height, colorScheme }] = Object.values(looks) as [Look];
    const first = { viewport: { width, height }, colorScheme, ...options };
    const { page, errors, close } = await openPage(served.browser, served.server.url, first);
    const wrong: string[] = [];
    try {
      for (const [screen, reach] of Object.entries(SCREENS)) {
        await reach(page);
        for (const [look, { isSize, ...as }] of Object.entries(looks)) {
          await wear(page, as);
          // What axe looks at does not depend on the size: once dark and once light.
          const found = isSize ? [] : await violations(page);
          // What is behind a dialog is covered on purpose.
          if (!['goal', 'keys', 'controls'].includes(screen))
            found.push(...(await collisions(page)));
          if (options.hasTouch) found.push(...((await page.evaluate(SMALL)) as string[]));
          if (found.length > 0)
            await screenshot(page, `access-${look.replaceAll(/\W+/g, '-')}-${screen}`);
          wrong.push(...found.map((problem) => `${look}, ${screen}: ${problem}`));
        }
        await wear(page, { width, height, colorScheme });
      }
    } finally {
      await close();
    }
    expect(wrong).toEqual([]);
    expect(errors).toEqual([]);
  },
);

/** Those that stay: a busy page takes its time to fit itself into a new window. */
async function collisions(page: Page): Promise<string[]> {
  let found: string[] = [];
  const isFree = async () => {
    found = await page.evaluate(COLLISIONS);
    return found.length === 0;
  };
  await until('a page without collisions', isFree, 5000).catch(() => undefined);
  return found;
}

async function wear(page: Page, { width, height, colorScheme }: Look): Promise<void> {
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme });
  await page.waitForTimeout(400); // dialogs begin to fade in
  // What is still fading has half its contrast; how long that takes depends on the machine.
  await until('an end of all fading', () =>
    page.evaluate(`document.documentElement.dataset.mantineColorScheme === '${colorScheme}' &&
      !document.getAnimations().some((a) => a instanceof CSSTransition)`),
  );
}
