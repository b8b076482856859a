/** Why the server does not let this page in: a browser says of a refused socket only that it failed. */

/** ms after which the question counts as unanswered. */
const PATIENCE = 5000;

/** In words for a person; undefined where the server does not object, or does not answer. */
export async function whyRefused(
  { href, origin }: { readonly href: string; readonly origin: string },
  ask: typeof fetch,
): Promise<string | undefined> {
  const url = new URL('api/admission', href);
  url.searchParams.set('origin', origin);
  try {
    const response = await ask(url, { signal: AbortSignal.timeout(PATIENCE) });
    const { message } = (await response.json()) as { message?: unknown };
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}
