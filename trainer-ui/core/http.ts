/** Requests below whatever path the page lies. They throw in the server's words. */

function address(path: string, query: Readonly<Record<string, string>> = {}): URL {
  const url = new URL(path, window.location.href);
  url.hash = '';
  url.search = new URLSearchParams(query).toString();
  return url;
}

async function expectGood(response: Response): Promise<Response> {
  if (response.ok) return response;
  const { message } = (await response.json().catch(() => ({}))) as { message?: string };
  throw new Error(message ?? `the server answered ${response.status}`);
}

/** @throws Error in the server's words */
export async function get(
  path: string,
  query: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return expectGood(await fetch(address(path, query)));
}

/** Ends the login of this browser. @throws Error in the server's words */
export async function signOut(): Promise<void> {
  // It leads on to the form for signing in, which is not fetched here.
  const reply = await fetch(address('sign-out'), { method: 'POST', redirect: 'manual' });
  if (reply.type !== 'opaqueredirect') await expectGood(reply);
}

/** @throws Error in the server's words */
export async function post(path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return expectGood(
    await fetch(address(path), { method: 'POST', headers, body: JSON.stringify(body) }),
  );
}
