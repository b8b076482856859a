import { Command } from 'commander';
import { expect, test } from 'vitest';
import { type OidcFlags, oidcOf, oidcOptions } from '../../cli/oidc-options.ts';

function read(...args: string[]) {
  const command = oidcOptions(new Command()).exitOverride();
  command.configureOutput({ writeErr() {} });
  return oidcOf(command.parse(args, { from: 'user' }).opts<OidcFlags>());
}

const ISSUER = ['--oidc-issuer', 'https://login.example.org'];

test('[ROLE-8] an identity provider is named whole, or not at all', () => {
  expect(read()).toBeUndefined();
  expect(read(...ISSUER, '--oidc-client', 'reins', '--oidc-admit', 'auditor=a=b=c')).toMatchObject({
    ...{ issuer: new URL('https://login.example.org'), clientId: 'reins', secret: undefined },
    ...{ rules: [{ role: 'auditor', claim: 'a', value: 'b=c' }], scope: 'openid profile email' },
  });
  expect(() => read(...ISSUER)).toThrow(/oidc-client: is needed/);
  expect(() => read('--oidc-client', 'reins')).toThrow(/oidc-issuer: .*--oidc-client/);
  expect(() => read('--oidc-admit', 'auditor=a=b')).toThrow(/oidc-issuer: .*--oidc-admit/);
});

test.each(['http://login.example.org', 'ftp://a', 'login', 'https://a:b@c', 'https://a?b'])(
  '[ROLE-8] %s is no issuer',
  (text) => {
    expect(() => read('--oidc-issuer', text, '--oidc-client', 'a')).toThrow(/allowed|expected/);
  },
);

test.each(['annotator', 'boss=a=b', 'service=a=b', 'annotator=a', 'annotator==b', 'annotator=a='])(
  '[ROLE-8] %s is no rule',
  (text) => {
    expect(() => read(...ISSUER, '--oidc-admit', text)).toThrow(/expected role=claim=value/);
  },
);
