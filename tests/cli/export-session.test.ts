import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Feedback } from '../../agent/contract.ts';
import { exportSession } from '../../cli/export-session.ts';
import { eventsOf } from '../../cli/session-events.ts';
import { decodeSession } from '../../server/protocol/index.ts';
import { openStorage } from '../../server/storage/sqlite.ts';
import { inProcess } from './in-process.ts';

let folder: string;
let page: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-session-'));
  page = join(folder, 'page');
  mkdirSync(join(page, 'assets'), { recursive: true });
  writeFileSync(join(page, 'index.html'), 'page');
  writeFileSync(join(page, 'assets/main.js'), 'script');
  const args = ['--env', 'driving-easy', '--teacher', 'override,scalar', '--steps', '250'];
  const { code, err } = await inProcess(
    ...['train', ...args, '--labels', '10', '--eval-episodes', '1', '--data', folder, '--json'],
  );
  expect(code, err).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('[CLI-66] a session has its episodes as they were kept, to a tenth of a millimetre, and nobody’s name', async () => {
  const storage = openStorage(folder);
  try {
    const run = (await storage.latestRun())!;
    const out = join(folder, 'out');
    const result = await exportSession(storage, run, { out, page, episodes: 2 });
    expect(readFileSync(join(out, 'assets/main.js'), 'utf8')).toBe('script');
    const packed = readFileSync(join(out, 'session.bin'));
    expect(result.bytes).toBe(packed.length);
    const bytes = gunzipSync(packed);
    const session = decodeSession(bytes);
    expect(session.run).toMatchObject({ id: run.id, preset: 'reins', seed: 1 });
    expect(session.environment).toMatchObject({ id: 'driving-easy', controlDt: 0.1 });
    const log = (await storage.readFeedback(run.id, 0)).map(({ feedback }) => feedback);
    const teacher = log[0]!.teacherId;
    expect(teacher.length).toBeGreaterThan(3);
    expect(bytes.includes(teacher)).toBe(false);
    for (const [i, told] of session.episodes.entries()) {
      const kept = (await storage.getEpisode(told.id))!;
      expect(told.steps.sources).toEqual([...kept.sources]);
      expect(told.steps.actions).toHaveLength(kept.length);
      for (const [at, value] of kept.poses.entries())
        if (Math.abs(session.poses[i]![at]! - value) > 2e-4) expect.unreachable(`pose ${at}`);
      expect(session.scenes[told.sceneId]!.bodies.length).toBe(kept.bodies);
      const said = (kind: string) => told.events.filter((event) => event.kind === kind).length;
      const logged = (kind: string) =>
        log.filter((f) => f.kind === kind && 'episodeId' in f && f.episodeId === told.id).length;
      expect(said('override')).toBe(logged('override'));
      expect(said('reward')).toBe(logged('reward'));
    }
    expect(result.events).toBeGreaterThan(0);
    await expect(
      exportSession(storage, run, { out, page, episodes: 2, ids: ['x'] }),
    ).rejects.toThrow(`episode: x is not in ${run.id}`);
    expect(existsSync(out)).toBe(true);
  } finally {
    await storage.close();
  }
});

test('[CLI-66] events of an episode are those that stand, cut to its steps', () => {
  const base = {
    runId: 'r',
    teacherId: 't',
    shownAt: 0,
    answeredAt: 0,
    receivedAt: 0,
    responseMs: 0,
  };
  const a = { episodeId: 'a', from: 2, to: 8 };
  const b = { episodeId: 'b', from: 0, to: 6 };
  const log = [
    { ...base, id: '1', kind: 'override', episodeId: 'a', from: 4, to: 40 },
    { ...base, id: '2', kind: 'reward', episodeId: 'a', step: 3, value: -1 },
    { ...base, id: '3', kind: 'reward', episodeId: 'a', step: 5, value: 1 },
    { ...base, id: '4', kind: 'retraction', feedbackId: '3' },
    { ...base, id: '5', kind: 'preference', a, b, choice: 'b', reason: 'secret' },
    { ...base, id: '6', kind: 'preference', a, b, choice: 'skip' },
    { ...base, id: '7', kind: 'rating', segment: b, score: 1, scale: 5 },
  ] as Feedback[];
  expect(eventsOf('a', 10, log)).toEqual([
    { kind: 'override', from: 4, to: 10 },
    { kind: 'reward', from: 3, to: 3, value: -1 },
    { kind: 'preference', from: 2, to: 8, outcome: 'worse' },
  ]);
});
