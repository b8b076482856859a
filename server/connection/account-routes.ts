/** Signing in and out, invitations, and the list of accounts. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Oidc } from '../people/oidc.ts';
import type { People, Person } from '../people/people.ts';
import { isRole } from '../people/roles.ts';
import type { Account } from '../storage/accounts-contract.ts';
import type { ConnectionLog } from './counted-log.ts';
import { loginCookie, proofOf, shownLogins } from './login.ts';
import { oidcRoutes } from './oidc-routes.ts';
import { createRateLimit } from './rate-limit.ts';
import { afterSignIn, runOf } from './run-paths.ts';
import { invitePage, notLinkedPage, signInPage } from './sign-in-page.ts';

/** Tries a second, of all together: a password is guessed slowly. */
const TRIES = 3;

interface Form {
  readonly name?: string;
  readonly password?: string;
  readonly code?: string;
}

/** The run that somebody came for. */
interface Asked {
  readonly run?: unknown;
}

export type PersonOf = (request: FastifyRequest) => Person;

export interface AccountRoutes {
  readonly people: People;
  /** Where people may sign in besides by password. */
  readonly oidc?: Oidc | undefined;
  readonly log: ConnectionLog;
}

export function accountRoutes(
  app: FastifyInstance,
  options: AccountRoutes,
  personOf: PersonOf,
): void {
  const { people } = options;
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
  forms(app, options);
  administration(app, people, (request) => personOf(request).id ?? 'owner');
  ownIdentity(app, options, personOf);
  app.get(
    '/api/me',
    { schema: { summary: 'Who I am, and what I may do', response: { 200: ME } } },
    async (request) => {
      const { id, name, role } = personOf(request);
      return { id: id ?? null, name: name ?? null, role };
    },
  );
}

/** Other ways in that people give themselves. */
function ownIdentity(
  app: FastifyInstance,
  { people, oidc }: AccountRoutes,
  personOf: PersonOf,
): void {
  const idOf = (request: FastifyRequest): string => {
    const { id } = personOf(request);
    if (id === undefined) throw new RangeError('account: nobody has one here');
    return id;
  };
  app.get(
    '/api/me/identity',
    { schema: { summary: 'How I sign in', response: { 200: WAYS } } },
    async (request) => ({ ...people.waysOf(idOf(request)), provider: oidc?.host ?? null }),
  );
  app.post(
    '/api/me/identity',
    {
      schema: {
        summary: 'A link that adds an identity to my account',
        body: NOTHING,
        response: { 200: LINK },
      },
    },
    async (request) => {
      idOf(request);
      if (!oidc)
        throw new RangeError('identity: this server has no identity provider (--oidc-issuer)');
      return { link: `oidc?link=${proofOf(request.raw)}` };
    },
  );
  app.post(
    '/api/me/identity/unlink',
    { schema: { summary: 'Takes it away again', body: NOTHING, response: { 200: WAYS } } },
    async (request) => {
      await people.unlink(idOf(request));
      return { ...people.waysOf(idOf(request)), provider: oidc?.host ?? null };
    },
  );
}

function forms(app: FastifyInstance, { people, oidc, log }: AccountRoutes): void {
  const tries = createRateLimit(TRIES);
  const show = (reply: FastifyReply, html: string, code = 200) =>
    reply.code(code).headers(FORM_HEADERS).type('text/html').send(html);
  const hide = { schema: { hide: true } };
  const signIn = (problem?: string, run?: unknown) =>
    signInPage({
      ...{ problem, run: runOf(run), provider: oidc?.host },
      isFirst: people.accounts.length === 0,
    });
  const invited = (code: string, role: string, run: unknown, problem?: string) =>
    invitePage({ code, role, problem, run: runOf(run), provider: oidc?.host });

  function letIn(request: FastifyRequest, reply: FastifyReply, login: string): FastifyReply {
    const { run } = request.query as Asked;
    return reply
      .header('Set-Cookie', loginCookie(request.raw, login))
      .redirect(afterSignIn(run), 303);
  }

  oidcRoutes(app, {
    people,
    oidc,
    log,
    show: (reply, problem, code) => show(reply, signIn(problem), code),
    showNotLinked: (reply, problem, code, run) =>
      show(reply, notLinkedPage(problem, afterSignIn(run)), code),
  });
  app.get<{ Querystring: Asked }>('/sign-in', hide, async ({ query }, reply) =>
    show(reply, signIn(undefined, query.run)),
  );
  app.post<{ Body: Form | null; Querystring: Asked }>('/sign-in', hide, async (request, reply) => {
    const { run } = request.query;
    const { name = '', password = '' } = request.body ?? {};
    const now = Date.now();
    if (!tries.allow(now)) return show(reply, signIn('Too many tries. Wait a moment.', run), 429);
    const login = await people.signIn(name, password, now);
    if (login === undefined) return show(reply, signIn('Name or password is wrong.', run), 401);
    return letIn(request, reply, login);
  });
  app.post('/sign-out', hide, async (request, reply) => {
    await people.signOut(shownLogins(request.raw));
    return reply.redirect('sign-in', 303);
  });
  app.get<{ Querystring: Asked & { code?: string } }>('/invite', hide, async ({ query }, reply) => {
    const { code = '' } = query;
    const role = await people.invitedTo(code, Date.now());
    if (!role) return show(reply, signIn('This invitation was used or has expired.'), 410);
    return show(reply, invited(code, role, query.run));
  });
  app.post<{ Body: Form | null; Querystring: Asked }>('/invite', hide, async (request, reply) => {
    const { code = '', name = '', password = '' } = request.body ?? {};
    const now = Date.now();
    if (!tries.allow(now)) return show(reply, signIn('Too many tries. Wait a moment.'), 429);
    try {
      return letIn(request, reply, await people.accept(code, name, password, now));
    } catch (error) {
      const role = await people.invitedTo(code, now);
      if (!(error instanceof RangeError) || !role) throw error;
      return show(reply, invited(code, role, request.query.run, error.message), 400);
    }
  });
}

