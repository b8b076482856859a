/** Reads the whole audit log of a database as it is at one moment, and changes nothing: whoever may read its table may. */
import pg from 'pg';
import type { AuditRow } from '../audit-chain.ts';
import type { SignedHead } from '../audit-heads.ts';
import { type AuditReport, LogCheck } from '../audit-verify.ts';
import { connection, nameOf, quiet, unusable } from './connect.ts';

/** Rows that are fetched at once. */
const PAGE = 10_000;

/** @param heads of the folders of the servers that wrote it @throws RangeError naming the database and the way out */
export async function verifyDatabase(
  url: string,
  heads: readonly (SignedHead | undefined)[],
): Promise<AuditReport> {
  try {
    const client = quiet(new pg.Client(connection(url)));
    await client.connect();
    try {
      return await verify(client, heads);
    } finally {
      await client.end();
    }
  } catch (error) {
    throw unusable(nameOf(url), error, true);
  }
}

async function verify(
  client: pg.Client,
  heads: readonly (SignedHead | undefined)[],
): Promise<AuditReport> {
  const check = new LogCheck(heads);
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  await client.query('DECLARE log CURSOR FOR SELECT seq, hash, body FROM audit ORDER BY seq');
  for (;;) {
    const { rows } = await client.query<AuditRow>(`FETCH ${PAGE} FROM log`);
    if (rows.length === 0 || !rows.every((row) => check.add(row))) return check.report();
  }
}
