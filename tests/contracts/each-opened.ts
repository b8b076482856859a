/** What the suites of storage share: one of its own for every test, and what it has in its audit log. */
import { afterEach, beforeEach } from 'vitest';
import type { AuditEvent } from '../../server/storage/audit-chain.ts';
import type { Run, Storage } from '../../server/storage/contract.ts';

export interface Opened {
  readonly storage: Storage;
  remove(): void | Promise<void>;
}

/** Before every test of the suite around it `open` makes a storage with the run; after it all is gone. */
export function eachOpened(
  open: () => Opened | Promise<Opened>,
  run: Run,
  use: (storage: Storage) => void,
): void {
  let opened: Opened;
  beforeEach(async () => {
    opened = await open();
    await opened.storage.createRun(run);
    use(opened.storage);
  });
  afterEach(async () => {
    await opened.storage.close();
    await opened.remove();
  });
}

/** Events about things of one kind, in their order. */
export async function auditOf(storage: Storage, objectType: string): Promise<AuditEvent[]> {
  const rows = await storage.readAudit(0, 1000);
  const events = rows.map(({ body }) => JSON.parse(body) as AuditEvent);
  return events.filter((event) => event.objectType === objectType);
}
