/**
 * Who may connect. A server on a loopback address answers only to names of loopback: a site whose name was pointed
 * there (DNS rebinding) would otherwise count as our own page. A server that others can reach asks for a token.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { isIP, isIPv4 } from 'node:net';
import { Token } from './token.ts';

export interface AdmissionOptions {
  /** The address that is listened on. */
  readonly host: string;
  readonly token?: string | undefined;
  /** Names besides those of loopback, as a proxy passes them on. */
  readonly allowHosts?: readonly string[] | undefined;
  /** Origins of pages besides the server's own, such as `https://reins.example.org`. */
  readonly allowOrigins?: readonly string[] | undefined;
}

/** Words for a person, with the status that goes with them. */
export interface Refused {
  readonly status: 401 | 403;
  readonly message: string;
}

export interface Asking {
  readonly headers: IncomingHttpHeaders;
  /** As it came, not parsed. */
  readonly url: string;
}

export class Admission {
  readonly token: Token | undefined;
  readonly #isLoopback: boolean;
  readonly #hosts: ReadonlySet<string>;
  readonly #origins: ReadonlySet<string>;

  /** @throws RangeError for an address that others can reach without a token. */
  constructor({ host, token, allowHosts = [], allowOrigins = [] }: AdmissionOptions) {
    this.#isLoopback = isLoopback(host);
    if (!this.#isLoopback && token === undefined)
      throw new RangeError(
        `host: ${host || 'every address'} can be reached by others, which needs a token: give --token`,
      );
    this.token = token === undefined ? undefined : new Token(token);
    this.#hosts = new Set(allowHosts.map((name) => name.toLowerCase()));
    this.#origins = new Set(allowOrigins.map((origin) => new URL(origin).origin));
  }

  /** For every request. @param areNamed everybody signs in: the token is not asked for */
  refuse({ headers, url }: Asking, areNamed: boolean): Refused | undefined {
    const name = hostName(headers.host);
    // Elsewhere the token guards: a browser does not send its cookie under another name.
    if (this.#isLoopback && !this.#knows(name)) {
      const shown = name ?? 'a missing or malformed Host';
      const message = `This server does not answer to ${shown}. Start it with --allow-host ${name ?? 'NAME'} to allow that.`;
      return { status: 403, message };
    }
    if (this.token && !areNamed && !this.token.isShownBy(headers, url)) {
      const message =
        'This server asks for a token. Open the link that it printed when it started.';
      return { status: 401, message };
    }
    return undefined;
  }

  /** For all who come by a gateway. @param host the address that it listens on */
  refuseGateway(host: string): string | undefined {
    if (this.token || isLoopback(host)) return undefined;
    return `A gateway on ${host} can be reached by others, which needs a token: start the learner with --token.`;
  }

  /**
   * For a socket: browsers always say which page opens it, and another site's page must not drive. Programs say
   * nothing.
   */
  refuseOrigin(origin: string | undefined, host: string | undefined): Refused | undefined {
    if (origin === undefined || this.#isOwn(origin, host)) return undefined;
    const message =
      `Pages from ${origin} may not connect to ${host}. Start the server with --allow-origin ${origin}, ` +
      'or let the proxy in between pass Host on as it came.';
    return { status: 403, message };
  }

  #knows(name: string | undefined): boolean {
    return name !== undefined && (isLoopback(name) || this.#hosts.has(name));
  }

  #isOwn(origin: string, host: string | undefined): boolean {
    if (!URL.canParse(origin)) return false;
    const page = new URL(origin);
    if (this.#origins.has(page.origin)) return true;
    // Parsed alike, so that a port that goes without saying may be said.
    const own = `${page.protocol}//${host}`;
    return URL.canParse(own) && new URL(own).host === page.host;
  }
}

/** Whether only this machine can reach the address, or has that name. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (isIPv4(name)) return name.startsWith('127.');
  if (isIP(name)) return name === '::1';
  return name === 'localhost' || name.endsWith('.localhost');
}

/** The name in `Host`, without its port; undefined where it is missing or malformed. */
function hostName(host: string | undefined): string | undefined {
  const name = /^(\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.exec(host ?? '')?.[1];
  return name?.toLowerCase().replace(/\.$/, '');
}
