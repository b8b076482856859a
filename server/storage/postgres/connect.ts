/** How a database is reached, and what is told where it cannot be. */
import pg from 'pg';

/** ms until a server that does not answer is given up. */
const PATIENCE = 10_000;

const { INT8, NUMERIC } = pg.types.builtins;

/** @param url `postgres://user:password@host:port/database` */
export function connection(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    connectionTimeoutMillis: PATIENCE,
    application_name: 'reins',
    types: {
      // 8-byte numbers come as text, since not all are doubles; ours are counts, seeds and times.
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === INT8 || oid === NUMERIC ? Number : pg.types.getTypeParser(oid, format as 'text'),
    } as pg.CustomTypesConfig,
  };
}

/** Whoever waits on a connection that breaks is told by a rejection; the event beside it would end the process. */
export function quiet<T extends pg.ClientBase>(client: T): T {
  return client.on('error', () => {});
}

/** The address without its password. */
export function nameOf(url: string): string {
  try {
    const { protocol, username, host, pathname } = new URL(url);
    return `${protocol}//${username ? `${username}@` : ''}${host}${pathname}`;
  } catch {
    return 'the given address';
  }
}

/** @param isReader only reads the audit log */
export function unusable(name: string, error: unknown, isReader = false): RangeError {
  const { code, message } = error as { code?: string; message?: string };
  return new RangeError(
    `database: ${name} cannot be used (${message || code || String(error)}): ${wayOut(code, message, isReader)}`,
  );
}

function wayOut(code = '', message = '', isReader = false): string {
  if (code === 'ECONNREFUSED' || /timeout/i.test(message))
    return 'start the server, or give its host and port';
  if (code.startsWith('28')) return 'give a user and password that it accepts';
  if (code === '3D000') return 'make it with createdb';
  if (code === '42501' && isReader) return 'let this user read the table audit';
  if (code === '42501' || code === '25006') return 'let this user create tables and write';
  if (code === '42P01') return 'give one that reins serve --database has worked with';
  if (code === '53100') return 'make room on its disk';
  return 'give an address such as postgres://user:password@localhost:5432/reins';
}
