/** The page's files. */
import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Duplex } from 'node:stream';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { plainPage } from './plain-page.ts';

const NOT_BUILT = plainPage(
  'The page is not built',
  `<p>The simulation and the learner are running, but the page is missing.
Run <code>npm run build</code> and reload.</p>`,
);

/** Header by which a gateway is told to answer with its own file of that name (as nginx has it). */
export const HANDED_OVER = 'x-accel-redirect';

export interface PageFiles {
  readonly uiDir: string;
  /** Whether who is at the other end of a connection has the files. */
  readonly isElsewhere?: ((socket: Duplex) => boolean) | undefined;
}

export async function pageFiles(
  app: FastifyInstance,
  { uiDir, isElsewhere = () => false }: PageFiles,
): Promise<void> {
  app.addHook('onRequest', async ({ raw }, reply) => {
    if (isElsewhere(raw.socket)) return reply.header(HANDED_OVER, raw.url).send();
  });
  if (!existsSync(join(uiDir, 'index.html'))) {
    app.get('/*', { schema: { hide: true } }, async ({ url }, reply) =>
      /^\/(\?|$)/.test(url)
        ? reply.code(503).type('text/html').send(NOT_BUILT)
        : reply.callNotFound(),
    );
    return;
  }
  await app.register(fastifyStatic, {
    root: uiDir,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) => reply.header('Cache-Control', cacheFor(path)),
  });
}

/** Names of assets change with their content; the page that names them is asked for anew. */
function cacheFor(path: string): string {
  return path.includes(`${sep}assets${sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache';
}
