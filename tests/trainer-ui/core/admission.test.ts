import { expect, it } from 'vitest';
import { whyRefused } from '../../../trainer-ui/core/admission.ts';

const place = {
  href: 'https://lab.example.org/user/me/proxy/80/?graphics=simple',
  origin: 'https://lab.example.org',
};

it('[UI-12] the server is asked below the path of the page, with its origin', async () => {
  const asked: string[] = [];
  const answer = async (url: string | URL | Request) => {
    asked.push(String(url));
    return Response.json({ message: 'not from there' }, { status: 403 });
  };
  expect(await whyRefused(place, answer)).toEqual({
    message: 'not from there',
    asksToSignIn: false,
  });
  expect(asked).toEqual([
    'https://lab.example.org/user/me/proxy/80/api/admission?origin=https%3A%2F%2Flab.example.org',
  ]);
});

it('[UI-12] a server that is away, a proxy that answers for it, and no objection are no refusal', async () => {
  expect(await whyRefused(place, async () => Response.json({ message: null }))).toBeNull();
  const answers = [
    async () => new Response('<h1>Bad Gateway</h1>', { status: 502 }),
    async () => Promise.reject(new TypeError('failed to fetch')),
  ];
  for (const answer of answers) expect(await whyRefused(place, answer)).toBeUndefined();
});

it('[ROLE-9] nobody being signed in is told from a token that is missing', async () => {
  const refuse = (headers: Record<string, string>) => async () =>
    Response.json({ message: 'no' }, { status: 401, headers });
  const asks = async (headers: Record<string, string>) =>
    (await whyRefused(place, refuse(headers)))?.asksToSignIn;
  expect(await asks({})).toBe(true);
  expect(await asks({ 'WWW-Authenticate': 'Bearer' })).toBe(false);
});
