/** The way to an identity provider and back. What happens there is in `server/people/oidc.ts`. */
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ruleFor } from '../people/admit-rules.ts';
import type { Checks, Oidc } from '../people/oidc.ts';
import { NotAdmitted, type People } from '../people/people.ts';
import type { ConnectionLog } from './counted-log.ts';
import { loginCookie, portOf } from './login.ts';
import { createRateLimit } from './rate-limit.ts';
import { afterSignIn } from './run-paths.ts';
import { cookieOf } from './token.ts';

/** Steps a second, of all together: each may ask the provider. Passwords are guessed there, not here. */
const STEPS = 20;
/** How long somebody may take at the provider, s. */
const LASTS = 600;
const CALLBACK = 'oidc-callback';

/** What a browser keeps while its person is at the provider. */
interface Errand extends Checks {
  /** The code of the link that they came with. */
  readonly invite?: string | undefined;
  /** The run that they came for. */
  readonly run?: string | undefined;
}

export interface OidcRoutes {
  readonly people: People;
  /** Absent: none was named. */
  readonly oidc: Oidc | undefined;
  readonly log: ConnectionLog;
  /** The form with what went wrong. */
  readonly show: (reply: FastifyReply, problem: string, code: number) => FastifyReply;
}

export function oidcRoutes(app: FastifyInstance, { people, oidc, log, show }: OidcRoutes): void {
  const steps = createRateLimit(STEPS);
  const hide = { schema: { hide: true } };
  const begins = async (oidc: Oidc, request: FastifyRequest, reply: FastifyReply) => {
    const { invite, run } = request.query as { invite?: string; run?: string };
    const { url, checks } = await oidc.begin(callbackOf(oidc, request));
    const cookie = errandCookie(request.raw, { ...checks, invite, run });
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
    const known = { ...who, rule: ruleFor(oidc.options.rules, claims) };
    const login = await people.admit(known, errand.invite, Date.now());
    return reply
      .header('Set-Cookie', loginCookie(request.raw, login))
      .redirect(afterSignIn(errand.run), 303);
  };

  const routes = { '/oidc': begins, [`/${CALLBACK}`]: ends };
  for (const [path, step] of Object.entries(routes))
    app.get(path, hide, async (request, reply) => {
      if (!oidc) return show(reply, 'This server has no identity provider (--oidc-issuer).', 404);
      if (!steps.allow(Date.now())) return show(reply, 'Too many tries. Wait a moment.', 429);
      try {
        return await step(oidc, request, reply);
      } catch (error) {
        const { cause, words, status } = asTold(error, oidc.host);
        log.warn({ cause, status }, 'a sign-in at the identity provider was refused');
        return show(reply, words, status);
      }
    });
}

/** What a person is told and what the log says. */
function asTold(error: unknown, host: string) {
  if (error instanceof NotAdmitted)
    return { cause: error.message, words: `${host} knows you. ${error.message}`, status: 403 };
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
    const { state, nonce, verifier, invite, run } = JSON.parse(
      Buffer.from(text, 'base64url').toString(),
    ) as Record<string, unknown>;
    // Of another shape it is of somebody who tries things out: what is missing would not be checked.
    if ([state, nonce, verifier].every((each) => typeof each === 'string' && each !== ''))
      return { state, nonce, verifier, invite, run } as Errand;
  } catch {
    // Damaged: as good as none.
  }
  return undefined;
}
