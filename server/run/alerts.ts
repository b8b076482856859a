/** What people must know, one alert per id, so that nothing can spam. */

import { type AlertCode, alertOf, type ServerMessage } from '../protocol/index.ts';
import type { AuditEvent } from '../storage/audit-chain.ts';
import type { Storage } from '../storage/contract.ts';
import type { Log } from '../threads/log.ts';

export type Alert = Extract<ServerMessage, { type: 'alert' }>;

export interface Alerts {
  readonly open: readonly Alert[];
  raise(alert: Omit<Alert, 'type'>): void;
  /** Only if it was raised. */
  clear(id: string, code: AlertCode): void;
  /** Files found broken; each is told once. */
  problems(list: readonly string[]): void;
}

export interface AlertAudit {
  readonly runId: string;
  readonly note: (event: AuditEvent) => void;
}

export function createAlerts(
  broadcast: (message: ServerMessage) => void,
  log: Pick<Log, 'warn'>,
  audit?: AlertAudit,
): Alerts {
  const note = (action: AlertEvent, { id, code }: Pick<Alert, 'id' | 'code'>) =>
    audit?.note(event(action, entryOf(audit.runId, id), code));
  const open = new Map<string, Alert>();
  let told = 0;
  const alerts: Alerts = {
    get open() {
      return [...open.values()];
    },
    raise(alert) {
      if (alert.severity === 'cleared') {
        alerts.clear(alert.id, alert.code);
        return;
      }
      const message: Alert = { type: 'alert', ...alert };
      if (!open.has(alert.id)) note('alert.raised', alert);
      open.set(alert.id, message);
      broadcast(message);
    },
    clear(id, code) {
      if (!open.delete(id)) return;
      note('alert.cleared', { id, code });
      broadcast({ type: 'alert', id, severity: 'cleared', code, message: '' });
    },
    problems(list) {
      for (; told < list.length; told++) {
        const file = list[told]!;
        log.warn({ file }, 'a corrupt file was set aside');
        alerts.raise(alertOf('corrupt-{n}', { n: told }, file));
      }
    },
  };
  return alerts;
}

/**
 * Alerts end with the process that raised them: those that it left open, as one that was killed does, are told as over.
 * In records that several servers share nobody knows whose they are, and they stay.
 */
export async function clearFormer(
  storage: Pick<Storage, 'isShared' | 'openAlerts' | 'appendAudit'>,
): Promise<void> {
  if (storage.isShared) return;
  const left = await storage.openAlerts();
  await storage.appendAudit(
    left.map(({ objectId, reason }) => event('alert.cleared', objectId, reason as AlertCode)),
  );
}

/** Alerts end with the run that raised them, where the server goes on. */
export function tellOver(
  storage: Pick<Storage, 'appendAudit'>,
  runId: string,
  alerts: readonly Pick<Alert, 'id' | 'code'>[],
): Promise<void> {
  return storage.appendAudit(
    alerts.map(({ id, code }) => event('alert.cleared', entryOf(runId, id), code)),
  );
}

type AlertEvent = 'alert.raised' | 'alert.cleared';

/** Runs of one server raise the same alerts, each its own. */
const entryOf = (runId: string, id: string) => `${runId}/${id}`;

/** The message may be of a person or a file, and is not for the log. */
function event(action: AlertEvent, objectId: string, code: AlertCode): AuditEvent {
  const nothing = { role: null, before: null, after: null };
  return { action, actor: 'server', objectType: 'alert', objectId, reason: code, ...nothing };
}
