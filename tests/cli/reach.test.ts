import { expect, it } from 'vitest';
import { hostName, pageOrigin } from '../../cli/arguments.ts';
import { neededToken, reachWords } from '../../cli/reach.ts';

it('[WIRE-10] a token is made where others can reach the host, and printed as a link with how to get TLS', () => {
  const reach = neededToken('0.0.0.0', undefined);
  expect(reach.token).toMatch(/^[\w-]{32}$/);
  expect(neededToken('0.0.0.0', undefined).token).not.toBe(reach.token);
  const [link, tls] = reachWords('http://0.0.0.0:8080', reach);
  expect(link).toMatch(new RegExp(`^open http://[^0].*:8080/\\?token=${reach.token} `));
  expect(tls).toMatch(/TLS.*gamepads and clips.*ssh -L 8080:.*--allow-host/);
});

it('[WIRE-10] a token that was given is not printed; loopback needs none', () => {
  expect(reachWords('http://10.0.0.1:80', neededToken('10.0.0.1', 'my-own-token-0001'))[0]).toMatch(
    /^open http:\/\/10\.0\.0\.1\/\?token=TOKEN /,
  );
  const alone = neededToken('127.0.0.1', undefined);
  expect(alone.token).toBeUndefined();
  expect(reachWords('http://127.0.0.1:8080', alone)).toEqual([]);
});

it('[CLI-2] --allow-host takes names, --allow-origin origins', () => {
  expect(hostName('b.example.org', ['a'])).toEqual(['a', 'b.example.org']);
  expect(pageOrigin('https://Lab.example.org:443', ['x'])).toEqual([
    'x',
    'https://lab.example.org',
  ]);
  for (const bad of ['https://a', 'a:80', '', 'a/b'])
    expect(() => hostName(bad)).toThrow(/expected/);
  for (const bad of ['lab.example.org', 'https://a/b', 'ftp://a', ''])
    expect(() => pageOrigin(bad)).toThrow(/expected/);
});
