import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import Database from 'libsql';
import { expect, it } from 'vitest';
import { verifyAudit } from '../../../server/storage/audit-verify.ts';
import { MIGRATIONS } from '../../../server/storage/schema.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { askContract } from '../../contracts/asks.ts';
import { automationContract } from '../../contracts/automation.ts';
import { campaignContract } from '../../contracts/campaigns.ts';
import { commentContract } from '../../contracts/comments.ts';
import { modelContract } from '../../contracts/models.ts';
import { retentionContract } from '../../contracts/retention.ts';
import { RUN, rewardFeedback, storageContract } from '../../contracts/storage.ts';
import { subjectContract } from '../../contracts/subjects.ts';
import { recordEpisode } from '../run/episode.ts';

function folder() {
  const path = mkdtempSync(join(tmpdir(), 'reins-storage-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

const opening = () => {
  const { path, remove } = folder();
  return { storage: openStorage(path), remove };
};
storageContract('sqlite', opening);
subjectContract('people in sqlite', opening);
modelContract('models in sqlite', opening);
askContract('asks in sqlite', opening);
commentContract('comments in sqlite', opening);
campaignContract('campaigns in sqlite', opening);
retentionContract('retention in sqlite', opening);
automationContract('automation in sqlite', opening);

it.each(MIGRATIONS.map((_, i) => i + 1))(
  '[STORE-19] a database of schema version %i opens, with what is in it',
  async (version) => {
    const { path, remove } = folder();
    const old = new Database(join(path, 'reins.db'));
    old.exec(MIGRATIONS.slice(0, version).join('\n'));
    old.exec(`PRAGMA user_version = ${version}`);
    old
      .prepare(
        'INSERT INTO feedback (id, runId, teacherId, kind, receivedAt, body) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .run('f0', RUN.id, 'ada', 'reward', 1, JSON.stringify(rewardFeedback('f0')));
    old.close();
    const storage = openStorage(path);
    await storage.createRun(RUN);
    await storage.appendFeedback(rewardFeedback('f1'));
    expect((await storage.readFeedback(RUN.id, 0)).map((f) => f.feedback.id)).toEqual(['f0', 'f1']);
    expect(verifyAudit(path)).toMatchObject({ isWhole: true, rows: 2 });
    await storage.close();
    remove();
  },
);

function damage(file: string): void {
  const bytes = readFileSync(file);
  bytes[bytes.length - 9]! ^= 0xff;
  writeFileSync(file, bytes);
}

it('[STORE-6] names a corrupt episode file and sets it aside', async () => {
  const { path, remove } = folder();
  const storage = openStorage(path);
  await storage.createRun(RUN);
  await storage.putEpisode(recordEpisode('e1', 8), { live: true });
  damage(join(path, 'episodes', 'e1.episode'));
  expect(await storage.getEpisode('e1')).toBeUndefined();
  expect(storage.problems).toEqual([expect.stringMatching(/e1\.episode: checksum differs/)]);
  expect(readdirSync(join(path, 'corrupt'))).toEqual(['e1.episode']);
  await storage.close();
  remove();
});

it('[STORE-7] falls back to the checkpoint before a corrupt one', async () => {
  const { path, remove } = folder();
  const storage = openStorage(path);
  const arrays = { w: Float32Array.of(1, 2, 3, 4) };
  for (const n of [1, 2]) {
    const checkpoint = { meta: { n }, arrays };
    await storage.putCheckpoint(RUN.id, { checkpoint, feedbackSequence: n, savedAt: n });
  }
  damage(join(path, 'checkpoints', `${RUN.id}.checkpoint`));
  expect((await storage.getCheckpoint(RUN.id))?.feedbackSequence).toBe(1);
  expect(storage.problems[0]).toMatch(/run-1\.checkpoint/);
  await storage.close();
  remove();
});

it('[STORE-8] finds everything again after reopening', async () => {
  const { path, remove } = folder();
  const before = openStorage(path);
  await before.createRun(RUN);
  await before.appendFeedback(rewardFeedback('f1'));
  await before.putEpisode(recordEpisode('e1', 8), { live: false });
  await before.close();
  const storage = openStorage(path);
  expect(await storage.latestRun()).toEqual(RUN);
  expect(await storage.countFeedback(RUN.id)).toBe(1);
  expect((await storage.getEpisode('e1'))?.length).toBe(8);
  await storage.close();
  remove();
});

it('[STORE-9] what the log of an earlier process names stays too, and files go with their rows', async () => {
  const { path, remove } = folder();
  const before = openStorage(path);
  await before.createRun(RUN);
  const named = ['cf', 'e1', 'paths'];
  for (const id of [...named, 'e2']) await before.putEpisode(recordEpisode(id, 4), { live: true });
  const segment = (episodeId: string) => ({ episodeId, from: 0, to: 4 });
  await before.appendFeedback({
    ...rewardFeedback('f1'),
    kind: 'override',
    ...segment('e1'),
    counterfactual: segment('cf'),
    predictions: [segment('paths')],
  });
  await before.close();
  const storage = openStorage(path);
  expect(await storage.pruneEpisodes(RUN.id, 0)).toBe(1);
  expect(readdirSync(join(path, 'episodes'))).toEqual(named.map((id) => `${id}.episode`));
  await storage.close();
  remove();
});

it('[STORE-30] processes that write to a folder at once wait for each other', async () => {
  const { path, remove } = folder();
  await openStorage(path).close();
  const script = fileURLToPath(new URL('fixtures/append-audit.ts', import.meta.url));
  const append = () =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', script, path, '200']);
  await Promise.all([append(), append()]);
  expect(verifyAudit(path)).toMatchObject({ isWhole: true, rows: 400 });
  remove();
});

/** Processes that open the same folders at the same time; each answer is theirs to one folder. */
function openers(count: number) {
  const script = fileURLToPath(new URL('fixtures/open-together.ts', import.meta.url));
  const children = Array.from({ length: count }, () =>
    spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  const lines = children.map(({ stdout }) =>
    createInterface({ input: stdout })[Symbol.asyncIterator](),
  );
  const answers = () => Promise.all(lines.map(async (each) => (await each.next()).value as string));
  return {
    ready: answers,
    open(path: string) {
      for (const { stdin } of children) stdin.write(`${path}\n`);
      return answers();
    },
    end() {
      for (const { stdin } of children) stdin.end();
    },
  };
}

it('[STORE-31] processes that open a folder at once all have it, be it empty or of an older version', async () => {
  const together = openers(3);
  expect(await together.ready()).toEqual(['ready', 'ready', 'ready']);
  for (let round = 0; round < 12; round++) {
    const { path, remove } = folder();
    if (round % 2 === 1) {
      const old = new Database(join(path, 'reins.db'));
      old.exec(`${MIGRATIONS[0]} PRAGMA user_version = 1`);
      old.close();
    }
    expect(await together.open(path)).toEqual(['opened', 'opened', 'opened']);
    expect(readdirSync(path).filter((name) => name.endsWith('.new'))).toEqual([]);
    remove();
  }
  together.end();
});
