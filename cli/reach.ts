/** Who can reach a server, and what its owner must know of that. */
import { hostname } from 'node:os';
import { isLoopback } from '../server/connection/admission.ts';
import { generateToken } from '../server/connection/token.ts';

export interface Reach {
  readonly token: string | undefined;
  /** It was made here and is not known elsewhere yet. */
  readonly isNew: boolean;
  readonly isPublic: boolean;
}

/** A token is made where others can reach the host and none was given. */
export function neededToken(host: string, given: string | undefined): Reach {
  const isPublic = !isLoopback(host);
  const isNew = isPublic && given === undefined;
  return { token: isNew ? generateToken() : given, isNew, isPublic };
}

/** Lines for a person: the link to open, and what browsers withhold without TLS. `url`: where it listens. */
export function reachWords(url: string, reach: Reach): string[] {
  if (reach.token === undefined) return [];
  const at = new URL(url);
  if (/^(0\.0\.0\.0|\[::\])$/.test(at.hostname)) at.hostname = hostname();
  at.searchParams.set('token', reach.isNew ? reach.token : 'TOKEN');
  const link = `open ${at} (a link for everybody who may drive; the page keeps the token as a cookie)`;
  if (!reach.isPublic) return [link];
  const { port } = at;
  return [
    link,
    'without TLS browsers of other machines withhold gamepads and clips from the page, and others may read along. ' +
      `Either forward a port (ssh -L ${port}:localhost:${port} ${hostname()}) and open http://localhost:${port}, ` +
      'or serve on 127.0.0.1 with --allow-host NAME and --token behind a proxy that has a certificate for NAME ' +
      `(caddy reverse-proxy --from NAME --to 127.0.0.1:${port})`,
  ];
}
