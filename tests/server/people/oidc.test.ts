/** Signing in at an identity provider, over real HTTP and with a real provider. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseRule } from '../../../server/people/admit-rules.ts';
import { Oidc } from '../../../server/people/oidc.ts';
import { People } from '../../../server/people/people.ts';
import { verifyAudit } from '../../../server/storage/audit-verify.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { type Door, openDoor } from '../connection/door.ts';
import { Browser } from './browser.ts';
import { CLIENT, type IdentityProvider, openIdentityProvider } from './identity-provider.ts';

const RULES = [
  'supervisor=email=ada@lab.example.org',
  'annotator=groups=labellers',
  'auditor=groups=auditors',
];
const ADA = {
  ...{ sub: 's-1', name: 'Ada Lovelace', email: 'Ada@Lab.example.org', email_verified: true },
};
const BOB = { sub: 's-2', name: 'Bob', groups: ['staff', 'labellers'] };
const EVE = { sub: 's-3', name: 'Eve', groups: ['staff'] };

let folder = '';
let storage: Storage;
let people: People;
let provider: IdentityProvider;
let door: Door;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-oidc-'));
  storage = openStorage(folder);
  people = await People.open(storage, { isClosed: true });
  provider = await openIdentityProvider();
  const { id: clientId, secret } = CLIENT;
  const rules = RULES.map(parseRule);
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

/** From the link on the page to the provider and back, up to what the server says then. */
async function signIn(browser = new Browser(), query = ''): Promise<Response> {
  return browser.open(await browser.follow(at(`/oidc${query}`), isCallback));
}

/** Who the server takes the browser for; undefined: it is sent to the form. */
async function me(browser: Browser): Promise<unknown> {
  const reply = await browser.open(at('/api/me'));
  return reply.status === 200 ? reply.json() : undefined;
}