/**
 * The page's own policy forbids forms. Where a form's page sends no referrer, browsers say `Origin: null` when it is sent,
 * and it is refused as another site's would be.
 */
const FORM_HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'Referrer-Policy': 'same-origin',
} as const;

function administration(
  app: FastifyInstance,
  people: People,
  actorOf: (request: FastifyRequest) => string,
): void {
  app.setErrorHandler(async (error, _request, reply) => {
    if (error instanceof RangeError) return reply.code(400).send({ message: error.message });
    throw error;
  });
  app.get(
    '/api/accounts',
    { schema: { summary: 'People with an account', response: { 200: ACCOUNTS } } },
    async () => people.accounts.map(publicAccount),
  );
  app.post<{ Body: { name: string; role: string } }>(
    '/api/accounts',
    {
      schema: {
        summary: 'A program that signs in by a token',
        body: SERVICE,
        response: { 200: TOKEN },
      },
    },
    async (request) => ({
      token: await people.addService(request.body.name, actorOf(request), Date.now()),
    }),
  );
  app.post<{ Params: { id: string }; Body: { role?: string; isDisabled?: boolean } }>(
    '/api/accounts/:id',
    {
      schema: {
        summary: 'Another role, or no way in any more',
        body: CHANGE,
        response: { 200: ACCOUNT },
      },
    },
    async (request) =>
      publicAccount(
        await people.change(request.params.id, request.body, actorOf(request), Date.now()),
      ),
  );
  app.post<{ Body: { role: string } }>(
    '/api/invites',
    {
      schema: {
        summary: 'A link that makes one account, within a week',
        body: INVITE,
        response: { 200: LINK },
      },
    },
    async (request) => {
      const code = await people.invite(request.body.role, actorOf(request), Date.now());
      return { link: `invite?code=${code}` };
    },
  );
}

const text = { type: 'string', maxLength: 200 } as const;
const SERVICE = { type: 'object', required: ['name'], properties: { name: text } } as const;
const INVITE = { type: 'object', required: ['role'], properties: { role: text } } as const;
const NOTHING = { type: 'object', properties: {} } as const;
const CHANGE = {
  type: 'object',
  properties: { role: text, isDisabled: { type: 'boolean' } },
} as const;

const word = { type: 'string' } as const;
const wordOrNull = { type: ['string', 'null'] } as const;
const ME = {
  description: 'null without accounts',
  type: 'object',
  properties: { id: wordOrNull, name: wordOrNull, role: word },
} as const;
const WAYS = {
  description: '`provider`: host of the identity provider; null: the server has none',
  type: 'object',
  properties: {
    ...{ provider: wordOrNull, isLinked: { type: 'boolean' } },
    hasPassword: { type: 'boolean' },
  },
} as const;
const ACCOUNT = {
  description: 'Times are ms since epoch; `disabledAt` null: they may sign in',
  type: 'object',
  properties: {
    ...{ id: word, name: word, role: wordOrNull, createdAt: { type: 'number' } },
    disabledAt: { type: ['number', 'null'] },
  },
} as const;
const ACCOUNTS = { description: 'Oldest first', type: 'array', items: ACCOUNT } as const;
const TOKEN = {
  description: 'Shown once: only its hash is kept',
  type: 'object',
  properties: { token: word },
} as const;
const LINK = {
  description: 'Relative to the server’s address; shown once',
  type: 'object',
  properties: { link: word },
} as const;

function publicAccount({ id, name, role, createdAt, disabledAt }: Account) {
  return { id, name, role: isRole(role) ? role : null, createdAt, disabledAt };
}
