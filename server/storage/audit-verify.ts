/** Reads the whole audit log of a folder and says whether it is as it was written; a server may be running on it. */
import { join } from 'node:path';
import Database from 'libsql';
import { type AuditFault, type AuditHead, type AuditRow, ChainCheck } from './audit-chain.ts';
import { HEADS_FILE, isSigned, readHeads, type SignedHead } from './audit-heads.ts';

export interface AuditReport {
  readonly isWhole: boolean;
  /** Rows that are as they were written, from the first. */
  readonly rows: number;
  readonly head: AuditHead;
  /** Signed heads that fit. */
  readonly heads: number;
  readonly fault?: AuditFault;
}

/** @param kept heads that were copied elsewhere; default: those of the folder */
export function verifyAudit(folder: string, kept?: readonly SignedHead[]): AuditReport {
  const heads = kept ?? readHeads(folder);
  const database = new Database(join(folder, 'reins.db'), { readonly: true });
  try {
    return verifyRows(rowsOf(database), heads);
  } finally {
    database.close();
  }
}

/** As plain arrays: objects would take most of the time. */
function* rowsOf(database: Database.Database): Generator<AuditRow> {
  const rows = database.prepare('SELECT seq, hash, body FROM audit ORDER BY seq').raw().iterate();
  for (const [seq, hash, body] of rows as Iterable<[number, string, string]>)
    yield { seq, hash, body };
}

/** The first row that is bad, by the chain or by a head. */
export function verifyRows(
  rows: Iterable<AuditRow>,
  heads: readonly (SignedHead | undefined)[],
): AuditReport {
  const check = new LogCheck(heads);
  for (const row of rows) if (!check.add(row)) break;
  return check.report();
}

/** Of rows that come one after the other. */
export class LogCheck {
  readonly #heads: readonly (SignedHead | undefined)[];
  readonly #wanted: ReadonlyMap<number, SignedHead>;
  readonly #chain = new ChainCheck();
  #fitting = 0;
  #fault: AuditFault | undefined;

  /** @param heads undefined: a line that is none */
  constructor(heads: readonly (SignedHead | undefined)[]) {
    this.#heads = heads;
    this.#wanted = new Map(heads.flatMap((head) => (head ? [[head.seq, head]] : [])));
  }

  /** @returns whether the log is whole up to this row */
  add(row: AuditRow): boolean {
    this.#fault = this.#chain.check(row);
    const head = this.#fault ? undefined : this.#wanted.get(row.seq);
    if (head && head.hash !== row.hash) this.#fault = replaced(head);
    else if (head) this.#fitting++;
    return this.#fault === undefined;
  }

  /** After the last row, or the first bad one. */
  report(): AuditReport {
    const { last } = this.#chain;
    const fault = this.#fault ?? cutOff(this.#heads, last) ?? unsigned(this.#heads);
    const found = { rows: last.seq, head: last, heads: this.#fitting };
    return fault ? { isWhole: false, ...found, fault } : { isWhole: true, ...found };
  }
}

function unsigned(heads: readonly (SignedHead | undefined)[]): AuditFault | undefined {
  const bad = heads.findIndex((head) => !head || !isSigned(head));
  if (bad < 0) return undefined;
  const message = `${HEADS_FILE}: line ${bad + 1} is not signed by its key`;
  return { seq: heads[bad]?.seq ?? 0, message };
}

function replaced({ seq, time }: SignedHead): AuditFault {
  const day = new Date(time).toISOString().slice(0, 10);
  return {
    seq,
    message: `row ${seq} or one before it was made anew: the head signed on ${day} is another`,
  };
}

function cutOff(
  heads: readonly (SignedHead | undefined)[],
  last: AuditHead,
): AuditFault | undefined {
  const missing = heads.find((head) => head && head.seq > last.seq);
  const seq = last.seq + 1;
  return (
    missing && { seq, message: `row ${seq} is missing: a head was signed for row ${missing.seq}` }
  );
}