/** What a refusal tells, as a person reads it. */
async function told(reply: Response): Promise<[number, string]> {
  const words = /role="alert"[^>]*>([^<]*)</.exec(await reply.text())?.[1] ?? '';
  return [reply.status, words.replace(/&#(\d+);/g, (_, n) => String.fromCharCode(Number(n)))];
}

describe('[ROLE-7] sign-in at an identity provider', () => {
  test('a claim lets somebody in with its role, and they are the same person each time', async () => {
    const page = await (await new Browser().open(at('/sign-in'))).text();
    expect(page).toContain(`Continue with ${provider.issuer.host}`);
    expect(page).toContain('reins people invite');
    provider.person = ADA;
    const browser = new Browser();
    expect((await signIn(browser)).headers.get('location')).toBe('.');
    const ada = await me(browser);
    expect(ada).toMatchObject({ name: 'Ada Lovelace', role: 'supervisor' });
    const cookie = [...browser.jar(at('/')).keys()];
    expect(cookie).toEqual([`reins-login-${door.port}`]);
    const other = new Browser();
    await signIn(other);
    expect(await me(other)).toEqual(ada);
    expect(people.accounts).toHaveLength(1);
  });

  test('the login is one cookie that scripts cannot read, as for a password', async () => {
    provider.person = ADA;
    const cookies = (await signIn()).headers.getSetCookie();
    expect(cookies.at(-1)).toMatch(
      /^reins-login-\d+=[\w-]{32}; HttpOnly; SameSite=Lax; Max-Age=\d+$/,
    );
    expect(cookies[0]).toMatch(/^reins-oidc-\d+=; HttpOnly; SameSite=Lax; Max-Age=0$/);
  });

  test('nobody else comes in: not without a rule or an invitation, and not by an address that is not confirmed', async () => {
    provider.person = ADA;
    await signIn();
    const strangers = [
      EVE,
      { ...EVE, sub: 's-4', groups: 'labellers-2' },
      { ...ADA, sub: 's-5', email_verified: false },
      { ...ADA, sub: 's-6', email_verified: undefined },
    ];
    for (const person of strangers) {
      provider.person = person;
      const browser = new Browser();
      const [status, words] = await told(await signIn(browser));
      expect([status, words]).toEqual([403, expect.stringMatching(/Ask a supervisor for a link/)]);
      expect(await me(browser)).toBeUndefined();
    }
    expect(people.accounts).toHaveLength(1);
  });

  test('the first account is a supervisor’s here, too, and before it nobody is the owner', async () => {
    expect(await me(new Browser())).toBeUndefined();
    provider.person = BOB;
    const [status, words] = await told(await signIn());
    expect([status, words]).toEqual([403, expect.stringMatching(/first account.*supervisor/)]);
    expect(people.accounts).toHaveLength(0);
  });

  test('an invitation lets in whoever opens it first, once', async () => {
    provider.person = ADA;
    await signIn();
    const code = await people.invite('operator', 'test', Date.now());
    const form = await (await new Browser().open(at(`/invite?code=${code}`))).text();
    expect(form).toContain(`href="oidc?invite=${code}"`);
    provider.person = EVE;
    const browser = new Browser();
    await signIn(browser, `?invite=${code}`);
    expect(await me(browser)).toMatchObject({ name: 'Eve', role: 'operator' });
    provider.person = { ...EVE, sub: 's-7' };
    expect((await signIn(new Browser(), `?invite=${code}`)).status).toBe(403);
    // Without the link, and by no rule, she is known again.
    provider.person = { ...EVE, name: 'Eve Married' };
    const again = new Browser();
    await signIn(again);
    expect(await me(again)).toEqual(await me(browser));
  });

  test('a rule is asked each time: another role is given, and without any they are shut out; disabled stays disabled', async () => {
    provider.person = ADA;
    await signIn();
    provider.person = BOB;
    const browser = new Browser();
    await signIn(browser);
    expect(await me(browser)).toMatchObject({ role: 'annotator' });
    provider.person = { ...BOB, groups: ['auditors'] };
    await signIn(browser);
    expect(await me(browser)).toMatchObject({ name: 'Bob', role: 'auditor' });
    provider.person = { ...BOB, groups: [] };
    expect(await told(await signIn())).toEqual([403, expect.stringMatching(/no longer/)]);
    const bob = people.accounts.find(({ name }) => name === 'Bob')!;
    await people.change(bob.id, { isDisabled: true }, 'test', Date.now());
    provider.person = BOB;
    expect(await told(await signIn())).toEqual([403, expect.stringMatching(/disabled/)]);
  });

  test('names are made to fit, and the last supervisor stays one', async () => {
    provider.person = ADA;
    await signIn();
    for (const [n, name] of ['Bob', ' <b>Bob</b>', '***', ''].entries()) {
      provider.person = { ...BOB, sub: `s-${10 + n}`, name };
      await signIn();
    }
    const names = people.accounts.map(({ name }) => name);
    expect(names).toEqual(['Ada Lovelace', 'Bob', 'b Bob b', 'Somebody', 'Somebody 2']);
    provider.person = { ...ADA, email: 'else@lab.example.org', groups: ['labellers'] };
    const browser = new Browser();
    await signIn(browser);
    expect(await me(browser)).toMatchObject({ role: 'supervisor' });
  });

  test('nothing that the provider says of somebody is kept but a name, and the audit log has neither', async () => {
    provider.person = ADA;
    await signIn();
    const [account] = await storage.listAccounts();
    expect(account).toMatchObject({
      password: null,
      identity: expect.stringMatching(/^[\da-f]{64}$/),
    });
    const rows = await storage.readAudit(0, 100);
    const actions = rows.map((row) => (JSON.parse(row.body) as { action: string }).action);
    expect(actions).toEqual(['account.created', 'account.signed-in']);
    expect(rows.map((row) => row.body).join()).not.toMatch(/Ada|lab\.example/);
    expect(verifyAudit(folder)).toMatchObject({ isWhole: true });
    expect(await people.signIn('Ada Lovelace', '', Date.now())).toBeUndefined();
  });
});

describe('[ROLE-8] what does not fit is refused, with the way out', () => {
  /** On the way back, with what was changed there. */
  async function arrive(change: (answer: URL, jar: Map<string, string>) => void) {
    provider.person = ADA;
    const browser = new Browser();
    const answer = await browser.follow(at('/oidc'), isCallback);
    change(answer, browser.jar(answer));
    const reply = await told(await browser.open(answer));
    expect(await me(browser)).toBeUndefined();
    return reply;
  }
  const name = () => `reins-oidc-${door.port}`;
  const forge = (field: string) => (_: URL, jar: Map<string, string>) => {
    const errand = JSON.parse(Buffer.from(jar.get(name())!, 'base64url').toString());
    const forged = JSON.stringify({ ...errand, [field]: `${errand[field]}x` });
    jar.set(name(), Buffer.from(forged).toString('base64url'));
  };

  test.each(['state', 'nonce', 'verifier'])('another %s', async (field) => {
    const [status, words] = await arrive(forge(field));
    expect([status, words]).toEqual([502, expect.stringMatching(/Try again, or sign in by name/)]);
    expect(people.accounts).toEqual([]);
  });

  test('another browser, and a cookie that is damaged', async () => {
    const begun = [400, expect.stringMatching(/Begin again/)];
    expect(await arrive((_, jar) => jar.clear())).toEqual(begun);
    expect(await arrive((_, jar) => jar.set(name(), 'e30'))).toEqual(begun);
    expect(await arrive((_, jar) => jar.set(name(), '!'))).toEqual(begun);
  });

  test('another issuer, and a code that is none', async () => {
    for (const [field, value] of [
      ['iss', 'https://login.example.org'],
      ['code', 'guessed'],
    ] as const)
      expect((await arrive((answer) => answer.searchParams.set(field, value)))[0]).toBe(502);
  });

  test('a code is good once', async () => {
    provider.person = ADA;
    const browser = new Browser();
    const answer = await browser.follow(at('/oidc'), isCallback);
    const errand = browser.jar(answer).get(name())!;
    expect((await browser.open(answer)).status).toBe(303);
    const thief = new Browser();
    thief.jar(answer).set(name(), errand);
    expect((await thief.open(answer)).status).toBe(502);
    expect(await me(thief)).toBeUndefined();
  });

  test('somebody who does not confirm who they are', async () => {
    provider.person = undefined;
    const [status, words] = await told(await signIn());
    expect([status, words]).toEqual([401, expect.stringMatching(/did not confirm who you are/)]);
  });

  test('a provider that is away is told of, and asked again', async () => {
    await provider.close();
    const [status, words] = await told(await new Browser().open(at('/oidc')));
    expect([status, words]).toEqual([502, expect.stringMatching(/failed: .* Try again/)]);
    expect(door.logged).toContain('a sign-in at the identity provider was refused');
    // The form that is shown goes where passwords are taken, and those still work.
    const code = await people.invite('supervisor', 'test', Date.now());
    await people.accept(code, 'Grace', 'long enough', Date.now());
    const page = await (await new Browser().open(at('/oidc'))).text();
    const action = /<form method="post" action="([^"]+)"/.exec(page)![1]!;
    const body = new URLSearchParams({ name: 'Grace', password: 'long enough' });
    const right = await fetch(at(`/${action}`), { method: 'POST', body, redirect: 'manual' });
    expect(right.headers.get('location')).toBe('.');
  });

  test('a server without one says so', async () => {
    const plain = await openDoor({ people, storage });
    for (const path of ['/oidc', '/oidc-callback']) {
      const reply = await fetch(plain.url + path);
      expect(await told(reply)).toEqual([404, expect.stringMatching(/--oidc-issuer/)]);
    }
    expect(await (await fetch(`${plain.url}/sign-in`)).text()).not.toContain('Continue with');
    await plain.close();
  });
});
