import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Door, openDoor } from './door.ts';

let folder = '';
let door: Door;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-page-'));
  mkdirSync(join(folder, 'assets'));
  for (const [name, text] of [
    ['index.html', '<p>page</p>'],
    ['assets/index-a1b2.js', 'script()'],
  ] as const) {
    writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(text));
    writeFileSync(join(folder, `${name}.gz`), gzipSync(text));
  }
  door = await openDoor({ uiDir: folder });
});
afterAll(async () => {
  await door.close();
  rmSync(folder, { recursive: true });
});

async function get(path: string, encoding: string) {
  const response = await fetch(`${door.url}${path}`, { headers: { 'accept-encoding': encoding } });
  return {
    cache: response.headers.get('cache-control'),
    encoding: response.headers.get('content-encoding'),
    type: response.headers.get('content-type'),
    text: await response.text(),
  };
}

it('[SRV-27] the page is asked for anew, its assets are kept for ever, both come compressed', async () => {
  expect(await get('/', 'br, gzip')).toEqual({
    cache: 'no-cache',
    encoding: 'br',
    type: 'text/html; charset=utf-8',
    text: '<p>page</p>',
  });
  const script = {
    cache: 'public, max-age=31536000, immutable',
    type: expect.stringMatching(/javascript/),
    text: 'script()',
  };
  expect(await get('/assets/index-a1b2.js', 'gzip')).toEqual({ ...script, encoding: 'gzip' });
  expect(await get('/assets/index-a1b2.js', 'identity')).toEqual({ ...script, encoding: null });
});
