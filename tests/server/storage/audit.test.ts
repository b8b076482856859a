/** The audit log on disk, and what is found when somebody changes it behind our back. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../../cli/main.ts';
import {
  type AuditEvent,
  type AuditRow,
  chain,
  GENESIS,
  textHash,
} from '../../../server/storage/audit-chain.ts';
import { verifyAudit, verifyRows } from '../../../server/storage/audit-verify.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { RUN, rewardFeedback } from '../../contracts/storage.ts';

let folder = '';
let storage: Storage;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-audit-'));
  storage = openStorage(folder);
  await storage.createRun(RUN);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

const SECRET = 'a reason that nobody else may read';

async function fill(answers: number): Promise<void> {
  for (let i = 1; i <= answers; i++)
    await storage.appendFeedback({ ...rewardFeedback(`f${i}`), tag: SECRET } as never);
}

/** Behind the server's back, as somebody with the file can. */
function meddle(work: (database: Database.Database) => void): void {
  const database = new Database(join(folder, 'reins.db'));
  database.exec('DROP TRIGGER audit_is_append_only; DROP TRIGGER audit_is_never_deleted;');
  work(database);
  database.close();
}

describe('[AUDIT-1] every change is in the log, in its own transaction', () => {
  it('with ids and hashes, never with what was said', async () => {
    await fill(2);
    const rows = await storage.readAudit(0, 100);
    const events = rows.map((row) => JSON.parse(row.body) as AuditEvent & { seq: number });
    expect(events.map((e) => [e.seq, e.action, e.actor, e.objectId])).toEqual([
      [1, 'run.created', 'command', RUN.id],
      [2, 'feedback.given', 'ada', 'f1'],
      [3, 'feedback.given', 'ada', 'f2'],
    ]);
    expect(events[1]!.after).toMatch(/^[0-9a-f]{64}$/);
    expect(rows.map((row) => row.body).join()).not.toContain(SECRET);
    expect(await storage.readAudit(2, 100)).toEqual(rows.slice(2));
  });

  it('a change that fails leaves no row, and the chain goes on', async () => {
    await fill(1);
    const row = {
      token: 1,
      runId: RUN.id,
      queryId: 'q',
      teacherId: 'ada',
      state: 'leased',
    } as const;
    const ends = {
      reason: null,
      leasedAt: 1,
      expiresAt: 2,
      endedAt: null,
      feedbackId: null,
      verdict: null,
    };
    await storage.putAssignments([{ ...row, ...ends }]);
    const twice = { ...row, ...ends, token: 2 };
    await expect(storage.appendFeedback(rewardFeedback('f9'), [twice])).rejects.toThrow();
    await fill(2); // the first of them is a duplicate
    const actions = (await storage.readAudit(0, 100)).map((r) => JSON.parse(r.body).action);
    expect(actions).toEqual(['run.created', 'feedback.given', 'query.leased', 'feedback.given']);
    expect(verifyAudit(folder)).toMatchObject({ isWhole: true, rows: 4 });
  });

  it('rows are neither changed nor deleted by statements', () => {
    const database = new Database(join(folder, 'reins.db'));
    expect(() => database.exec("UPDATE audit SET body = '{}'")).toThrow(/append-only/);
    expect(() => database.exec('DELETE FROM audit')).toThrow(/append-only/);
    database.close();
  });
});

