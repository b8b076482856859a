/** Where a request shows who it comes from: a cookie that scripts cannot read, or a header of a program. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { cookieOf } from './token.ts';

const LASTS_SECONDS = 30 * 86_400;

/** Ports share cookies: with names of their own two servers of one host live side by side. As the browser sees the port. */
export const portOf = ({ headers }: IncomingMessage) =>
  /:(\d+)$/.exec(headers.host ?? '')?.[1] ?? '';

const cookieName = (request: IncomingMessage) => `reins-login-${portOf(request)}`;

/** What a request shows, right or wrong. */
export function shownLogins(request: IncomingMessage): (string | undefined)[] {
  const { authorization = '', cookie } = request.headers;
  return [/^Bearer (\S+)$/i.exec(authorization)?.[1], cookieOf(cookie, cookieName(request))];
}

/**
 * What only this login can show, and no other site knows: a link that carries it was asked for from the page.
 * undefined: the request shows no login.
 */
export function proofOf(request: IncomingMessage): string | undefined {
  const login = shownLogins(request).findLast((each) => each !== undefined);
  return login && createHash('sha256').update(`asked for ${login}`).digest('base64url');
}

/** `Lax`: with `Strict` a link out of a mail would ask to sign in again. */
export function loginCookie(request: IncomingMessage, login: string): string {
  const secure = request.headers['x-forwarded-proto'] === 'https' ? '; Secure' : '';
  return `${cookieName(request)}=${login}; HttpOnly; SameSite=Lax; Max-Age=${LASTS_SECONDS}${secure}`;
}
