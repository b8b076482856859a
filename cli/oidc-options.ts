/** `--oidc-…`: an identity provider where people sign in. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { UsageError } from '../experiments/errors.ts';
import { isLoopback } from '../server/connection/admission.ts';
import { type AdmitRule, parseRule } from '../server/people/admit-rules.ts';
import type { OidcOptions } from '../server/people/oidc.ts';

export interface OidcFlags {
  oidcIssuer?: URL;
  oidcClient?: string;
  oidcSecret?: string;
  oidcAdmit: AdmitRule[];
  oidcScope: string;
  oidcCallback?: URL;
}

export function oidcOptions(command: Command): Command {
  return command
    .option(
      '--oidc-issuer <url>',
      'an identity provider (OpenID Connect) where people sign in, too; from then on everybody signs in',
      issuer,
    )
    .option('--oidc-client <id>', 'what the provider calls this server')
    .addOption(
      new Option('--oidc-secret <text>', 'what this server shows the provider').env(
        'REINS_OIDC_SECRET',
      ),
    )
    .option(
      '--oidc-admit <role=claim=value>',
      'who is let in without an invitation, as in annotator=groups=labellers; repeatable, the first that holds counts',
      admitRule,
      [],
    )
    .option('--oidc-scope <words>', 'what the provider is asked for', 'openid profile email')
    .option(
      '--oidc-callback <url>',
      'where the provider sends people back to, for a proxy below a path; default: /oidc-callback where they asked',
      page,
    );
}

/** @throws UsageError where only part of it is given */
export function oidcOf(flags: OidcFlags): OidcOptions | undefined {
  const { oidcIssuer, oidcClient, oidcSecret, oidcAdmit, oidcScope, oidcCallback } = flags;
  const others = Object.entries({ oidcClient, oidcCallback, oidcAdmit: oidcAdmit[0] });
  const given = others.find(([, value]) => value !== undefined)?.[0];
  if (oidcIssuer === undefined) {
    if (given === undefined) return undefined;
    const name = given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new UsageError(`oidc-issuer: is needed with --${name}, as in ${EXAMPLE}`);
  }
  if (oidcClient === undefined)
    throw new UsageError('oidc-client: is needed with --oidc-issuer; the provider gives the id');
  return {
    ...{ issuer: oidcIssuer, clientId: oidcClient, secret: oidcSecret },
    ...{ scope: oidcScope, rules: oidcAdmit, callback: oidcCallback },
  };
}

const EXAMPLE = '--oidc-issuer https://login.example.org';

/** Whoever reads along on the way to the provider could sign in as anybody. */
function issuer(text: string): URL {
  const url = page(text);
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    throw new InvalidArgumentError(`is "${text}", allowed https, and http on this machine alone`);
  return url;
}

function page(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    !url ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== '' ||
    url.search + url.hash !== ''
  )
    throw new InvalidArgumentError(
      `is "${text}", expected http or https without a name, a query or #, as in https://login.example.org`,
    );
  return url;
}

function admitRule(text: string, previous: readonly AdmitRule[] = []): AdmitRule[] {
  try {
    return [...previous, parseRule(text)];
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
