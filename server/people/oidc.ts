/**
 * Signing in at an identity provider: OpenID Connect Core 1.0, the authorization code flow with PKCE (RFC 7636), state
 * and nonce. Who is let in is not decided here.
 */
import { createHash } from 'node:crypto';
import type * as Client from 'openid-client';
import type { AdmitRule, Claims } from './admit-rules.ts';

export interface OidcOptions {
  /** Where its configuration is found; `http:` on this machine alone. */
  readonly issuer: URL;
  readonly clientId: string;
  /** Absent: a public client. */
  readonly secret?: string | undefined;
  /** What is asked for, as in `openid profile email`. */
  readonly scope: string;
  readonly rules: readonly AdmitRule[];
  /** Where the provider sends people back to; absent: to the address at which they asked. */
  readonly callback?: URL | undefined;
}

/** What the browser brings back, so that only who began can end. */
export interface Checks {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface Vouched {
  /** SHA-256 of issuer and subject. */
  readonly identity: string;
  readonly name: string;
  readonly claims: Claims;
}

/** Seconds that the provider may take for one answer. */
const PATIENCE = 10;
/** Seconds by which its clock may differ. */
const TOLERANCE = 30;

export class Oidc {
  readonly options: OidcOptions;
  #found: Promise<Client.Configuration> | undefined;

  constructor(options: OidcOptions) {
    this.options = options;
  }

  /** The provider as people are told of it. */
  get host(): string {
    return this.options.issuer.host;
  }

  /**
   * Where to send somebody who wants to sign in. @throws where the provider does not answer
   * @param asksAgain who they are, also where the provider remembers somebody at this browser
   */
  async begin(
    callback: URL,
    asksAgain = false,
  ): Promise<{ readonly url: URL; readonly checks: Checks }> {
    const client = await import('openid-client');
    const checks = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
    };
    const url = client.buildAuthorizationUrl(await this.#configuration(client), {
      redirect_uri: callback.href,
      scope: this.options.scope,
      state: checks.state,
      nonce: checks.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(checks.verifier),
      code_challenge_method: 'S256',
      ...(asksAgain ? { prompt: 'login' } : {}),
    });
    return { url, checks };
  }

  /** Who came back. `answer`: the callback with what the provider added. @throws where anything does not fit */
  async end(answer: URL, { state, nonce, verifier }: Checks): Promise<Vouched> {
    const client = await import('openid-client');
    const configuration = await this.#configuration(client);
    const tokens = await client.authorizationCodeGrant(configuration, answer, {
      ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier },
      idTokenExpected: true,
    });
    const told = tokens.claims()!;
    // Many tell no more than the subject in the token.
    const more = configuration.serverMetadata().userinfo_endpoint
      ? await client.fetchUserInfo(configuration, tokens.access_token, told.sub)
      : {};
    const claims: Claims = { ...more, ...told };
    return { identity: identityOf(told.iss, told.sub), name: nameIn(claims), claims };
  }

  /** Looked up when it is first needed, and again after a failure: the server starts without the provider. */
  async #configuration(client: typeof Client): Promise<Client.Configuration> {
    this.#found ??= this.#discover(client);
    try {
      return await this.#found;
    } catch (error) {
      this.#found = undefined;
      throw error;
    }
  }

  #discover(client: typeof Client): Promise<Client.Configuration> {
    const { issuer, clientId, secret } = this.options;
    const isPlain = issuer.protocol === 'http:';
    return client.discovery(
      issuer,
      clientId,
      { [client.clockTolerance]: TOLERANCE },
      secret === undefined ? client.None() : client.ClientSecretBasic(secret),
      {
        timeout: PATIENCE,
        execute: [
          client.enableNonRepudiationChecks,
          ...(isPlain ? [client.allowInsecureRequests] : []),
        ],
      },
    );
  }
}

function identityOf(issuer: string, subject: string): string {
  return createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('hex');
}

function nameIn(claims: Claims): string {
  const names = ['name', 'preferred_username', 'nickname', 'email'].map((claim) => claims[claim]);
  const name = names.find((each) => typeof each === 'string' && each.trim() !== '');
  return typeof name === 'string' ? name.replace(/@.*/, '') : '';
}
