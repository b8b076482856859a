import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import fastify from 'fastify';
import { expect, it } from 'vitest';
import { compressAnswers } from '../../../server/connection/compress.ts';

const app = fastify();
compressAnswers(app);
const LOG = Array.from({ length: 200 }, (_, i) => ({
  id: `answer-${i}`,
  kind: 'reward',
  value: 1,
}));
app.get('/api/feedback', async () => LOG);
app.get('/api/health', async () => ({ status: 'ok' }));

it('[SRV-48] long answers come in the best form that is taken, short ones as they are', async () => {
  const get = async (url: string, accepted?: string) => {
    const headers = accepted === undefined ? {} : { 'accept-encoding': accepted };
    const { headers: got, rawPayload } = await app.inject({ url, headers });
    const encoding = got['content-encoding'];
    expect(Number(got['content-length'] ?? rawPayload.length)).toBe(rawPayload.length);
    const text =
      encoding === 'br'
        ? brotliDecompressSync(rawPayload)
        : encoding === 'gzip'
          ? gunzipSync(rawPayload)
          : rawPayload;
    return { encoding, size: rawPayload.length, vary: got['vary'], body: JSON.parse(String(text)) };
  };
  for (const [accepted, encoding] of [
    ['gzip, deflate, br', 'br'],
    ['gzip, br;q=0', 'gzip'],
    ['GZIP;q=0.5', 'gzip'],
    ['br;q=0.0', undefined],
    ['', undefined],
    [undefined, undefined],
  ] as const) {
    const answer = await get('/api/feedback', accepted);
    expect(answer).toMatchObject({ encoding, vary: 'Accept-Encoding', body: LOG });
    if (encoding) expect(answer.size).toBeLessThan(JSON.stringify(LOG).length / 5);
  }
  expect(await get('/api/health', 'br')).toMatchObject({ encoding: undefined });
});
