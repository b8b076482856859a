/** Answers that wait in a real browser: over reloads, closed tabs and logins, and where it has no room for them. */
import type { BrowserContext, Page, WebSocketRoute } from 'playwright-core';
import { expect, test } from 'vitest';
import { violations } from './axe.ts';
import { screenshot, until } from './helpers.ts';
import { keptAnswers } from './kept.ts';
import { serve } from './served.ts';

const served = serve('--env', 'reacher', '--rollouts', '0');

/** A browser of its own, whose answers do not get through while `isHeld`, and nothing while it is cut. */
async function createLine() {
  const context = await served.browser.newContext();
  context.setDefaultTimeout(120_000);
  const routes = new Set<WebSocketRoute>();
  let isCut = false;
  const line = {
    context,
    isHeld: true,
    async cut(next: boolean) {
      isCut = next;
      await context.setOffline(next);
      for (const route of next ? routes : []) await route.close();
      routes.clear();
    },
  };
  await context.routeWebSocket(/\/ws$/, (route) => {
    if (isCut) return void route.close();
    routes.add(route);
    const server = route.connectToServer();
    server.onMessage((message) => route.send(message));
    route.onMessage((message) => {
      if (!(line.isHeld && String(message).startsWith('{"type":"feedback"'))) server.send(message);
    });
  });
  return line;
}

const isOpen = async (page: Page) =>
  (await page.getByTestId('connection').getAttribute('data-state', { timeout: 1000 })) === 'open';

async function untilOpen(page: Page): Promise<void> {
  await until('the page to connect', () => isOpen(page));
  await until('a frame', () => page.evaluate('(window.__reins?.framesReceived ?? 0) > 5'));
}

async function open(context: BrowserContext, script = ''): Promise<Page> {
  const page = await context.newPage();
  if (script !== '') await page.addInitScript({ content: script });
  await page.goto(`${served.server.url}/?graphics=simple`, { waitUntil: 'domcontentloaded' });
  await untilOpen(page);
  return page;
}

/** Ids of the answers that the server has, oldest first. */
async function stored(page: Page): Promise<string[]> {
  const log = (await page.evaluate(`fetch('api/feedback').then((reply) => reply.json())`)) as {
    id: string;
    kind: string;
  }[];
  return log.filter(({ kind }) => kind === 'reward').map(({ id }) => id);
}

async function reward(page: Page, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await page.keyboard.press('+');
}

test('[E2E-20] answers that wait outlive a reload and a closed tab, and are stored once each; those in localStorage, too', async () => {
  const line = await createLine();
  const page = await open(line.context);
  await reward(page, 3);
  await page.reload({ waitUntil: 'domcontentloaded' }); // at once
  await untilOpen(page);
  const first = await keptAnswers(page);
  expect(first.length).toBe(3);
  // As an earlier version of the page left one.
  const older = { ...first[0]!, id: 'left-by-an-earlier-version' };
  const script = `localStorage.setItem('reins-answer:${older.id}', ${JSON.stringify(JSON.stringify(older))})`;
  await page.evaluate(script);
  await reward(page, 2);
  await page.close();

  const again = await open(line.context);
  await until('all on disk', async () => (await keptAnswers(again)).length === 6);
  const left = `Object.keys(localStorage).filter((key) => key.startsWith('reins-answer'))`;
  expect(await again.evaluate(left)).toEqual([]);
  expect(await stored(again)).toEqual([]);
  line.isHeld = false;
  await until('all stored', async () => (await stored(again)).length === 6);
  await until('the acknowledgements', async () => (await keptAnswers(again)).length === 0);
  const ids = await stored(again);
  expect(new Set(ids).size).toBe(6);
  expect(ids).toEqual(expect.arrayContaining([...first.map(({ id }) => id), older.id]));
  await line.context.close();
});

test('[E2E-20] a browser without IndexedDB, or without room, says that answers are in memory only, and loses none that are sent', async () => {
  const before = `Object.defineProperty(window, 'indexedDB', { get() { throw new DOMException('no', 'SecurityError'); } });`;
  const line = await createLine();
  const page = await open(line.context, before);
  const known = await stored(page);
  await page.getByTestId('kept-answers').getByText('In memory').waitFor();
  await page.getByTestId('kept-answers').click();
  await page.getByTestId('memory-only').getByText('Answers are kept in memory only').waitFor();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await screenshot(page, `memory-only-desktop-${colorScheme}`);
    expect(await violations(page)).toEqual([]);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByTestId('memory-only').waitFor();
  await screenshot(page, 'memory-only-phone-dark');
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  await reward(page, 2);
  line.isHeld = false;
  await until('both', async () => (await stored(page)).length === known.length + 2);
  await line.context.close();

  const full = await createLine();
  const refuse = `() => { throw new DOMException('no room', 'QuotaExceededError'); }`;
  const crowded = await open(full.context, `IDBObjectStore.prototype.put = ${refuse};`);
  await reward(crowded, 2);
  expect(await keptAnswers(crowded)).toEqual([]);
  await full.cut(true);
  const notice = crowded.getByTestId('connection-notice');
  await notice.getByText('2 answers kept in this page only').waitFor();
  await full.cut(false);
  await until('the line', () => isOpen(crowded));
  full.isHeld = false;
  await until('both', async () => (await stored(crowded)).length === known.length + 4);
  await full.context.close();
});

test('[E2E-20] [ROLE-9] a login that ends keeps what was answered, and it is sent once the same person signs in', async () => {
  const line = await createLine();
  const page = await line.context.newPage();
  const invitation = await served.browser.newPage();
  await invitation.goto(served.server.url);
  const link = await invitation.evaluate(async () => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ role: 'supervisor' });
    const reply = await fetch('api/invites', { method: 'POST', headers, body });
    return ((await reply.json()) as { link: string }).link;
  });
  await invitation.close();
  const enter = async (button: string) => {
    await page.locator('[name=name]').fill('Ada');
    await page.locator('[name=password]').fill('long enough');
    await page.getByRole('button', { name: button }).click();
    await page.getByTestId('account').waitFor();
    await untilOpen(page);
  };
  await page.goto(`${served.server.url}/${link}`);
  await enter('Make my account');
  const known = await stored(page);
  await reward(page, 2);
  await page.evaluate(`fetch('sign-out', { method: 'POST' })`);
  const notice = page.getByTestId('signed-out');
  await notice.getByText('2 answers kept here').waitFor();
  await reward(page, 1);
  await notice.getByText('3 answers kept here').waitFor();
  line.isHeld = false;
  await notice.getByRole('link', { name: 'Sign in' }).click();
  await enter('Sign in');
  await until('all three', async () => (await stored(page)).length === known.length + 3);
  await until('the acknowledgements', async () => (await keptAnswers(page)).length === 0);
  await line.context.close();
});
