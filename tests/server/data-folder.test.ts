/** Real `serve` processes on data folders that are not in order. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStorage } from '../../server/storage/sqlite.ts';
import { RUN } from '../contracts/storage.ts';
import { connect } from '../e2e/client.ts';
import { until } from '../e2e/helpers.ts';
import { recordEpisode } from './run/episode.ts';
import { serve } from './serve-process.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reins-data-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('[SRV-1] a corrupt episode file is named and set aside, and the server runs', async () => {
  const storage = openStorage(folder);
  await storage.createRun(RUN);
  for (const id of ['good', 'bad', 'short']) {
    await storage.putEpisode(recordEpisode(id, 8), { live: true });
  }
  await storage.close();
  const path = (id: string) => join(folder, 'episodes', `${id}.episode`);
  const bytes = readFileSync(path('bad'));
  bytes[bytes.length - 9]! ^= 0xff;
  writeFileSync(path('bad'), bytes);
  writeFileSync(path('short'), bytes.subarray(0, 10));
  const server = await serve(folder, ['--rollouts', '0']);
  try {
    const client = await connect(server.url!, 'ada');
    const told = (name: string) =>
      client.expect('alert', (a) => a.code === 'corrupt-file' && a.message.includes(name));
    expect((await told('bad.episode')).message).toMatch(/checksum/);
    expect((await told('short.episode')).message).toMatch(/not a Reins file/);
    expect(readdirSync(join(folder, 'corrupt')).sort()).toEqual(['bad.episode', 'short.episode']);
    expect(readdirSync(join(folder, 'episodes'))).toContain('good.episode');
    await until('the log to name it', () => /bad\.episode/.test(server.stderr()));
    expect(await (await fetch(`${server.url}/api/health`)).json()).toMatchObject({ status: 'ok' });
    client.close();
  } finally {
    await server.end('SIGTERM');
  }
});
