/** Answers in words are long and repeat themselves: they go compressed to all who take that. */
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

/** Shorter ones are not worth it, characters. */
const LEAST = 1024;

const asBrotli = promisify(brotliCompress);
const asGzip = promisify(gzip);
const COMPRESS = {
  // The best quality takes seconds for a log; this one is as small as gzip's best, and faster.
  br: (text: string) => asBrotli(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
  gzip: (text: string) => asGzip(text),
} as const;
type Encoding = keyof typeof COMPRESS;

/** Files have theirs from the build: they are streams, and pass. */
export function compressAnswers(app: FastifyInstance): void {
  app.addHook('onSend', async ({ headers }, reply, payload) => {
    if (typeof payload !== 'string' || payload.length < LEAST) return payload;
    reply.header('Vary', 'Accept-Encoding');
    const encoding = preferred(headers['accept-encoding'] ?? '');
    if (!encoding) return payload;
    reply.header('Content-Encoding', encoding).removeHeader('Content-Length');
    return COMPRESS[encoding](payload);
  });
}

/** The better one of those that `Accept-Encoding` names and does not forbid. */
export function preferred(accepted: string): Encoding | undefined {
  const taken = accepted
    .toLowerCase()
    .split(',')
    .filter((entry) => !/;\s*q=0(\.0*)?\s*$/.test(entry))
    .map((entry) => entry.split(';')[0]!.trim());
  return (['br', 'gzip'] as const).find((encoding) => taken.includes(encoding));
}
