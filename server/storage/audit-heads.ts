/**
 * Signed heads of the audit log, one a day in a file beside the database. Whoever can write the database could make
 * the whole chain anew; a head that was copied elsewhere shows it, and shows rows that were cut off at the end.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditHead } from './audit-chain.ts';
import { appendLine } from './write-file.ts';

export interface SignedHead extends AuditHead {
  /** ms since epoch */
  readonly time: number;
  /** Ed25519, SubjectPublicKeyInfo, base64. */
  readonly key: string;
  /** Of `{"hash":…,"seq":…,"time":…}`, base64. */
  readonly signature: string;
}

export const HEADS_FILE = 'audit-heads.jsonl';
const KEY_FILE = 'audit-key.pem';
export const DAY = 86_400_000;

const signedText = ({ hash, seq, time }: Omit<SignedHead, 'key' | 'signature'>) =>
  Buffer.from(JSON.stringify({ hash, seq, time }));

/** Oldest first; a line that is no head is kept as undefined. */
export function readHeads(folder: string): (SignedHead | undefined)[] {
  const path = join(folder, HEADS_FILE);
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => {
    try {
      return JSON.parse(line) as SignedHead;
    } catch {
      return undefined;
    }
  });
}

/** Signs the head and adds it to the file, unless it is there. */
export function signHead(folder: string, head: AuditHead, time: number): SignedHead | undefined {
  const last = readHeads(folder).at(-1);
  if (head.seq === 0 || last?.seq === head.seq) return last;
  const key = keyOf(folder);
  const signed: SignedHead = {
    ...{ seq: head.seq, hash: head.hash, time },
    key: createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64'),
    signature: sign(null, signedText({ ...head, time }), key).toString('base64'),
  };
  appendLine(join(folder, HEADS_FILE), JSON.stringify(signed));
  return signed;
}

/** Whether the key that it names signed it. */
export function isSigned(head: SignedHead): boolean {
  try {
    const key = createPublicKey({
      key: Buffer.from(head.key, 'base64'),
      format: 'der',
      type: 'spki',
    });
    return verify(null, signedText(head), key, Buffer.from(head.signature, 'base64'));
  } catch {
    return false;
  }
}

/** Made when first needed; nobody but its owner may read it. */
function keyOf(folder: string): KeyObject {
  const path = join(folder, KEY_FILE);
  if (existsSync(path)) return createPrivateKey(readFileSync(path));
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  return privateKey;
}
