/** Somebody signs in at an identity provider, in a real browser, at a real server. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import {
  CLIENT,
  type IdentityProvider,
  openIdentityProvider,
} from '../server/people/identity-provider.ts';
import { violations } from './axe.ts';
import {
  launchBrowser,
  type RunningServer,
  screenshot,
  startServerProcess,
  temporaryFolder,
} from './helpers.ts';

const folder = temporaryFolder();
let provider: IdentityProvider;
let server: RunningServer;
let browser: Awaited<ReturnType<typeof launchBrowser>>;

beforeAll(async () => {
  provider = await openIdentityProvider();
  const args = ['--env', 'reacher', '--oidc-client', CLIENT.id, '--oidc-secret', CLIENT.secret];
  const rule = ['--oidc-admit', 'supervisor=email=ada@lab.example.org'];
  server = await startServerProcess({
    dataDir: folder.path,
    args: [...args, ...rule, '--oidc-issuer', provider.issuer.origin],
  });
  provider.start(`${server.url}/oidc-callback`);
  browser = await launchBrowser(inject('browser'));
});
afterAll(async () => {
  await browser?.close();
  await server?.stop('SIGKILL');
  await provider?.close();
  folder.remove();
});

test('[ROLE-7] the page asks to sign in, the provider says who it is, and the page is there', async () => {
  provider.person = { sub: 's-9', name: 'Mallory' };
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(server.url);
  const link = page.getByRole('link', { name: `Continue with ${provider.issuer.host}` });
  await link.waitFor();
  expect(await violations(page)).toEqual([]);
  await screenshot(page, 'sign-in');
  await link.click();
  await page.getByRole('alert').waitFor();
  expect(await page.getByRole('alert').textContent()).toMatch(/knows you.*Ask a supervisor/);
  await screenshot(page, 'sign-in-refused');
  await context.close();

  provider.person = { sub: 's-1', name: 'Ada', email: 'ada@lab.example.org', email_verified: true };
  const own = await browser.newContext();
  const hers = await own.newPage();
  await hers.goto(server.url);
  await hers.getByRole('link', { name: /Continue with/ }).click();
  await hers.getByTestId('tab-people').waitFor();
  const me = await hers.evaluate(() => fetch('api/me').then((reply) => reply.json()));
  expect(me).toMatchObject({ name: 'Ada', role: 'supervisor' });
  expect(await hers.evaluate('document.cookie')).toBe('');
  await own.close();
});

test('[ROLE-11] a person with a password links their account under their name in the header, and unlinks it', async () => {
  provider.person = { sub: 's-1', name: 'Ada', email: 'ada@lab.example.org', email_verified: true };
  const hers = await (await browser.newContext()).newPage();
  await hers.goto(server.url);
  await hers.getByRole('link', { name: /Continue with/ }).click();
  await hers.getByTestId('account').click();
  await hers.getByTestId('own-identity').getByText('It is your only way in').waitFor();
  const link = await hers.evaluate(async () => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ role: 'annotator' });
    const reply = await fetch('api/invites', { method: 'POST', headers, body });
    return ((await reply.json()) as { link: string }).link;
  });
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${server.url}/${link}`);
  await page.locator('[name=name]').fill('Grace');
  await page.locator('[name=password]').fill('long enough');
  await page.getByRole('button', { name: 'Make my account' }).click();
  const { host } = provider.issuer;
  const press = async (what: string) => {
    await page.getByTestId('account').click();
    await page.getByTestId(what).click();
  };
  await press('identity-link'); // as Ada, whose identity it is
  await page.getByRole('alert').getByText('is linked to another account here').waitFor();
  await screenshot(page, 'not-linked');
  await page.getByRole('link', { name: 'Back to the page' }).click();
  provider.person = { sub: 's-8', name: 'G. Hopper' };
  await press('identity-link');
  await page.getByTestId('account').click();
  await page.getByText(`You sign in by password, or at ${host}.`).waitFor();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await screenshot(page, `linked-desktop-${colorScheme}`);
    expect(await violations(page)).toEqual([]);
  }
  const other = await (
    await browser.newContext({ viewport: { width: 390, height: 844 } })
  ).newPage();
  await other.goto(server.url);
  await other.getByRole('link', { name: /Continue with/ }).click();
  await other.getByTestId('account').click();
  await other.getByText('Grace, annotator').waitFor();
  await other.getByTestId('identity-unlink').waitFor();
  await screenshot(other, 'linked-phone-light');
  await other.getByTestId('identity-unlink').click();
  await other.getByTestId('identity-link').waitFor();
  for (const each of [hers, page, other]) await each.context().close();
});
