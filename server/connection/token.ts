/** The secret that opens a server which others can reach: as a header, a cookie, or once in the link. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const PARAMETER = 'token';
const SHAPE = /^[\w.~-]{16,256}$/;

/** 192 random bits, fit for a link. */
export function generateToken(): string {
  return randomBytes(24).toString('base64url');
}

export class Token {
  readonly #text: string;
  readonly #digest: Buffer;
  /** Ports share cookies: a name of its own lets two servers of one host live side by side. */
  readonly #cookie: string;

  /** @throws RangeError for a token that does not fit a link, or is short enough to guess. */
  constructor(text: string) {
    if (!SHAPE.test(text))
      throw new RangeError(
        `token: has ${text.length} characters, allowed 16 to 256 letters, digits and . _ ~ -`,
      );
    this.#text = text;
    this.#digest = digestOf(text);
    this.#cookie = `reins-${this.#digest.toString('hex').slice(0, 8)}`;
  }

  /** Whether a request shows it. `url`: as it came, not parsed. */
  isShownBy(headers: IncomingHttpHeaders, url: string): boolean {
    const bearer = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
    const shown = [bearer, cookieOf(headers.cookie, this.#cookie), this.inLink(url)];
    return shown.some((text) => text !== undefined && this.#is(text));
  }

  /** What a link shows as the token, right or wrong. */
  inLink(url: string): string | undefined {
    return queryOf(url).get(PARAMETER) ?? undefined;
  }

  /**
   * The header that moves the token out of the link. `Lax`: with `Strict` a link out of a mail would be refused.
   * Without a path, the cookie belongs to the folder that the browser sees, also below a path of a proxy.
   */
  setCookie(isSecure: boolean): string {
    const secure = isSecure ? '; Secure' : '';
    return `${this.#cookie}=${this.#text}; HttpOnly; SameSite=Lax${secure}`;
  }

  /** The same place without the token, relative. */
  withoutToken(url: string): string {
    const query = queryOf(url);
    query.delete(PARAMETER);
    return query.size > 0 ? `?${query}` : '.';
  }

  /** Digests are of one length, and comparing them takes one time whatever the text. */
  #is(text: string): boolean {
    return timingSafeEqual(digestOf(text), this.#digest);
  }
}

/** Reads any text, where a parser of URLs refuses some. */
function queryOf(url: string): URLSearchParams {
  const at = url.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : url.slice(at + 1));
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

export function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}
