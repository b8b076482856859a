/** Where a request shows who it comes from: a cookie that scripts cannot read, or a header of a program. */
import type { IncomingMessage } from 'node:http';
import { cookieOf } from './token.ts';

const LASTS_SECONDS = 30 * 86_400;

/** Ports share cookies: with a name of its own two servers of one host live side by side. */
const cookieName = ({ socket }: IncomingMessage) => `reins-login-${socket.localPort}`;

/** What a request shows, right or wrong. */
export function shownLogins(request: IncomingMessage): (string | undefined)[] {
  const { authorization = '', cookie } = request.headers;
  return [/^Bearer (\S+)$/i.exec(authorization)?.[1], cookieOf(cookie, cookieName(request))];
}

/** `Lax`: with `Strict` a link out of a mail would ask to sign in again. */
export function loginCookie(request: IncomingMessage, login: string): string {
  const secure = request.headers['x-forwarded-proto'] === 'https' ? '; Secure' : '';
  return `${cookieName(request)}=${login}; HttpOnly; SameSite=Lax; Max-Age=${LASTS_SECONDS}${secure}`;
}
