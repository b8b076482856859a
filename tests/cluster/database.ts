/** An empty database of the server, and a folder for what it must not hold. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

export interface TestDatabase {
  readonly url: string;
  readonly folder: string;
  query(text: string): Promise<pg.QueryResult>;
  remove(): Promise<void>;
}

async function ask(url: string, text: string): Promise<pg.QueryResult> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await client.query(text);
  } finally {
    await client.end();
  }
}

export async function createDatabase(server: string): Promise<TestDatabase> {
  const name = `t${randomUUID().replaceAll('-', '')}`;
  const admin = `${server}postgres`;
  const url = `${server}${name}`;
  await ask(admin, `CREATE DATABASE ${name}`);
  const folder = mkdtempSync(join(tmpdir(), 'reins-heads-'));
  return {
    url,
    folder,
    query: (text) => ask(url, text),
    async remove() {
      await ask(admin, `DROP DATABASE ${name} WITH (FORCE)`);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
