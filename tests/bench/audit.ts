/**
 * `npx tsx tests/bench/audit.ts [rows]`: how many rows the audit log takes and verifies in a second of one core.
 * By processor time of this process, so that what else runs on the machine matters little.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuditEvent, chain, GENESIS } from '../../server/storage/audit-chain.ts';
import { verifyAudit, verifyRows } from '../../server/storage/audit-verify.ts';
import { openStorage } from '../../server/storage/sqlite.ts';

const ROWS = Number(process.argv[2] ?? 200_000);
const BATCH = 500;

const event = (i: number): AuditEvent => ({
  action: 'query.answered',
  actor: 'T-2DE808BBC7',
  role: null,
  objectType: 'assignment',
  objectId: String(i),
  before: null,
  after: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  reason: null,
});

async function perSecond(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return Math.round(ROWS / ((user + system) / 1e6));
}

const folder = mkdtempSync(join(tmpdir(), 'reins-bench-audit-'));
const storage = openStorage(folder);
const events = Array.from({ length: ROWS }, (_, i) => event(i));
const rows = chain(events, GENESIS, 1);
const result = {
  rows: ROWS,
  chained: await perSecond(() => chain(events, GENESIS, 1)),
  [`written, ${BATCH} a transaction`]: await perSecond(async () => {
    for (let i = 0; i < ROWS; i += BATCH) await storage.appendAudit(events.slice(i, i + BATCH));
  }),
  verified: await perSecond(() => verifyRows(rows, [])),
  'read and verified': await perSecond(() => {
    if (!verifyAudit(folder).isWhole) throw new Error('the log is not whole');
  }),
};
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
await storage.close();
rmSync(folder, { recursive: true });
