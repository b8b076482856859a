/** What holds for every answer over HTTP: who gets one, and what a browser may do with it. */
import type { FastifyInstance } from 'fastify';
import type { Admission, Refused } from './admission.ts';

/** The page loads nothing from elsewhere and no other page may frame it. Its interface library styles by attribute. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
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

export function guardHttp(
  app: FastifyInstance,
  admission: Admission,
  onRefused: (refused: Refused) => void,
): void {
  const { token } = admission;
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS);
    const { headers, url = '/' } = request.raw;
    const refused = admission.refuse({ headers, url });
    if (refused) {
      onRefused(refused);
      const { status, message } = refused;
      if (status === 401) reply.header('WWW-Authenticate', 'Bearer');
      reply.code(status);
      return url.startsWith('/api/')
        ? reply.send({ message })
        : reply.type('text/plain; charset=utf-8').send(`${message}\n`);
    }
    // A link ends up in histories and on shared screens: the browser keeps the token in a cookie instead.
    const isPage = request.method === 'GET' && headers.accept?.includes('text/html');
    if (!token || !isPage || token.inLink(url) === undefined) return;
    const isSecure = headers['x-forwarded-proto'] === 'https';
    reply.header('Set-Cookie', token.setCookie(isSecure)).redirect(token.withoutToken(url), 303);
    return reply;
  });
}
