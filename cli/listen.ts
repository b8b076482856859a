/** Addresses to listen on, and what a person can do about one that cannot be had. */
import { createServer } from 'node:net';
import { UsageError } from '../experiments/errors.ts';

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Fails at once rather than after building the page. */
export function expectFree({ host, port }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) => reject(listenError(error, { host, port })));
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

/** What a person can do about an address that cannot be listened on; any other error as it is. */
export function listenError(error: NodeJS.ErrnoException, { host, port }: Address): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new UsageError(`port ${port} on ${host} is taken: choose another with --port`);
    case 'EACCES':
      return new UsageError(
        `port ${port} needs more rights than you have: choose one above 1023 with --port`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new UsageError(
        `address ${host} does not belong to this machine: choose another with --host`,
      );
    default:
      return error;
  }
}
