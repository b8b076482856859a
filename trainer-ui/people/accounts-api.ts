/** Who may sign in, and as what. */
import type { Role } from '../../server/protocol/index.ts';
import { get, post } from '../core/http.ts';

export interface AccountRow {
  readonly id: string;
  readonly name: string;
  /** null: one that this version does not know. */
  readonly role: Role | null;
  /** ms since epoch. */
  readonly createdAt: number;
  /** ms since epoch; null: they may sign in. */
  readonly disabledAt: number | null;
}

export async function readAccounts(): Promise<AccountRow[]> {
  return (await get('api/accounts')).json() as Promise<AccountRow[]>;
}

/** The address of a page that makes one account. */
export async function invite(role: Role): Promise<string> {
  const { link } = (await (await post('api/invites', { role })).json()) as { link: string };
  return new URL(link, window.location.href).href;
}

export async function changeAccount(
  id: string,
  change: { readonly role?: Role; readonly isDisabled?: boolean },
): Promise<void> {
  await post(`api/accounts/${encodeURIComponent(id)}`, change);
}
