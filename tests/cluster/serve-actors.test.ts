/** `reins serve --nats --database` and `reins actor`: a learner that is killed, and the one that goes on. */
import { expect, inject, test } from 'vitest';
import { connect } from '../e2e/client.ts';
import { startServerProcess, temporaryFolder, until } from '../e2e/helpers.ts';
import { startActor } from './actor-process.ts';
import { createDatabase } from './database.ts';
import { createNats } from './nats-server.ts';

interface Health {
  readonly runId: string;
  readonly environmentSteps: number;
}

test('[NATS-10] after kill -9 of the learner another one has its run and its actors, which never ended', async () => {
  const nats = await createNats();
  await nats.start();
  const database = await createDatabase(inject('postgres'));
  const folders = [temporaryFolder(), temporaryFolder()] as const;
  const args = ['--env', 'reacher', '--rollouts', '0', '--log-level', 'error'];
  const start = (folder: string) =>
    startServerProcess({
      command: 'learner',
      dataDir: folder,
      args: [...args, '--database', database.url, '--nats', nats.url],
    });
  const health = async (url: string) => (await (await fetch(`${url}/api/health`)).json()) as Health;
  /** The live simulation waits: from then on all steps are an actor's. */
  async function actorsAlone(url: string): Promise<void> {
    const client = await connect(url, 'ada');
    await client.expect('status', (s) => s.episodeId !== '');
    client.send({ type: 'control', id: 'c1', action: 'pause' });
    await client.expect('status', (s) => s.state === 'paused');
    client.close();
  }
  async function made(url: string, steps: number): Promise<void> {
    const before = (await health(url)).environmentSteps;
    await until('steps', async () => (await health(url)).environmentSteps >= before + steps);
  }
  const first = await start(folders[0].path);
  const { runId } = await health(first.url);
  await actorsAlone(first.url);
  const actor = startActor(nats.url, runId);
  try {
    await made(first.url, 700);
    await first.stop('SIGKILL');
    const second = await start(folders[1].path);
    try {
      expect((await health(second.url)).runId).toBe(runId);
      await actorsAlone(second.url);
      await made(second.url, 700);
      expect(actor.child.exitCode).toBeNull();
    } finally {
      await second.stop();
    }
    expect(await actor.end('SIGTERM')).toBe(0);
  } finally {
    await actor.end('SIGKILL');
    await first.stop('SIGKILL');
    for (const folder of folders) folder.remove();
    await database.remove();
    await nats.remove();
  }
});

test('[LINK-11] a clip of an episode that an actor elsewhere made is drawn', async () => {
  const nats = await createNats();
  await nats.start();
  const folder = temporaryFolder();
  const args = ['--env', 'reacher', '--rollouts', '0', '--log-level', 'error'];
  const server = await startServerProcess({
    command: 'learner',
    dataDir: folder.path,
    args: [...args, '--nats', nats.url],
  });
  const actor = startActor(nats.url, undefined);
  try {
    const client = await connect(server.url, 'ada');
    // The newest each time: only so many are remembered.
    const clip = await until('a clip', () => {
      const newest = client.all('episode').findLast(({ episode }) => !episode.live);
      if (!newest) return undefined;
      const { episodeId } = newest.episode;
      client.send({ type: 'request-clip', tag: 7, segment: { episodeId, from: 0, to: 10 } });
      return client.clip();
    });
    expect([clip.tag, clip.rows]).toEqual([7, 11]);
    expect(clip.poses.some((x) => x !== 0)).toBe(true);
    client.close();
  } finally {
    await actor.end('SIGKILL');
    await server.stop();
    folder.remove();
    await nats.remove();
  }
});
