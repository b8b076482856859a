/** Addresses of runs that are open on a server beside its first: `/runs/ID/` and everything below it. */
import type { FastifyInstance } from 'fastify';

/** Once for all runs, where the cookies that they set are everybody's. */
const OF_THE_SERVER = /^\/(?:sign-in|sign-out|invite|oidc|oidc-callback)(?=\?|$)/;

export interface RunPath {
  readonly id: string;
  /** What the run's own pages are asked, with its query. */
  readonly rest: string;
}

/** @param url as it came, not parsed; undefined: it names no run */
export function runInPath(url = '/'): RunPath | undefined {
  const [, id, rest] = /^\/runs\/([\w.-]+)(\/.*)$/s.exec(url) ?? [];
  return id === undefined || rest === undefined ? undefined : { id, rest };
}

/** Where somebody goes who has signed in, relative. @param run what a form was asked with; anything else is the first's */
export function afterSignIn(run: unknown): string {
  const id = runOf(run);
  return id === undefined ? '.' : `runs/${id}/`;
}

/** The run of an address that leads back to it; undefined: none, or what is no id. */
export function runOf(run: unknown): string | undefined {
  return typeof run === 'string' && /^[\w-][\w.-]*$/.test(run) ? run : undefined;
}

const withRun = ({ id, rest }: RunPath) => `${rest}${rest.includes('?') ? '&' : '?'}run=${id}`;

/** Hands requests to the run that their path names, before anything of them is read. Each has its own guard. */
export function handRuns(
  app: FastifyInstance,
  pagesOf: (runId: string) => Pick<FastifyInstance, 'routing'> | undefined,
): void {
  app.addHook('onRequest', async (request, reply) => {
    const named = runInPath(request.raw.url);
    const pages = named && pagesOf(named.id);
    if (!pages) return;
    const [own] = OF_THE_SERVER.exec(named.rest) ?? [];
    if (own !== undefined && request.method === 'GET')
      return reply.redirect(`../..${withRun(named)}`, 303);
    request.raw.url = named.rest;
    reply.hijack();
    (own === undefined ? pages : app).routing(request.raw, reply.raw);
    return reply;
  });
}
