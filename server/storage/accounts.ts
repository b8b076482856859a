/** The tables of accounts, invitations and logins. */
import type { Kysely } from 'kysely';
import type { AccountStorage } from './accounts-contract.ts';
import type { AuditEvent } from './audit-chain.ts';
import type { Parts } from './parts.ts';
import type { Tables } from './schema.ts';

export function createAccounts(parts: Parts): AccountStorage {
  const { db, audit } = parts;
  const write = (event: AuditEvent, work: (t: Kysely<Tables>) => Promise<unknown>): Promise<void> =>
    parts.write(async (t) => {
      await work(t);
      await audit.append(t, [event]);
    });

  return {
    listAccounts: () => db.selectFrom('account').selectAll().orderBy('createdAt').execute(),
    listLogins: () => db.selectFrom('login').selectAll().execute(),
    createAccount: (account, actor, inviteHash) =>
      write(event('account.created', actor, account.id, account.role), async (t) => {
        await t.insertInto('account').values(account).execute();
        if (inviteHash === undefined) return;
        const used = await t
          .updateTable('invite')
          .set({ usedBy: account.id })
          .where('hash', '=', inviteHash)
          .where('usedBy', 'is', null)
          .executeTakeFirst();
        if (Number(used.numUpdatedRows) === 0) throw new Error('invite: was used already');
      }),
    changeAccount: (id, change, actor) =>
      write(event('account.changed', actor, id, change.role ?? 'disabled'), (t) =>
        t.updateTable('account').set(change).where('id', '=', id).execute(),
      ),
    linkAccount: (id, identity) =>
      write(event(identity === null ? 'account.unlinked' : 'account.linked', id, id, null), (t) =>
        t.updateTable('account').set({ identity }).where('id', '=', id).execute(),
      ),
    createInvite: (invite, actor) =>
      write(
        { ...event('invite.created', actor, invite.hash, invite.role), objectType: 'invite' },
        (t) => t.insertInto('invite').values(invite).execute(),
      ),
    findInvite: (hash) =>
      db.selectFrom('invite').selectAll().where('hash', '=', hash).executeTakeFirst(),
    createLogin: (login) =>
      write(event('account.signed-in', login.accountId, login.accountId, null), (t) =>
        t.insertInto('login').values(login).execute(),
      ),
    deleteLogin: (hash, accountId) =>
      write(event('account.signed-out', accountId, accountId, null), (t) =>
        t.deleteFrom('login').where('hash', '=', hash).execute(),
      ),
  };
}

function event(
  action: AuditEvent['action'],
  actor: string,
  objectId: string,
  reason: string | null,
): AuditEvent {
  const nothing = { role: null, before: null, after: null };
  return { action, actor, objectType: 'account', objectId, reason, ...nothing };
}
