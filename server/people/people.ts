/**
 * The people of a server. Without accounts there is one, its owner. The first account is a supervisor's; from then
 * on everybody signs in. Accounts and logins are few and kept in memory, written through.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { ROLES, type Role } from '../protocol/index.ts';
import type { Account, AccountStorage, Login } from '../storage/accounts-contract.ts';
import { type AdmitRule, textOfRule } from './admit-rules.ts';
import { hashPassword, isPassword } from './password.ts';
import { type Authority, isRole } from './roles.ts';

export interface Person {
  /** A pseudonym, as the logs have it; undefined: the owner of a server without accounts, who has none. */
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly role: Authority;
}

export const OWNER: Person = { id: undefined, name: undefined, role: 'owner' };

/** Somebody whom an identity provider vouches for. */
export interface Known {
  /** As accounts keep it. */
  readonly identity: string;
  /** As the provider calls them; need not be a name that an account may have. */
  readonly name: string;
  /** The first rule that lets them in; undefined: none does. */
  readonly rule: AdmitRule | undefined;
}

/** Why somebody who is known is not let in, and the way out. */
export class NotAdmitted extends Error {}

const DAY = 86_400_000;
const LOGIN_LASTS = 30 * DAY;
const INVITE_LASTS = 7 * DAY;
const SERVICE_LASTS = 3650 * DAY;
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._'-]{0,39}$/u;