describe('[AUDIT-2] the first row that is not as it was written is named', () => {
  it.each<[string, string, number]>([
    [
      'a byte of its text',
      "UPDATE audit SET body = replace(body, 'feedback', 'feedbacK') WHERE seq = 5",
      5,
    ],
    [
      'a byte of its hash',
      "UPDATE audit SET hash = iif(hash LIKE '0%', '1', '0') || substr(hash, 2) WHERE seq = 5",
      5,
    ],
    ['a row left out', 'DELETE FROM audit WHERE seq = 4', 4],
    [
      'a row left out and the rest moved up',
      'DELETE FROM audit WHERE seq = 4; UPDATE audit SET seq = seq - 1 WHERE seq > 4',
      4,
    ],
    [
      'two rows exchanged',
      'UPDATE audit SET seq = -3 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 6; UPDATE audit SET seq = 6 WHERE seq = -3',
      3,
    ],
    [
      'a row put in',
      'UPDATE audit SET seq = -seq WHERE seq > 4; UPDATE audit SET seq = 1 - seq WHERE seq < 0; INSERT INTO audit SELECT 5, hash, body FROM audit WHERE seq = 2',
      5,
    ],
  ])('%s', async (_, statements, seq) => {
    await fill(8);
    meddle((database) => database.exec(statements));
    const report = verifyAudit(folder);
    expect(report.isWhole).toBe(false);
    expect(report.fault!.seq).toBe(seq);
    expect(report.rows).toBe(seq - 1);
  });

  it('a row put in with a right hash shows in the one after it', async () => {
    await fill(6);
    const rows = await storage.readAudit(0, 100);
    const [forged] = chain([JSON.parse(rows[3]!.body)], rows[3]!, 1);
    const moved = rows.slice(4).map((row) => ({ ...row, seq: row.seq + 1 }));
    const report = verifyRows([...rows.slice(0, 4), forged!, ...moved], []);
    expect(report.fault!.seq).toBe(6);
  });

  it('what was cut off at the end, and a chain made anew, show by a signed head alone', async () => {
    await fill(3);
    await storage.signAudit(1);
    await fill(5);
    expect(verifyAudit(folder)).toMatchObject({ isWhole: true, rows: 6, heads: 1 });
    const rows = await storage.readAudit(0, 100);
    const events = rows.map((row) => JSON.parse(row.body) as AuditEvent);
    const anew = chain([{ ...events[0]!, actor: 'mallory' }, ...events.slice(1)], GENESIS, 1);
    meddle((database) => {
      for (const { seq, hash, body } of anew)
        database.prepare('UPDATE audit SET hash = ?, body = ? WHERE seq = ?').run(hash, body, seq);
    });
    expect(verifyAudit(folder, [])).toMatchObject({ isWhole: true });
    expect(verifyAudit(folder).fault).toMatchObject({ seq: 4 });
    meddleAgain((database) => database.exec('DELETE FROM audit WHERE seq > 2'));
    expect(verifyAudit(folder, []).isWhole).toBe(true);
    expect(verifyAudit(folder).fault).toMatchObject({ seq: 3 });
  });
});

const meddleAgain = (work: (database: Database.Database) => void) => {
  const database = new Database(join(folder, 'reins.db'));
  work(database);
  database.close();
};

describe('[AUDIT-3] heads are signed', () => {
  it('once per head, by a key that only its owner can read, and a changed one is named', async () => {
    const first = await storage.signAudit(1_000);
    expect(await storage.signAudit(2_000)).toEqual(first);
    await fill(1);
    await storage.signAudit(3_000);
    const path = join(folder, 'audit-heads.jsonl');
    expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(2);
    expect(statSync(join(folder, 'audit-key.pem')).mode & 0o777).toBe(0o600);
    writeFileSync(path, readFileSync(path, 'utf8').replace('"time":3000', '"time":3001'));
    const { isWhole, fault } = verifyAudit(folder);
    expect(isWhole).toBe(false);
    expect(fault!.message).toMatch(/line 2 is not signed/);
  });
});

it('[AUDIT-4] reins audit verify says whether the log is whole, and by its exit code', async () => {
  let out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  await fill(2);
  expect(await main(['audit', 'verify', '--data', folder, '--json'])).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ isWhole: true, rows: 3 });
  out = '';
  meddle((database) => database.exec('DELETE FROM audit WHERE seq = 2'));
  expect(await main(['audit', 'verify', '--data', folder])).toBe(1);
  expect(out).toMatch(/row 2 is missing/);
  process.exitCode = 0;
});

it('[AUDIT-2] the chain is SHA-256 of the hash before and the text, as anybody can compute it', () => {
  const event: AuditEvent = {
    action: 'run.created',
    actor: 'ada',
    role: null,
    objectType: 'run',
    objectId: 'r',
    before: null,
    after: null,
    reason: null,
  };
  const [first, second] = chain([event, event], GENESIS, 5) as [AuditRow, AuditRow];
  expect(first.body).toBe(
    '{"action":"run.created","actor":"ada","after":null,"before":null,"objectId":"r","objectType":"run","reason":null,"role":null,"seq":1,"time":5}',
  );
  expect(first.hash).toBe(textHash('0'.repeat(64) + first.body));
  expect(second.hash).toBe(textHash(first.hash + second.body));
});
