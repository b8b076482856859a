/** Whom an identity provider's claims let in without an invitation, and as what: `role=claim=value`. */
import { ROLES, type Role } from '../protocol/index.ts';
import { isRole } from './roles.ts';

export interface AdmitRule {
  readonly role: Role;
  readonly claim: string;
  readonly value: string;
}

/** What a provider says of somebody: OpenID Connect Core 1.0, section 5.1, and claims of its own. */
export type Claims = Readonly<Record<string, unknown>>;

/** @throws RangeError */
export function parseRule(text: string): AdmitRule {
  const [, role = '', claim = '', value = ''] = /^([^=]*)=([^=]*)=(.*)$/s.exec(text) ?? [];
  if (!isRole(role) || role === 'service' || claim === '' || value === '')
    throw new RangeError(
      `is "${text}", expected role=claim=value, as in annotator=groups=labellers or supervisor=email=ada@lab.example.org; ` +
        `role: ${ROLES.filter((each) => each !== 'service').join(', ')}`,
    );
  return { role, claim, value };
}

export const textOfRule = ({ role, claim, value }: AdmitRule) => `${role}=${claim}=${value}`;

/** The first rule that holds; undefined: none does. */
export function ruleFor(rules: readonly AdmitRule[], claims: Claims): AdmitRule | undefined {
  return rules.find((rule) => holds(rule, claims));
}

function holds({ claim, value }: AdmitRule, claims: Claims): boolean {
  if (!Object.hasOwn(claims, claim)) return false;
  const given = [claims[claim]].flat().map(String);
  if (claim !== 'email') return given.includes(value);
  // Anybody can call an address theirs. Some providers write the flag as text.
  if (String(claims['email_verified']) !== 'true') return false;
  return given.some((address) => address.toLowerCase() === value.toLowerCase());
}