/** What an account that is made of what a provider says is called: as it says, as far as that is a name. */
function fitName(given: string, isTaken: (name: string) => boolean): string {
  const letters = given.normalize().replace(/[^\p{L}\p{N} ._'-]/gu, ' ');
  const trimmed = letters.replace(/^[^\p{L}\p{N}]+/u, '').replace(/\s+/g, ' ');
  const name = [...trimmed].slice(0, 36).join('').trim() || 'Somebody';
  for (let n = 2; ; n++) {
    const next = n === 2 ? name : `${name} ${n - 1}`;
    if (!isTaken(next)) return next;
  }
}

const secret = () => randomBytes(24).toString('base64url');
const digest = (text: string) => createHash('sha256').update(text).digest('hex');

export class People {
  readonly #storage: AccountStorage;
  readonly #accounts = new Map<string, Account>();
  readonly #logins = new Map<string, Login>();

  /** Everybody signs in, also while nobody has an account. */
  readonly #isClosed: boolean;

  private constructor(storage: AccountStorage, isClosed: boolean) {
    this.#storage = storage;
    this.#isClosed = isClosed;
  }

  static async open(storage: AccountStorage, { isClosed = false } = {}): Promise<People> {
    const people = new People(storage, isClosed);
    for (const account of await storage.listAccounts()) people.#accounts.set(account.id, account);
    for (const login of await storage.listLogins()) people.#logins.set(login.hash, login);
    return people;
  }

  /** Whether everybody has to sign in. */
  get areNamed(): boolean {
    return this.#isClosed || this.#accounts.size > 0;
  }

  get accounts(): readonly Account[] {
    return [...this.#accounts.values()];
  }

  /** As others are told; ids of people without an account stay as they are. */
  nameOf(id: string): string {
    return this.#accounts.get(id)?.name ?? id;
  }

  /** Who shows these login secrets; undefined: nobody who is let in. */
  personOf(shown: readonly (string | undefined)[], now: number): Person | undefined {
    if (!this.areNamed) return OWNER;
    for (const text of shown) {
      const login = text === undefined ? undefined : this.#logins.get(digest(text));
      const account =
        login && login.expiresAt > now ? this.#accounts.get(login.accountId) : undefined;
      if (account && account.disabledAt === null && isRole(account.role))
        return { id: account.id, name: account.name, role: account.role };
    }
    return undefined;
  }

  /** The secret of the new login; undefined: name or password is wrong. */
  async signIn(name: string, password: string, now: number): Promise<string | undefined> {
    const account = this.#named(name);
    const isRight = await isPassword(password, account?.password ?? undefined);
    if (!account || !isRight || account.disabledAt !== null) return undefined;
    return this.#login(account, now, LOGIN_LASTS);
  }

  /**
   * Signs in somebody who is known, or makes their account: with an invitation, or by a rule, which has to let them in
   * each time and says their role. @returns the secret of the new login @throws NotAdmitted
   */
  async admit(known: Known, invitation: string | undefined, now: number): Promise<string> {
    const account = this.accounts.find(({ identity }) => identity === known.identity);
    const login = (who: Account) => this.#login(who, now, LOGIN_LASTS);
    if (!account) return login(await this.#makeKnown(known, invitation, now));
    if (account.disabledAt !== null)
      throw new NotAdmitted('Your account was disabled. Ask a supervisor to let you in again.');
    if (account.rule === null) return login(account);
    if (!known.rule)
      throw new NotAdmitted(
        'The rule that let you in no longer does. Ask a supervisor for a link.',
      );
    const { role } = known.rule;
    const isSame = role === account.role || !this.#leavesSupervisor(account.id, role);
    return login(isSame ? account : await this.change(account.id, { role }, 'oidc', now));
  }

  async #makeKnown({ identity, name, rule }: Known, invitation = '', now: number) {
    const invited = await this.invitedTo(invitation, now);
    const role = invited ?? rule?.role;
    if (!role)
      throw new NotAdmitted(
        'Nobody has let you in here yet. Ask a supervisor for a link, and open it first.',
      );
    if (this.#accounts.size === 0 && role !== 'supervisor')
      throw new NotAdmitted(
        'The first account has to be a supervisor’s. On the server, `reins people invite` makes a link for it.',
      );
    const free = fitName(name, (each) => this.#named(each) !== undefined);
    const account: Account = {
      ...this.#newAccount(free, role, null, now),
      ...{ identity, rule: invited ? null : textOfRule(rule!) },
    };
    await this.#storage.createAccount(account, account.id, invited && digest(invitation));
    this.#accounts.set(account.id, account);
    return account;
  }

  /** How this person signs in. */
  waysOf(id: string): { readonly isLinked: boolean; readonly hasPassword: boolean } {
    const { identity, password } = this.#expect(id);
    return { isLinked: identity !== null, hasPassword: password !== null };
  }

  /** From now on who is known by this identity signs in as that person, too. @throws RangeError where either is taken */
  async link(id: string, identity: string): Promise<void> {
    const account = this.#expect(id);
    if (account.identity === identity) return;
    if (account.identity !== null)
      throw new RangeError('identity: your account is linked to another one; unlink that first');
    if (this.accounts.some((other) => other.identity === identity))
      throw new RangeError(
        'identity: is linked to another account here; sign in with it there and unlink it first',
      );
    await this.#storage.linkAccount(id, identity);
    this.#accounts.set(id, { ...account, identity });
  }

  /** @throws RangeError where it is not linked, or nothing else lets them in */
  async unlink(id: string): Promise<void> {
    const account = this.#expect(id);
    if (account.identity === null) throw new RangeError('identity: your account is not linked');
    if (account.password === null)
      throw new RangeError(
        'identity: is your only way in, for your account has no password; unlinking it would lock you out',
      );
    await this.#storage.linkAccount(id, null);
    this.#accounts.set(id, { ...account, identity: null });
  }

  async signOut(shown: readonly (string | undefined)[]): Promise<void> {
    for (const text of shown) {
      const login = text === undefined ? undefined : this.#logins.get(digest(text));
      if (!login) continue;
      this.#logins.delete(login.hash);
      await this.#storage.deleteLogin(login.hash, login.accountId);
    }
  }

  /** The secret of a link that lets somebody make an account. @throws RangeError */
  async invite(role: string, actor: string, now: number): Promise<string> {
    this.#expectRole(role);
    const text = secret();
    const invite = { hash: digest(text), role, createdAt: now, expiresAt: now + INVITE_LASTS };
    await this.#storage.createInvite({ ...invite, usedBy: null }, actor);
    return text;
  }

  /** The role that a link invites to; undefined: it was used, has expired or is none. */
  async invitedTo(text: string, now: number): Promise<Role | undefined> {
    const invite = await this.#storage.findInvite(digest(text));
    if (!invite || invite.usedBy !== null || invite.expiresAt <= now) return undefined;
    return isRole(invite.role) ? invite.role : undefined;
  }

  /** Makes an account and signs it in. @throws RangeError naming what is wrong */
  async accept(text: string, name: string, password: string, now: number): Promise<string> {
    const role = await this.invitedTo(text, now);
    if (!role) throw new RangeError('invite: was used or has expired; ask for another');
    this.#expectRole(role);
    const account = this.#newAccount(name, role, await hashPassword(password), now);
    await this.#storage.createAccount(account, account.id, digest(text));
    this.#accounts.set(account.id, account);
    return this.#login(account, now, LOGIN_LASTS);
  }

  /** A program that signs in by a token, which is returned. @throws RangeError */
  async addService(name: string, actor: string, now: number): Promise<string> {
    this.#expectRole('service');
    const account = this.#newAccount(name, 'service', null, now);
    await this.#storage.createAccount(account, actor);
    this.#accounts.set(account.id, account);
    return this.#login(account, now, SERVICE_LASTS);
  }

  /** @throws RangeError for an unknown account, and where no supervisor would be left */
  async change(
    id: string,
    change: { readonly role?: string; readonly isDisabled?: boolean },
    actor: string,
    now: number,
  ): Promise<Account> {
    const account = this.#expect(id);
    if (change.role !== undefined) this.#expectRole(change.role);
    const disabledAt =
      change.isDisabled === undefined ? account.disabledAt : change.isDisabled ? now : null;
    const next = { ...account, role: change.role ?? account.role, disabledAt };
    if (!this.#leavesSupervisor(id, next.disabledAt === null ? next.role : undefined))
      throw new RangeError('account: is the last supervisor; make somebody else one first');
    await this.#storage.changeAccount(id, { role: next.role, disabledAt }, actor);
    this.#accounts.set(id, next);
    return next;
  }

  /** @throws RangeError */
  #expect(id: string): Account {
    const account = this.#accounts.get(id);
    if (!account) throw new RangeError(`account: there is none with the id ${id}`);
    return account;
  }

  /** Whether there is one still, once this account has that role or none. */
  #leavesSupervisor(id: string, role: string | undefined): boolean {
    if (role === 'supervisor') return true;
    return this.accounts.some(
      (other) => other.id !== id && other.role === 'supervisor' && other.disabledAt === null,
    );
  }

  /** @throws RangeError; the first account has to be able to let the others in. */
  #expectRole(role: string): void {
    if (!isRole(role)) throw new RangeError(`role: is ${role}, allowed ${ROLES.join(', ')}`);
    if (this.#accounts.size === 0 && role !== 'supervisor')
      throw new RangeError(`role: is ${role}, allowed supervisor for the first account`);
  }

  #named(name: string): Account | undefined {
    const wanted = name.trim().toLowerCase();
    return this.accounts.find((account) => account.name.toLowerCase() === wanted);
  }

  #newAccount(given: string, role: Role, password: string | null, now: number): Account {
    const name = given.trim();
    if (!NAME.test(name))
      throw new RangeError(
        `name: is "${name}", allowed 1 to 40 letters, digits, spaces and . _ ' -`,
      );
    if (this.#named(name)) throw new RangeError(`name: ${name} is taken; choose another`);
    const id = `P-${randomUUID().slice(0, 8)}`;
    return {
      id,
      name,
      role,
      password,
      identity: null,
      rule: null,
      createdAt: now,
      disabledAt: null,
    };
  }

  async #login(account: Account, now: number, lasts: number): Promise<string> {
    const text = secret();
    const login = {
      hash: digest(text),
      accountId: account.id,
      createdAt: now,
      expiresAt: now + lasts,
    };
    await this.#storage.createLogin(login);
    this.#logins.set(login.hash, login);
    return text;
  }
}
