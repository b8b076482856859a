/** The way to an identity provider and back. What happens there is in `server/people/oidc.ts`. */
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ruleFor } from '../people/admit-rules.ts';
import type { Checks, Oidc } from '../people/oidc.ts';
import { NotAdmitted, type People } from '../people/people.ts';
import type { ConnectionLog } from './counted-log.ts';
import { loginCookie, portOf, proofOf, shownLogins } from './login.ts';
import { createRateLimit } from './rate-limit.ts';
import { afterSignIn } from './run-paths.ts';
import { cookieOf } from './token.ts';

/** Steps a second, of all together: each may ask the provider. Passwords are guessed there, not here. */
const STEPS = 20;
/** How long somebody may take at the provider, s. */
const LASTS = 600;
const CALLBACK = 'oidc-callback';

const BEGIN_AGAIN =
  'This was begun by somebody else, or elsewhere. Begin again from the page, under your name';

/** Of the link that leads to the provider. */
interface Query {
  readonly invite?: string;
  readonly run?: string;
  /** What shows that somebody who is signed in asked to link their account. */
  readonly link?: string;
}

/** What a browser keeps while its person is at the provider. */
interface Errand extends Checks {
  /** The code of the link that they came with. */
  readonly invite?: string | undefined;
  /** The run that they came for. */
  readonly run?: string | undefined;
  /** The account that is to be linked; absent: somebody signs in. */
  readonly link?: string | undefined;
}

export interface OidcRoutes {
  readonly people: People;
  /** Absent: none was named. */
  readonly oidc: Oidc | undefined;
  readonly log: ConnectionLog;
  /** The form with what went wrong. */
  readonly show: (reply: FastifyReply, problem: string, code: number) => FastifyReply;
  /** The same for somebody who is signed in and wanted to link their account. */
  readonly showNotLinked: (
    reply: FastifyReply,
    problem: string,
    code: number,
    run: unknown,
  ) => FastifyReply;
}

export function oidcRoutes(app: FastifyInstance, options: OidcRoutes): void {
  const { people, oidc, log, show, showNotLinked } = options;
  const steps = createRateLimit(STEPS);
  const hide = { schema: { hide: true } };
  const begins = async (oidc: Oidc, request: FastifyRequest, reply: FastifyReply) => {
    const { invite, run, link: proof } = request.query as Query;
    const link = proof === undefined ? undefined : expectPerson(request, proof);
    const { url, checks } = await oidc.begin(callbackOf(oidc, request), link !== undefined);
    const cookie = errandCookie(request.raw, { ...checks, invite, run, link });
    return reply.header('Set-Cookie', cookie).redirect(url.href, 303);
  };
  const ends = async (oidc: Oidc, request: FastifyRequest, reply: FastifyReply) => {
    reply.header('Set-Cookie', errandCookie(request.raw));
    const errand = errandOf(request.raw);
    if (!errand)
      return show(reply, 'This was begun elsewhere, or over ten minutes ago. Begin again.', 400);
    const answer = callbackOf(oidc, request);
    answer.search = request.raw.url!.replace(/^[^?]*/, '');
    const { claims, ...who } = await oidc.end(answer, errand);
    if (errand.link !== undefined) {
      if (expectPerson(request) !== errand.link) throw new RangeError(BEGIN_AGAIN);
      await people.link(errand.link, who.identity);
      return reply.redirect(afterSignIn(errand.run), 303);
    }
    const known = { ...who, rule: ruleFor(oidc.options.rules, claims) };
    const login = await people.admit(known, errand.invite, Date.now());
    return reply
      .header('Set-Cookie', loginCookie(request.raw, login))
      .redirect(afterSignIn(errand.run), 303);
  };

  /** Who is signed in. @param proof that they asked for it themselves. @throws RangeError */
  function expectPerson({ raw }: FastifyRequest, proof = proofOf(raw)): string {
    const id = people.personOf(shownLogins(raw), Date.now())?.id;
    if (id === undefined || proof !== proofOf(raw)) throw new RangeError(BEGIN_AGAIN);
    return id;
  }

  const routes = { '/oidc': begins, [`/${CALLBACK}`]: ends };
  for (const [path, step] of Object.entries(routes))
    app.get(path, hide, async (request, reply) => {
      if (!oidc) return show(reply, 'This server has no identity provider (--oidc-issuer).', 404);
      if (!steps.allow(Date.now())) return show(reply, 'Too many tries. Wait a moment.', 429);
      const { link, run } = { ...errandOf(request.raw), ...(request.query as Query) };
      try {
        return await step(oidc, request, reply);
      } catch (error) {
        const { cause, words, status } = asTold(error, oidc.host);
        log.warn({ cause, status }, 'a sign-in at the identity provider was refused');
        return link === undefined
          ? show(reply, words, status)
          : showNotLinked(reply, words, status, run);
      }
    });
}

/** What a person is told and what the log says. */
function asTold(error: unknown, host: string) {
  if (error instanceof NotAdmitted)
    return { cause: error.message, words: `${host} knows you. ${error.message}`, status: 403 };
  if (error instanceof RangeError)
    return { cause: error.message, words: `${host} knows you. ${error.message}.`, status: 409 };
  const { message, code, error: refusal } = error as Error & { code?: string; error?: string };
  const cause = [refusal, code, message, (error as Error).cause].filter(Boolean).join(': ');
  const hint = 'Try again, or sign in by name and password.';
  if (refusal === 'access_denied')
    return { cause, words: `${host} did not confirm who you are. ${hint}`, status: 401 };
  return { cause, words: `Signing in at ${host} failed: ${message}. ${hint}`, status: 502 };
}

/** As it is registered at the provider, which refuses any other. */
function callbackOf(oidc: Oidc, { raw }: FastifyRequest): URL {
  const { callback } = oidc.options;
  if (callback) return new URL(callback);
  const scheme = isSecure(raw) ? 'https' : 'http';
  return new URL(CALLBACK, `${scheme}://${raw.headers.host}/`);
}

const isSecure = ({ headers }: IncomingMessage) => headers['x-forwarded-proto'] === 'https';

const cookieName = (request: IncomingMessage) => `reins-oidc-${portOf(request)}`;

/** `Lax`, since the provider sends people back from another site. @param errand absent: it is over */
function errandCookie(request: IncomingMessage, errand?: Errand): string {
  const value = errand ? Buffer.from(JSON.stringify(errand)).toString('base64url') : '';
  const lasts = errand ? LASTS : 0;
  const secure = isSecure(request) ? '; Secure' : '';
  return `${cookieName(request)}=${value}; HttpOnly; SameSite=Lax; Max-Age=${lasts}${secure}`;
}

function errandOf(request: IncomingMessage): Errand | undefined {
  const text = cookieOf(request.headers.cookie, cookieName(request));
  if (!text) return undefined;
  try {
    const { state, nonce, verifier, invite, run, link } = JSON.parse(
      Buffer.from(text, 'base64url').toString(),
    ) as Record<string, unknown>;
    // Of another shape it is of somebody who tries things out: what is missing would not be checked.
    if ([state, nonce, verifier].every((each) => typeof each === 'string' && each !== ''))
      return { state, nonce, verifier, invite, run, link } as Errand;
  } catch {
    // Damaged: as good as none.
  }
  return undefined;
}
