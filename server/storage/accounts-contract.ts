/** People with names and passwords, invitations, and who is signed in. Secrets are kept as hashes alone. */

export interface Account {
  /** A pseudonym: what the logs say. */
  readonly id: string;
  /** Nobody else's, whatever the case of its letters. */
  readonly name: string;
  readonly role: string;
  /** As `password.ts` writes it; null: who signs in otherwise, as a service does by its token. */
  readonly password: string | null;
  /** SHA-256 of who an identity provider says it is; null: signs in otherwise. */
  readonly identity: string | null;
  /** The rule that let the identity in, as `role=claim=value`; null: was invited. */
  readonly rule: string | null;
  /** ms since epoch, as are the others. */
  readonly createdAt: number;
  readonly disabledAt: number | null;
}

export interface Invite {
  /** SHA-256 of what the link says. */
  readonly hash: string;
  readonly role: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** The account that was made with it. */
  readonly usedBy: string | null;
}

export interface Login {
  /** SHA-256 of what the cookie or header says. */
  readonly hash: string;
  readonly accountId: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** A person's agreement to a text of a study, or that they opened it: instructions. */
export interface Consent {
  readonly teacherId: string;
  /** SHA-256 of the text. */
  readonly textHash: string;
  readonly agreedAt: number;
}

export interface ConsentStorage {
  /** In the audit log too, in one transaction; a second time changes nothing. `kind` of the text; consent. */
  agree(consent: Consent, kind?: 'consent' | 'instructions'): Promise<void>;
  hasAgreed(teacherId: string, textHash: string): Promise<boolean>;
  /** Oldest first. */
  listConsents(): Promise<Consent[]>;
}

/** Each change appends to the audit log in its own transaction. `actor`: pseudonym of who does it. */
export interface AccountStorage {
  listAccounts(): Promise<Account[]>;
  listLogins(): Promise<Login[]>;
  /** @throws Error where name or identity is taken, or the invitation was used meanwhile; nothing is written then */
  createAccount(account: Account, actor: string, inviteHash?: string): Promise<void>;
  changeAccount(
    id: string,
    change: Partial<Pick<Account, 'role' | 'disabledAt'>>,
    actor: string,
  ): Promise<void>;
  /** null: unlinks it. @throws Error where it is another account's */
  linkAccount(id: string, identity: string | null): Promise<void>;
  createInvite(invite: Invite, actor: string): Promise<void>;
  findInvite(hash: string): Promise<Invite | undefined>;
  createLogin(login: Login): Promise<void>;
  deleteLogin(hash: string, accountId: string): Promise<void>;
}
