/** People are let in from the page, and share a browser without taking each other's answers. */
import type { BrowserContext, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { violations } from './axe.ts';
import { openPage, screenshot, until } from './helpers.ts';
import { serve } from './served.ts';

const served = serve('--env', 'reacher', '--overlap', '2');

const PASSWORD = 'long enough';

async function invitation(page: Page, role?: string): Promise<string> {
  await page.getByTestId('tab-people').click();
  await page.getByTestId('invite').click();
  if (role) await page.getByTestId('invite-role').selectOption(role);
  await page.getByTestId('invite-make').click();
  const link = await page.getByTestId('invite-link').inputValue();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  return link;
}

/** At the form of an invitation or for signing in. */
async function enter(page: Page, address: string, name: string): Promise<void> {
  await page.goto(address);
  await page.locator('[name=name]').fill(name);
  await page.locator('[name=password]').fill(PASSWORD);
  await page.getByRole('button').click();
  await page.getByTestId('account').waitFor();
}

async function signOut(page: Page): Promise<void> {
  await page.getByTestId('account').click();
  await page.getByTestId('sign-out').click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
}

async function pageOf(context: BrowserContext, address: string, name: string): Promise<Page> {
  const page = await context.newPage();
  await enter(page, address, name);
  return page;
}

const answers = (page: Page) =>
  page.evaluate(async () => {
    const reply = await fetch('api/feedback');
    const log = (await reply.json()) as { kind: string; teacherId: string }[];
    return log.filter(({ kind }) => kind === 'preference').map(({ teacherId }) => teacherId);
  });
const idOf = (page: Page, name: string) =>
  page.evaluate(async (wanted) => {
    const accounts = (await (await fetch('api/accounts')).json()) as { id: string; name: string }[];
    return accounts.find((account) => account.name === wanted)?.id;
  }, name);

test('[ROLE-9] [ROLE-10] [REV-6] people are invited, given roles and shut out under People; what somebody answered waits for them, whoever else signs in there', async () => {
  const { server, browser } = served;
  const owner = await openPage(browser, server.url);
  await owner.page.getByTestId('tab-people').click();
  await owner.page.getByText('Nobody has one: whoever opens this page').waitFor();
  const first = await invitation(owner.page);
  const grace = await pageOf(await browser.newContext(), first, 'Grace');
  // Whoever used the server before it had accounts is asked to sign in.
  await owner.page.getByTestId('signed-out').getByRole('link', { name: 'Sign in' }).waitFor();
  await owner.close();

  const lab = await browser.newContext();
  const hers = await pageOf(lab, await invitation(grace, 'annotator'), 'Ada');
  await hers.getByTestId('tab-compare').click();
  await hers.locator('[data-testid="compare"][data-ready="true"]').waitFor();
  const other = await lab.newPage();
  await other.goto(server.url);
  await other.getByTestId('account').waitFor();
  await signOut(other);
  await hers.getByTestId('signed-out').waitFor();
  await hers.keyboard.press('ArrowLeft');
  await hers.getByTestId('signed-out').getByText('1 answer kept here').waitFor();
  expect(await violations(hers)).toEqual([]);
  await screenshot(hers, 'signed-out');

  await enter(other, await invitation(grace, 'operator'), 'Bob');
  await hers.getByTestId('kept-answers').click();
  await hers.getByTestId('answers-of-others').waitFor();
  await other.getByTestId('kept-answers').waitFor();
  expect(await answers(grace)).toEqual([]);

  await signOut(other);
  await enter(other, `${server.url}/sign-in`, 'Ada');
  const ada = await idOf(grace, 'Ada');
  await until('her answer', async () => (await answers(grace)).includes(ada!));
  expect(await answers(grace)).toEqual([ada]);

  await grace.evaluate(async () => {
    const log = (await (await fetch('api/feedback')).json()) as { id: string; kind: string }[];
    const { id } = log.find(({ kind }) => kind === 'preference')!;
    const body = JSON.stringify({ id: 'r1', verdict: 'remove', reason: 'too dark' });
    const headers = { 'content-type': 'application/json' };
    await fetch(`api/review/${id}`, { method: 'POST', headers, body });
  });
  await other.getByTestId('account').click();
  const own = other.getByTestId('own-answers');
  await own.getByText('1 answer, 0 of them count').waitFor();
  await own.getByText('one was rejected: too dark').waitFor();
  await screenshot(other, 'own-answers');
  expect(await violations(other)).toEqual([]);
  await other.keyboard.press('Escape');

  await grace.getByTestId('tab-live').click();
  await grace.getByTestId('play-pause').click();
  await grace.getByTestId('halt-words').getByText('Paused by you').waitFor();
  await other.getByTestId('halt-words').getByText('Paused by Grace').waitFor();
  await grace.getByTestId('play-pause').click();
  await grace.getByTestId('tab-people').click();
  await lab.close();

  await grace.getByTestId('queue').getByText('it adds up').waitFor();
  const row = grace.locator('[data-testid="account-row"][data-name="Bob"]');
  await row.getByTestId('account-role').selectOption('auditor');
  const role = () =>
    grace.evaluate(async () => {
      const reply = await fetch('api/accounts');
      const accounts = (await reply.json()) as { name: string; role: string }[];
      return accounts.find(({ name }) => name === 'Bob')?.role;
    });
  await until('another role', async () => (await role()) === 'auditor');
  await row.getByTestId('account-disable').click();
  await until('shut out', async () => (await row.getAttribute('data-state')) === 'out');
  // Nobody else could look after the others.
  const last = grace.locator('[data-testid="account-row"][data-name="Grace"]');
  await last.getByTestId('account-disable').click();
  await grace.getByText('is the last supervisor').waitFor();
  for (const colorScheme of ['light', 'dark'] as const) {
    await grace.emulateMedia({ colorScheme });
    await grace.getByTestId('accounts').scrollIntoViewIfNeeded();
    await screenshot(grace, `accounts-desktop-${colorScheme}`);
  }
  await grace.setViewportSize({ width: 390, height: 844 });
  await grace.getByTestId('accounts').scrollIntoViewIfNeeded();
  await screenshot(grace, 'accounts-phone-dark');
  expect(await grace.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  expect(await violations(grace)).toEqual([]);
  await grace.context().close();
});
