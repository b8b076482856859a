/** What holds for every answer over HTTP: who gets one, and what a browser may do with it. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { People, Person } from '../people/people.ts';
import { isListed, may } from '../people/roles.ts';
import type { Admission, Refused } from './admission.ts';
import { shownLogins } from './login.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; undefined: nobody who is signed in. */
    person: Person | undefined;
  }
}

/**
 * The page loads nothing from elsewhere and no other page may frame it. Its interface library styles by attribute, and a
 * video encoder of its own is WebAssembly.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
} as const;

export interface GuardOptions {
  readonly admission: Admission;
  readonly people: People;
  readonly onRefused: (refused: Refused) => void;
}

export function guardHttp(app: FastifyInstance, options: GuardOptions): void {
  const { admission, people, onRefused } = options;
  const { token } = admission;
  app.decorateRequest('person', undefined);
  // Nobody can forget to say who may: a route without an entry does not start.
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat())
      if (!isListed(`${asGet(each)} ${url}`))
        throw new Error(`route: ${each} ${url} has no entry in server/people/roles.ts`);
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS);
    const { headers, url = '/' } = request.raw;
    const refused = admission.refuse({ headers, url }, people.areNamed);
    if (refused) {
      onRefused(refused);
      const { status, message } = refused;
      if (status === 401) reply.header('WWW-Authenticate', 'Bearer');
      reply.code(status);
      return url.startsWith('/api/')
        ? reply.send({ message })
        : reply.type('text/plain; charset=utf-8').send(`${message}\n`);
    }
    const person = people.personOf(shownLogins(request.raw), Date.now());
    request.person = person;
    const outside = refuseByRole(request, person);
    if (outside) {
      onRefused(outside);
      if (outside.status === 401 && isPage(request)) return reply.redirect('sign-in', 303);
      return reply.code(outside.status).send({ message: outside.message });
    }
    // Other sites' pages may send forms here, with our cookies.
    const foreign =
      request.method === 'GET' ? undefined : admission.refuseOrigin(headers.origin, headers.host);
    if (foreign) {
      onRefused(foreign);
      return reply.code(foreign.status).send({ message: foreign.message });
    }
    // A link ends up in histories and on shared screens: the browser keeps the token in a cookie instead.
    if (!token || !isPage(request) || token.inLink(url) === undefined) return;
    const isSecure = headers['x-forwarded-proto'] === 'https';
    reply.header('Set-Cookie', token.setCookie(isSecure)).redirect(token.withoutToken(url), 303);
    return reply;
  });
}

function isPage({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && headers.accept?.includes('text/html') === true;
}

/** A HEAD is a GET without its body. */
const asGet = (method: string) => (method === 'HEAD' ? 'GET' : method);

function refuseByRole(request: FastifyRequest, person: Person | undefined): Refused | undefined {
  const what = `${asGet(request.method)} ${request.routeOptions.url ?? '/*'}`;
  if (may(person?.role, what)) return undefined;
  if (!person) return { status: 401, message: 'Sign in first.' };
  return { status: 403, message: `${what} is not open to the role ${person.role}.` };
}
