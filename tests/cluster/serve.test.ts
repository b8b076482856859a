/** `reins serve --database`: a server, its database, and the end of either. */
import { spawnSync } from 'node:child_process';
import { expect, inject, test } from 'vitest';
import { connect, reward } from '../e2e/client.ts';
import { startServerProcess, temporaryFolder, until } from '../e2e/helpers.ts';
import { root } from '../setup/sources.ts';
import { createDatabase } from './database.ts';

const reins = (...args: readonly string[]) =>
  spawnSync(process.execPath, ['bin/reins.mjs', ...args], { cwd: root, encoding: 'utf8' });

test('[PG-13] [PG-15] after kill -9 another machine goes on with the run and every answer; a second server is refused', async () => {
  const database = await createDatabase(inject('postgres'));
  const folders = [temporaryFolder(), temporaryFolder()] as const;
  const args = ['--env', 'reacher', '--rollouts', '0', '--log-level', 'error'];
  const start = (folder: string) =>
    startServerProcess({
      command: 'learner',
      dataDir: folder,
      args: [...args, '--database', database.url],
    });
  const first = await start(folders[0].path);
  try {
    const client = await connect(first.url, 'ada');
    const { episodeId } = await client.expect('status', (s) => s.episodeId !== '');
    await until('frames', () => client.frames() > 5);
    const { runId } = (await (await fetch(`${first.url}/api/health`)).json()) as { runId: string };
    const given = Array.from({ length: 5 }, (_, i) =>
      reward(runId, 'ada', episodeId, client.frame()!.step, i % 2 ? 1 : -1),
    );
    for (const feedback of given) client.send({ type: 'feedback', feedback });
    for (const { id } of given) await client.expect('ack', (m) => m.feedbackId === id);
    const refused = reins(
      'learner',
      '--port',
      '0',
      '--data',
      folders[1].path,
      ...args,
      '--database',
      database.url,
    );
    expect(refused.status, refused.stderr).toBe(2);
    expect(refused.stderr).toContain(`run: ${runId} is in use by another server`);
    await first.stop('SIGKILL');
    client.close();
    // The database lets go of the dead server's claim as soon as it hears of its end.
    const second = await start(folders[1].path);
    try {
      const busy = reins('subject', 'erase', 'ada', '--yes', '--database', database.url);
      expect([busy.status, busy.stderr]).toEqual([
        2,
        expect.stringMatching(/end every reins serve/),
      ]);
      const health = (await (await fetch(`${second.url}/api/health`)).json()) as { runId: string };
      expect(health.runId).toBe(runId);
      const log = (await (await fetch(`${second.url}/api/feedback`)).json()) as { id: string }[];
      const ids = log.map(({ id }) => id);
      expect(ids).toEqual(expect.arrayContaining(given.map(({ id }) => id)));
    } finally {
      await second.stop();
    }
    const place = ['--database', database.url, '--data', folders[1].path];
    const erased = reins('subject', 'erase', 'ada', '--answers', '--yes', '--json', ...place);
    expect(erased.status, erased.stderr).toBe(0);
    expect(JSON.parse(erased.stdout)).toMatchObject({ removed: 5 });
    expect(reins('subject', 'export', 'ada', ...place).stderr).toMatch(/nothing is kept of "ada"/);
    const list = reins('runs', ...place, '--json');
    const { runs } = JSON.parse(list.stdout) as { runs: { id: string; feedback: number }[] };
    expect(runs).toEqual([expect.objectContaining({ id: runId, feedback: 0 })]);
  } finally {
    await first.stop('SIGKILL');
    for (const folder of folders) folder.remove();
    await database.remove();
  }
});
