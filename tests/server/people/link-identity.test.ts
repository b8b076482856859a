/** A password account and an identity at a real provider become one person’s two ways in, over real HTTP. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseRule } from '../../../server/people/admit-rules.ts';
import { Oidc } from '../../../server/people/oidc.ts';
import { People } from '../../../server/people/people.ts';
import { verifyAudit } from '../../../server/storage/audit-verify.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { type Door, openDoor } from '../connection/door.ts';
import { Browser } from './browser.ts';
import { CLIENT, type IdentityProvider, openIdentityProvider } from './identity-provider.ts';

const ADA = { sub: 's-1', name: 'A. Lovelace' };
const BOB = { sub: 's-2', name: 'Bob', groups: ['labellers'] };
const PASSWORD = 'long enough';

let folder = '';
let storage: Storage;
let people: People;
let provider: IdentityProvider;
let door: Door;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-link-'));
  storage = openStorage(folder);
  people = await People.open(storage, { isClosed: true });
  provider = await openIdentityProvider();
  const { id: clientId, secret } = CLIENT;
  const rules = [parseRule('annotator=groups=labellers')];
  const { issuer } = provider;
  const oidc = new Oidc({ issuer, clientId, secret, scope: 'openid profile email', rules });
  door = await openDoor({ people, storage, oidc });
  provider.start(`${door.url}/oidc-callback`);
});
afterEach(async () => {
  await door.close();
  await provider.close();
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

const at = (path: string) => new URL(path, door.url);
const isCallback = ({ pathname }: URL) => pathname === '/oidc-callback';

/** Somebody with a password, signed in. */
async function invited(name: string): Promise<Browser> {
  const code = await people.invite('supervisor', 'test', Date.now());
  const login = await people.accept(code, name, PASSWORD, Date.now());
  const browser = new Browser();
  browser.jar(at('/')).set(`reins-login-${door.port}`, login);
  return browser;
}

/** By the button: asks for the link, and goes to the provider and back. */
async function link(browser: Browser): Promise<Response> {
  const reply = await browser.post(at('/api/me/identity'));
  const { link: path } = (await reply.json()) as { link: string };
  return browser.open(await browser.follow(at(`/${path}`), isCallback));
}

async function signInThere(browser = new Browser()): Promise<Browser> {
  await browser.open(await browser.follow(at('/oidc'), isCallback));
  return browser;
}

async function asked<T>(browser: Browser, path: string): Promise<T> {
  return (await (await browser.open(at(path))).json()) as T;
}
const me = (browser: Browser) => asked<{ id?: string; name?: string }>(browser, '/api/me');
const ways = (browser: Browser) => asked<object>(browser, '/api/me/identity');

/** What a refusal tells, as a person reads it. */
async function told(reply: Response): Promise<[number, string]> {
  const text = await reply.text();
  const words = /role="alert"[^>]*>([^<]*)</.exec(text)?.[1] ?? text;
  return [reply.status, words.replace(/&#(\d+);/g, (_, n) => String.fromCharCode(Number(n)))];
}

test('[ROLE-11] linked, password and provider let in the same person, and unlinked only the password does; both are audited', async () => {
  const browser = await invited('Ada');
  const ada = await me(browser);
  provider.person = ADA;
  const { host } = provider.issuer;
  expect(await ways(browser)).toEqual({ provider: host, isLinked: false, hasPassword: true });
  expect((await link(browser)).headers.get('location')).toBe('.');
  expect(await ways(browser)).toEqual({ provider: host, isLinked: true, hasPassword: true });
  expect(await me(await signInThere())).toEqual(ada);
  expect(await people.signIn('Ada', PASSWORD, Date.now())).toBeDefined();
  expect(people.accounts).toHaveLength(1);
  // Over a restart.
  const again = await People.open(storage, { isClosed: true });
  expect(again.waysOf(ada.id!).isLinked).toBe(true);

  expect((await browser.post(at('/api/me/identity/unlink'))).status).toBe(200);
  const stranger = await signInThere();
  expect((await stranger.open(at('/api/me'))).status).not.toBe(200);
  expect(await people.signIn('Ada', PASSWORD, Date.now())).toBeDefined();
  expect((await browser.post(at('/api/me/identity/unlink'))).status).toBe(400);
  const rows = (await storage.readAudit(0, 99)).map(
    ({ body }) => JSON.parse(body) as { action: string; actor: string; objectId: string },
  );
  const linked = rows.filter(({ action }) => action.endsWith('linked'));
  expect(linked.map(({ action, actor, objectId }) => [action, actor, objectId])).toEqual([
    ['account.linked', ada.id, ada.id],
    ['account.unlinked', ada.id, ada.id],
  ]);
  expect(verifyAudit(folder)).toMatchObject({ isWhole: true });
});

test('[ROLE-11] nobody unlinks their only way in', async () => {
  await invited('Ada');
  provider.person = BOB;
  const bob = await signInThere();
  const reply = await bob.post(at('/api/me/identity/unlink'));
  expect(await told(reply)).toEqual([400, expect.stringMatching(/would lock you out/)]);
  expect(await me(await signInThere())).toEqual(await me(bob));
});

test('[ROLE-11] an identity of another account is refused in words, and so is a second one', async () => {
  const ada = await invited('Ada');
  provider.person = BOB;
  await signInThere();
  const taken = await told(await link(ada));
  expect(taken).toEqual([409, expect.stringMatching(/is linked to another account here/)]);
  expect(await ways(ada)).toMatchObject({ isLinked: false });
  const goThereAs = (person: IdentityProvider['person']) => {
    ada.jar(provider.issuer).clear(); // else the provider has its own page sign the other out
    provider.person = person;
  };
  goThereAs(ADA);
  await link(ada);
  goThereAs({ ...ADA, sub: 's-9' });
  const second = await told(await link(ada));
  expect(second).toEqual([409, expect.stringMatching(/is linked to another one; unlink/)]);
  provider.person = ADA;
  expect(await me(await signInThere())).toEqual(await me(ada));
});

test('[ROLE-11] it is linked to whoever asked for it at this browser, and to nobody else', async () => {
  const [ada, eve] = [await invited('Ada'), await invited('Eve')];
  provider.person = ADA;
  // A link that another site, or another person, made up.
  for (const proof of ['1', '']) {
    const reply = await ada.open(at(`/oidc?link=${proof}`));
    expect(await told(reply)).toEqual([409, expect.stringMatching(/Begin again from the page/)]);
  }
  const { link: of } = (await (await eve.post(at('/api/me/identity'))).json()) as { link: string };
  expect((await ada.open(at(`/${of}`))).status).toBe(409);
  // Somebody else signed in meanwhile.
  const { link: own } = (await (await ada.post(at('/api/me/identity'))).json()) as { link: string };
  const answer = await ada.follow(at(`/${own}`), isCallback);
  const cookie = `reins-login-${door.port}`;
  ada.jar(at('/')).set(cookie, eve.jar(at('/')).get(cookie)!);
  expect((await told(await ada.open(answer)))[0]).toBe(409);
  expect(people.accounts.map(({ identity }) => identity)).toEqual([null, null]);
});
