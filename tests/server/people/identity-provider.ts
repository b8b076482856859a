/** A real identity provider on loopback: whoever a browser without a session there is sent for is who the test says. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

/** `email_verified` and groups may be anything that providers send. */
export type Account = Readonly<Record<string, unknown>> & { readonly sub: string };

export interface IdentityProvider {
  readonly issuer: URL;
  /** Who sits in front of the browser; undefined: somebody who does not confirm who they are. */
  person: Account | undefined;
  /** Answers from then on. */
  start(callback: string): void;
  close(): Promise<void>;
}

export const CLIENT = { id: 'reins', secret: 'known to both of them' } as const;

/** It listens and answers nothing until it knows where its client is. */
export async function openIdentityProvider(): Promise<IdentityProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Another site than 127.0.0.1, so that browsers treat cookies as between strangers.
  const issuer = new URL(`http://localhost:${(server.address() as AddressInfo).port}`);
  const own: IdentityProvider = {
    issuer,
    person: undefined,
    start: (callback) => void server.on('request', answers(callback)),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  function answers(callback: string) {
    const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const provider = new Provider(issuer.origin, {
      clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [callback] }],
      jwks: { keys: [{ ...key.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' } as never] },
      cookies: { keys: ['only of this test'] },
      ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
      pkce: { required: () => true },
      claims: { profile: ['name'], email: ['email', 'email_verified'], openid: ['sub', 'groups'] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_context, { uid }) => `/who/${uid}` },
      findAccount: (_context, id) => ({
        accountId: id,
        claims: async () => ({ ...own.person, sub: id }),
      }),
      async loadExistingGrant({ oidc }) {
        const grant = new provider.Grant({
          clientId: oidc.client!.clientId,
          accountId: oidc.session!.accountId!,
        });
        grant.addOIDCScope('openid profile email');
        await grant.save();
        return grant;
      },
    });
    const usual = provider.callback();
    return (request: Parameters<typeof usual>[0], reply: Parameters<typeof usual>[1]) => {
      if (!request.url!.startsWith('/who/')) return void usual(request, reply);
      const { person } = own;
      const result = person
        ? { login: { accountId: person.sub, remember: false } }
        : { error: 'access_denied', error_description: 'they would rather not' };
      return void provider.interactionFinished(request, reply, result);
    };
  }
  return own;
}
