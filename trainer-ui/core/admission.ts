/** Why the server does not let this page in: a browser says of a refused socket only that it failed. */

/** ms after which the question counts as unanswered. */
const PATIENCE = 5000;

/** What a person reads where the server would let the page in and still no socket opens. */
export const SWALLOWED =
  'The server answers, but sockets do not reach it: a proxy in between does not pass WebSockets on. ' +
  'Let it pass on Upgrade and Connection at the path ws (nginx: proxy_http_version 1.1, ' +
  'proxy_set_header Upgrade $http_upgrade, proxy_set_header Connection "upgrade").';

export interface Refusal {
  /** In words for a person. */
  readonly message: string;
  /** Whoever signs in is let in. */
  readonly asksToSignIn: boolean;
}

/** null: the server does not object; undefined: it does not answer. */
export async function whyRefused(
  { href, origin }: { readonly href: string; readonly origin: string },
  ask: typeof fetch,
): Promise<Refusal | null | undefined> {
  const url = new URL('api/admission', href);
  url.searchParams.set('origin', origin);
  try {
    const response = await ask(url, { signal: AbortSignal.timeout(PATIENCE) });
    const { message } = (await response.json()) as { message?: unknown };
    if (message === null) return null;
    // What asks for a token says so as the scheme.
    const asksToSignIn = response.status === 401 && !response.headers.has('www-authenticate');
    return typeof message === 'string' ? { message, asksToSignIn } : undefined;
  } catch {
    return undefined;
  }
}
