/** A server on a folder of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServeProcess, serve } from '../server/serve-process.ts';
import { checkFolder } from './folder.ts';
import type { Promised } from './person.ts';
import type { Report } from './report.ts';

export type Running = ServeProcess & { readonly url: string };

/** For as long as `work` lasts; it lives through it, ends in order, and its folder keeps what was promised. */
export async function withServer(
  report: Report,
  promised: Promised,
  work: (server: Running) => Promise<void>,
): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'reins-faults-'));
  const server = await serve(data, ['--log-level', 'error', '--rollouts', '0']);
  try {
    if (server.url === undefined) throw new Error(`no server: ${server.stderr()}`);
    await work(server as Running);
    const { code } = await server.end('SIGTERM');
    const said = server.stderr();
    report.promise('the server lives and ends in order:', code === 0, [code, said]);
    await checkFolder(data, promised, report);
  } finally {
    await server.end('SIGKILL');
    rmSync(data, { recursive: true, force: true });
  }
}
