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
