/** What the modules of the tables share. */
import type { Kysely } from 'kysely';
import type { AuditLog } from './audit-log.ts';
import type { Engine } from './engine.ts';
import type { Files } from './files.ts';
import type { Tables } from './schema.ts';

export interface Parts {
  readonly db: Kysely<Tables>;
  readonly engine: Engine;
  readonly files: Files;
  readonly audit: AuditLog;
  /** `engine.write` on `db`. */
  write<T>(work: (transaction: Kysely<Tables>) => Promise<T>): Promise<T>;
}
